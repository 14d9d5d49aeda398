"""What params.yaml may hold for this experiment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from stages.core.params import Count, NotNegative, Positive, Section, ascending, distinct

Norm = Literal["l2", "linf"]
Variant = Literal["sam", "sam_multistep", "sam_linf"]
Networks = list[str]

LOW_BITS = 4                     # "low bit widths", in claims, are this many bits and fewer


def _some_low(bits):
    if min(bits) > LOW_BITS:
        raise ValueError(f"a list with at least one number up to {LOW_BITS}")
    return bits


def _with_sam(variants):
    if "sam" not in variants:
        raise ValueError("a list with sam, which the others are compared with")
    return variants


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
    """Section `noise`: the variants of SAM that are trained, and all networks that are measured.

    `networks` repeats `sam`, because DVC takes the names of stages from lists as they are.
    """

    sam: Annotated[list[Variant], AfterValidator(distinct), AfterValidator(_with_sam)]
    networks: Networks
    robustness: Robustness
    landscape: Landscape

    @field_validator("networks")
    @classmethod
    def _all_trained(cls, networks, info):
        wanted = ["sgd", "gaussian", *info.data.get("sam", [])]
        if "sam" in info.data and networks != wanted:
            raise ValueError(f"sgd, gaussian and those of `noise.sam`: {wanted}")
        return networks


class Gaussian(Section):
    """Section `gaussian`."""

    sigma: NotNegative


class Sam(Section):
    """Sections `sam`, `sam_multistep` and `sam_linf`."""

    rho: NotNegative
    norm: Norm
    steps: Count


SECTIONS = {"noise": Noise, "gaussian": Gaussian, "sam": Sam, "sam_multistep": Sam, "sam_linf": Sam}
