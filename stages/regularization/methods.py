"""What params.yaml may hold for training: the three methods, their combinations, the sweeps, longer runs."""

from typing import Annotated

from pydantic import AfterValidator, Field

from stages.core.params import Count, Depth, NotNegative, Section, ascending


def from_zero(values):
    """For the values of a sweep, whose control is 0."""
    if values[0] != 0:
        raise ValueError("a list that begins with 0, the control")
    return values


SIDE = 32                        # pixels of an image of `objects`, in height and width
Size = Annotated[int, Field(ge=0, le=SIDE)]
Sweep = AfterValidator(ascending), AfterValidator(from_zero)


class Cutout(Section):
    """`size` is the side of the square, in pixels."""

    size: Size


class Mixup(Section):
    """`alpha` of the Beta distribution from which the ratio of two images is drawn; 0 mixes nothing."""

    alpha: NotNegative


class Rotation(Section):
    """`weight` of the loss on rotated images; `share` of every batch that is rotated."""

    weight: NotNegative
    share: Annotated[float, Field(gt=0, le=1)]


class CutoutMixup(Cutout, Mixup):
    """Squares are cut out before images are mixed."""


class CutoutRotation(Cutout, Rotation):
    """Rotated images have their squares, too."""


class MixupRotation(Mixup, Rotation):
    """Images are rotated unmixed."""


class All(Cutout, Mixup, Rotation):
    """All three methods."""


NETWORKS = {
    "cutout": Cutout,
    "mixup": Mixup,
    "rotation": Rotation,
    "cutout_mixup": CutoutMixup,
    "cutout_rotation": CutoutRotation,
    "mixup_rotation": MixupRotation,
    "all": All,
}


class Networks(Section):
    """Section `regularization.networks`: every network's methods."""

    cutout: Cutout
    mixup: Mixup
    rotation: Rotation
    cutout_mixup: CutoutMixup
    cutout_rotation: CutoutRotation
    mixup_rotation: MixupRotation
    all: All


class Small(Section):
    """The network of the sweeps, and its epochs; the rest is as in section `training`."""

    depth: Depth
    width: Count
    epochs: Count


class CutoutSweep(Section):
    """Sides of the square."""

    size: Annotated[list[Size], *Sweep]


class MixupSweep(Section):
    """Parameters of the Beta distribution."""

    alpha: Annotated[list[NotNegative], *Sweep]


class RotationSweep(Section):
    """Weights of the loss on rotated images; `share` of every batch that is rotated."""

    weight: Annotated[list[NotNegative], *Sweep]
    share: Annotated[float, Field(gt=0, le=1)]


SWEEPS = {"cutout": CutoutSweep, "mixup": MixupSweep, "rotation": RotationSweep}
SWEPT = {"cutout": "size", "mixup": "alpha", "rotation": "weight"}


class Sweeps(Section):
    """Section `regularization.sweeps`: one method with several values of its parameter."""

    cutout: CutoutSweep
    mixup: MixupSweep
    rotation: RotationSweep


def values_of(sweeps, method):
    """The values of a method's parameter in a sweep."""
    return getattr(getattr(sweeps, method), SWEPT[method])


class Longer(Section):
    """Section `regularization.longer`: a longer run; the rest is as in section `training`."""

    epochs: Count

