"""What params.yaml may hold for this experiment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, Few, NotNegative, Positive, Section, ascending

Share = Annotated[float, Field(ge=0, lt=1)]
Target = Annotated[float, Field(ge=0, le=1)]
Epochs = Annotated[int, Field(ge=4)]                       # of fewer, a course says nothing
Several = Annotated[int, Field(ge=10)]                       # images: of fewer, a distance says nothing


class Many(Section):
    """Steps of a clipped critic in each of the first `turns`, and now and then."""

    turns: Annotated[int, Field(ge=0)]
    steps: Count


class Rules(Section):
    """Section `gan.rules`: the bound of a critic's weights, the weight of the gradient penalty."""

    clip: Positive
    penalty: Positive
    many: Many


class Kind(Section):
    """The learning rate of both players and the steps of the critic in a turn."""

    lr: Positive
    critic_steps: Count


class Kinds(Section):
    """All losses."""

    saturating: Kind
    non_saturating: Kind
    wgan: Kind
    penalty: Kind


class Objects(Section):
    """Section `gan.objects`: `watched` images are judged after every epoch, which has so many `turns`."""

    latent: Count
    width: Count
    batch_size: Count
    epochs: Epochs
    turns: Count
    watched: Several


class Optimum(Section):
    """Section `gan.optimum`: after how many steps of a new critic gradients are taken."""

    steps: Annotated[list[Count], Field(min_length=2), AfterValidator(ascending)]


class Rates(Section):
    """Section `gan.rates`: learning rates, and when a training has collapsed: the spread of `judged` samples
    is below the share `spread` of the data's, or fewer than so many `classes` are seen in them.
    """

    rates: Annotated[list[Positive], AfterValidator(ascending)]
    latent: Count
    hidden: Count
    batch_size: Count
    epochs: Count
    critic_steps: Count
    judged: Several
    spread: Target
    classes: Count


class Acgan(Section):
    """Section `gan.acgan`: channels are the paper's times `width`; `pairs` of each class are compared."""

    latent: Count
    width: Annotated[float, Field(gt=0, le=1)]
    dropout: Share
    batch_size: Count
    epochs: Count
    lr: Positive
    pairs: Count


class Inversion(Section):
    """Section `gan.inversion`: pairs of test images, the search for their z, images on the way."""

    pairs: Count
    lr: Positive
    steps: Count
    points: Annotated[int, Field(ge=3)]


class GeneratorUnits(Section):
    """ReLU units of a conditional generator."""

    z: Count
    y: Count
    joint: Count


class CriticUnits(Section):
    """Maxout units of a conditional discriminator, and their pieces."""

    x: Count
    y: Count
    joint: Count
    pieces: Count
    joint_pieces: Count


class Conditional(Section):
    """Section `gan.conditional`: training images held out to choose the width of windows, of which there are
    so many a class.
    """

    latent: Count
    generator: GeneratorUnits
    critic: CriticUnits
    dropout: Share
    batch_size: Count
    epochs: Count
    rule: Literal["sgd", "adam"]
    lr: Positive
    validation: Count
    windows: Count


class Variant(Section):
    """The networks, the discriminator's targets, the deviation of noise on what it sees."""

    net: Literal["dense", "convolutional"]
    real: Target
    made: Target
    noise: NotNegative

    @model_validator(mode="after")
    def _apart(self):
        if self.real <= self.made:
            raise ValueError(f"a variant whose target for real images is above {self.made:g}")
        return self


class Variants(Section):
    """All of them; the last two change one thing of `dense`."""

    dense: Variant
    convolutional: Variant
    soft: Variant
    noisy: Variant


class Garments(Section):
    """Section `gan.garments`: units and channels are the assignment's times `width`; an epoch has so many
    `turns`; so many samples are `shown`.
    """

    latent: Count
    width: Annotated[float, Field(gt=0, le=1)]
    dropout: Share
    batch_size: Count
    epochs: Epochs
    turns: Count
    lr: Positive
    shown: Count


class Gan(Section):
    """Section `gan`: seeds, images of each generator that are measured, and its parts."""

    seeds: Few
    samples: Several
    rules: Rules
    objects: Objects
    kinds: Kinds
    optimum: Optimum
    rates: Rates
    acgan: Acgan
    inversion: Inversion
    conditional: Conditional
    garments: Garments
    variants: Variants


SECTIONS = {"gan": Gan}
