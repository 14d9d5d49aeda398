"""What params.yaml may hold for this experiment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, Few, NotNegative, Positive, Section, Subset, ascending

MAIN = "supervised", "mixmatch"                              # these two have every number of labels
CHANGES = {                                                  # rows of table 4 of Berthelot et al. 2019
    "one_copy": {"copies": 1},
    "three_copies": {"copies": 3},
    "no_sharpening": {"temperature": 1.0},
    "teacher": {"teacher": True},
    "no_mixup": {"mixing": "none"},
    "mixup_labelled": {"mixing": "labelled"},
    "mixup_unlabelled": {"mixing": "unlabelled"},
    "mixup_separate": {"mixing": "separate"},
}
EVERY_SEED = "no_sharpening", "no_mixup", "mixup_labelled"
FEW_SEEDS = "one_copy", "teacher"                            # the rest has one

Share = Annotated[float, Field(ge=0, le=1)]
Numbers = Annotated[list[Count], AfterValidator(ascending)]


class Data(Subset):
    """Images, and how many times smaller they are made."""

    pool: Count


class Labels(Section):
    """How many labels the main methods have, at least two numbers, and how many their rivals."""

    main: Annotated[Numbers, Field(min_length=2)]
    rivals: Numbers

    def of(self, method):
        return self.main if method in MAIN else self.rivals

    @model_validator(mode="after")
    def _with_the_fewest(self):
        if self.rivals[0] != self.main[0] or not set(self.rivals) <= set(self.main):
            raise ValueError("`rivals` with the first of `main`, which claims are about, and no others than "
                             "`main` has")
        return self


class Network(Section):
    """A wide ResNet: `blocks` residual blocks of each of `widths`."""

    widths: Annotated[list[Count], Field(min_length=1)]
    blocks: Count


class Training(Section):
    """`epochs` of `steps` each; `average` is what the moving average keeps of itself in a step."""

    epochs: Count
    steps: Count
    batch_size: Annotated[int, Field(ge=2)]
    lr: Positive
    weight_decay: NotNegative
    average: Annotated[float, Field(ge=0, lt=1)]
    pad: Annotated[int, Field(ge=0)]
    flip: bool


def seeds_of(change, few):
    """How many of the seeds a change is tried with, None for all."""
    return None if change in EVERY_SEED else few if change in FEW_SEEDS else 1


class Plain(Section):
    """No parameter."""


class Weighted(Section):
    """The weight of unlabelled images, which grows over the share `ramp` of training."""

    weight: NotNegative
    ramp: Share


class Sure(Weighted):
    """Labels are guessed where a network is as sure as `threshold`."""

    threshold: Share


class Mixup(Weighted):
    """Mixtures by Beta(alpha, alpha)."""

    alpha: NotNegative


class MixMatch(Mixup):
    """Labels are guessed from `copies` of an image and sharpened. The rest is for ablations: who is mixed
    with whom (batches.py), and whether the moving average guesses.
    """

    copies: Count
    temperature: Positive
    mixing: Literal["all", "separate", "labelled", "unlabelled", "none"]
    teacher: bool


class FixMatch(Sure):
    """Strong augmentation: shifted by up to `pad` pixels, a square of side `cutout` cut out."""

    pad: Count
    cutout: Count


METHODS = {
    "supervised": Plain,
    "pseudo_label": Sure,
    "pi_model": Weighted,
    "mixup": Mixup,
    "mixmatch": MixMatch,
    "fixmatch": FixMatch,
}


class Methods(Section):
    """Section `mixmatch.methods`."""

    supervised: Plain
    pseudo_label: Sure
    pi_model: Weighted
    mixup: Mixup
    mixmatch: MixMatch
    fixmatch: FixMatch


class Classes(Section):
    """Of the first `known` classes there are `labels` in all; `shares` of the unlabelled images are of the
    other classes.
    """

    known: Annotated[int, Field(ge=2, le=9)]
    labels: Count
    shares: Annotated[list[Share], AfterValidator(ascending)]

    @model_validator(mode="after")
    def _both_ends(self):
        if not {0.0, 1.0} <= set(self.shares):
            raise ValueError("`shares` that have 0.0 and 1.0, which claims are about")
        return self


class MixMatchExperiment(Section):
    """Section `mixmatch`."""

    data: Data
    labels: Labels
    network: Network
    training: Training
    methods: Methods
    seeds: Few
    classes: Classes


SECTIONS = {"mixmatch": MixMatchExperiment}
