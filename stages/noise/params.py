"""What params.yaml may hold for this experiment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from stages.core.params import Count, NotNegative, Positive, Section, ascending, distinct

Norm = Literal["l2", "linf"]

LOW_BITS = 4                     # "low bit widths", in claims, are this many bits and fewer


def _some_low(bits):
    if min(bits) > LOW_BITS:
        raise ValueError(f"a list with at least one number up to {LOW_BITS}")
    return bits


Radii = Annotated[list[Positive], AfterValidator(ascending)]


class Robustness(Section):
    """Measures that need only forward passes."""

    sigmas: Radii
    draws: Annotated[int, Field(ge=10)]
    draws_seed: Annotated[int, Field(ge=0)]
    bits: Annotated[
        list[Annotated[int, Field(ge=2, le=16)]], AfterValidator(distinct), AfterValidator(_some_low)
    ]


class Landscape(Section):
    """Measures that follow gradients of the loss with respect to the weights.

    The first of `radii_l2` is the rho at which sharpness is reported.
    """

    images: Count
    radii_l2: Radii
    radii_linf: Radii
    steps: Count
    hessian_images: Count
    batch_size: Count
    iterations: Count
    reach: Positive
    points: Annotated[int, Field(ge=3)]
    directions: Count


class Noise(Section):
    """Section `noise`."""

    robustness: Robustness
    landscape: Landscape


class Gaussian(Section):
    """Section `gaussian`."""

    sigma: NotNegative


class Sam(Section):
    """Sections `sam` and `sam_linf`."""

    rho: NotNegative
    norm: Norm
    steps: Count


class SamMultistep(Section):
    """Section `sam_multistep`: what it does not say is as in `sam`."""

    steps: Count


SECTIONS = {"noise": Noise, "gaussian": Gaussian, "sam": Sam, "sam_multistep": SamMultistep, "sam_linf": Sam}
