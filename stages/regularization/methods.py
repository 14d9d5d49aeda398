"""What params.yaml may hold for training: the three methods, their combinations, the sweep, longer runs."""

from typing import Annotated

from pydantic import AfterValidator, Field

from stages.core.params import Count, Depth, NotNegative, Section

PLAIN = "plain"                  # the network without a method: every other one's control
SINGLES = "cutout", "mixup", "rotation"
COMBINATIONS = "cutout_mixup", "cutout_rotation", "mixup_rotation", "all"
SIDE = 32                        # pixels of an image of `objects`, in height and width
Size = Annotated[int, Field(ge=0, le=SIDE)]
Share = Annotated[float, Field(gt=0, le=1)]


class Fitting(Section):
    """Section `regularization.training`: on how many training images networks learn, so that the plain one
    can overfit, and how; the rest is as in section `training`.
    """

    images: Count
    width: Count
    epochs: Count
    batch_size: Count


class Plain(Section):
    """No method."""


class Cutout(Section):
    """`size` is the side of the square, in pixels."""

    size: Size


class Mixup(Section):
    """`alpha` of the Beta distribution from which the ratio of two images is drawn; 0 mixes nothing."""

    alpha: NotNegative


class Rotation(Section):
    """`weight` of the loss on rotated images; `share` of every batch that is rotated."""

    weight: NotNegative
    share: Share


class CutoutMixup(Cutout, Mixup):
    """Squares are cut out before images are mixed."""


class CutoutRotation(Cutout, Rotation):
    """Rotated images have their squares, too."""


class MixupRotation(Mixup, Rotation):
    """Images are rotated unmixed."""


class All(Cutout, Mixup, Rotation):
    """All three methods."""


NETWORKS = {
    "plain": Plain,
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

    plain: Plain
    cutout: Cutout
    mixup: Mixup
    rotation: Rotation
    cutout_mixup: CutoutMixup
    cutout_rotation: CutoutRotation
    mixup_rotation: MixupRotation
    all: All


class Small(Section):
    """The network of the sweep, its epochs and seeds, and the share of every batch that is rotated where one
    is; the rest is as for the other networks.
    """

    depth: Depth
    width: Count
    epochs: Count
    share: Share
    seeds: Count


SWEPT = {"cutout": "size", "mixup": "alpha", "rotation": "weight"}


def swept(variant):
    """The method of a variant of the sweep, and the value of what is varied: `cutout_8` cuts 8 pixels."""
    method, _, value = variant.partition("_")
    return method, int(value) if value.isdigit() else float(value)


def varied(variant):
    """For a variant of the sweep."""
    try:
        if variant != PLAIN:
            method, value = swept(variant)
            extra = {"share": 1.0} if method == "rotation" else {}
            NETWORKS[method](**{SWEPT[method]: value}, **extra)
    except (KeyError, ValueError):
        raise ValueError(f"{PLAIN}, or a method and its value: cutout_ and a side of up to {SIDE} pixels, "
                         "mixup_ and its α, rotation_ and its weight; such as cutout_8") from None
    return variant


def controlled(variants):
    """For all variants of the sweep: the control and at least one value of every method, nothing twice."""
    first, *rest = variants or [None]
    if first != PLAIN or {method for method, _ in map(swept, rest)} != set(SWEPT):
        raise ValueError(f"a list that begins with {PLAIN}, the control, and has all of {', '.join(SWEPT)}")
    if len(set(map(swept, rest))) != len(rest):
        raise ValueError("a list with nothing in it twice")
    return variants


Variant = Annotated[str, AfterValidator(varied)]
Sweep = Annotated[list[Variant], AfterValidator(controlled)]


def values_of(sweep, method):
    """The variants of a method by the value of what is varied, ascending; the control is 0."""
    own = [(value, name) for name in sweep if name != PLAIN for of, value in [swept(name)] if of == method]
    return {0: PLAIN} | dict(sorted(own))


class Longer(Section):
    """Section `regularization.longer`: a longer run; the rest is as for the other networks."""

    epochs: Count

