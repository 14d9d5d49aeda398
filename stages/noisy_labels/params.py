"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, ImageRecipe, NotNegative, Positive, Section, Subset, distinct

Share = Annotated[float, Field(ge=0, le=1)]
HUMAN = "aggre", "worse", "random1", "random2", "random3"
MAIN = "ce", "sce"               # what most claims are about: these two have every noise
CLEAN, SYMMETRIC, ASYMMETRIC = "none", "symmetric_40", "asymmetric_40"
HIGH = SYMMETRIC, "symmetric_60", "symmetric_80"


def noise(name):
    """For the name of a noise."""
    kind, _, what = name.partition("_")
    percent = kind in ("symmetric", "asymmetric") and what.isdigit() and 1 <= int(what) <= 99
    if not (name == CLEAN or percent or (kind == "human" and what in HUMAN)):
        raise ValueError("none, symmetric_ or asymmetric_ and a percentage from 1 to 99, as in symmetric_40, "
                         f"or human_ and one of {', '.join(HUMAN)}")
    return name


Noise = Annotated[str, AfterValidator(noise)]
Values = Annotated[list[Positive], AfterValidator(distinct)]


class Data(Subset):
    """How many of the training images are held out, and how many times smaller images are made."""

    validation: Count
    pool: Count


class Noises(Section):
    """What every method is tried on, and what the main ones are besides."""

    all: list[Noise]
    main: list[Noise]

    @property
    def each(self):
        return [*self.all, *self.main]

    def of(self, method):
        """Those that a method is tried on."""
        return self.each if method in MAIN else self.all

    @model_validator(mode="after")
    def _those_of_claims(self):
        distinct(self.each)
        for names, needed in ((self.all, [SYMMETRIC, ASYMMETRIC]), (self.each, [CLEAN, *HIGH])):
            if not set(needed) <= set(names):
                raise ValueError(f"lists that have {', '.join(needed)}, which claims are about")
        return self


class Network(Section):
    """Groups of `convolutions` of each of `widths`, then a hidden layer of `dense` units, whose weights have
    a weight decay of their own.
    """

    widths: Annotated[list[Count], Field(min_length=1)]
    convolutions: Count
    dense: Count
    decay: NotNegative


class Plain(Section):
    """No parameter."""


class Sce(Section):
    """alpha CE + beta RCE, with log 0 := a."""

    alpha: NotNegative
    beta: NotNegative
    a: Annotated[float, Field(lt=0)]


class Gce(Section):
    """(1 - p^q) / q."""

    q: Annotated[float, Field(gt=0, le=1)]


class Smoothing(Section):
    """`share` of every label goes evenly to all classes."""

    share: Share


class Bootstrap(Section):
    """`share` of the label, the rest of what the network takes the image for."""

    share: Share


class Mixup(Section):
    """`alpha` of the Beta distribution."""

    alpha: NotNegative


METHODS = {
    "ce": Plain,
    "sce": Sce,
    "gce": Gce,
    "smoothing": Smoothing,
    "bootstrap": Bootstrap,
    "forward": Plain,
    "mixup": Mixup,
}


class Methods(Section):
    """Section `noisy_labels.methods`."""

    ce: Plain
    sce: Sce
    gce: Gce
    smoothing: Smoothing
    bootstrap: Bootstrap
    forward: Plain
    mixup: Mixup


class Sweep(Section):
    """Other values of SCE's alpha and beta, one changed at a time."""

    alpha: Values
    beta: Values


class NoisyLabels(Section):
    """Section `noisy_labels`."""

    data: Data
    human: str
    noises: Noises
    network: Network
    training: ImageRecipe
    every: Count
    methods: Methods
    sweep: Sweep


SECTIONS = {"noisy_labels": NoisyLabels}
