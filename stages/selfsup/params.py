"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, Few, NotNegative, Positive, Section, Subset, ascending, distinct

METHODS = "simclr", "rotnet", "pirl_rotation", "pirl_jigsaw", "supervised"
ADDED = "multi_crop", "stronger", "neighbours"               # invariances that are added
ARMS = "objects", "scenes", "uniform", "long_tailed", *ADDED
BEGINNINGS = "random", "simclr"                            # of fine-tuning
PER_CENT = 1, 10, 100                                        # of labels

Share = Annotated[float, Field(ge=0, le=1)]
Fraction = Annotated[float, Field(gt=0, le=1)]
Two = Field(min_length=2, max_length=2)


def even(number):
    """For the number of epochs, of which RotNet has half as many."""
    if number % 2:
        raise ValueError("an even number")
    return number


class Shape(Section):
    """Of the encoder: a width and a stride for each block."""

    widths: Annotated[list[Count], Field(min_length=2)]
    strides: list[Annotated[int, Field(ge=1, le=2)]]

    @model_validator(mode="after")
    def _as_many(self):
        if len(self.widths) != len(self.strides):
            raise ValueError(f"a stride for each of {len(self.widths)} widths")
        return self


class Training(Section):
    """Of encoders: `epochs` with two views of an image, `views` in a step."""

    epochs: Annotated[Count, AfterValidator(even)]
    views: Annotated[int, Field(ge=4, multiple_of=4)]
    lr: Positive

    @property
    def batch_size(self):
        """Images in a step, with two views of each."""
        return self.views // 2


class Views(Section):
    """Random views: the least share of an image, and the strength of colours."""

    scale: Fraction
    strength: Annotated[float, Field(ge=0, le=2)]


class Contrast(Section):
    """SimCLR: the temperature, and how many numbers are compared."""

    temperature: Positive
    outputs: Count


class Bank(Section):
    """PIRL; `momentum` is how much of a vector in the memory stays, `share` its lambda."""

    temperature: Positive
    outputs: Count
    negatives: Count
    momentum: Share
    share: Share


class Batch(Section):
    """The grid of batch sizes and epochs, and other values of a temperature and a share."""

    sizes: Annotated[list[Annotated[int, Field(ge=2)]], AfterValidator(ascending), Two]
    epochs: Annotated[list[Count], AfterValidator(ascending), Two]
    temperatures: Annotated[list[Positive], AfterValidator(distinct)]
    shares: Annotated[list[Share], AfterValidator(distinct)]


class Crops(Section):
    """`large` and `small` are sides in pixels, `count` how many small ones, `overlap` their least share in
    the second large one.
    """

    large: Annotated[int, Field(ge=4)]
    small: Annotated[int, Field(ge=4)]
    count: Count
    overlap: Share


class Neighbours(Section):
    """`count` nearest ones, `weight` of their loss, `after` which share of the training."""

    count: Count
    weight: NotNegative
    after: Share


class Revisited(Section):
    """`tail` is how many times the first class outnumbers the last."""

    epochs: Count
    tail: Annotated[float, Field(ge=1)]
    multi_crop: Crops
    strength: Annotated[float, Field(ge=0, le=2)]
    neighbours: Neighbours


class Probe(Section):
    """`decay` of the linear layer, and how many `neighbours` vote."""

    decay: Positive
    neighbours: Count


class Tuning(Section):
    """Fine-tuning: epochs with 1, 10 and 100 % of the labels."""

    epochs: Annotated[list[Count], Field(min_length=3, max_length=3)]
    batch_size: Count
    lr: Positive


class Selfsup(Section):
    """Section `selfsup`."""

    data: Subset
    seeds: Few
    encoder: Shape
    training: Training
    views: Views
    simclr: Contrast
    pirl: Bank
    sweep: Batch
    revisited: Revisited
    probe: Probe
    labels: Tuning


SECTIONS = {"selfsup": Selfsup}
