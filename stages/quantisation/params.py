"""What params.yaml may hold for this experiment, and what the names of networks in it mean."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from stages.core.params import (
    Count,
    Depth,
    Few,
    ImageRecipe,
    NotNegative,
    Section,
    ascending,
    distinct,
)

FULL = 32                        # bits of what is not quantised
BITS = 1, 2, 3                   # of weights, compared; the paper's
MOST = 8
NEEDED = [                       # networks that claims are about
    "full", *(f"learnt_{bits}_{FULL}" for bits in BITS), *(f"uniform_{bits}_{FULL}" for bits in BITS[1:]),
    "learnt_2_2", "backpropagated_2_2",
]


def setting(name):
    """What the name of a network means, as arguments of `quantised` (nets.py): none of `full`."""
    if name == "full":
        return {}
    levels, weights, activations = name.split("_")
    return {"levels": levels, "weights": int(weights), "activations": int(activations)}


def _name(name):
    match = re.fullmatch(r"(?:learnt|uniform|backpropagated)_(\d+)_(\d+)", name)
    allowed = {*range(1, MOST + 1), FULL}
    if name != "full" and not (match and {*map(int, match.groups())} <= allowed):
        raise ValueError(f"full, or learnt, uniform or backpropagated with the bits of weights and of "
                         f"activations, as in learnt_2_32: from 1 to {MOST}, or {FULL} for full precision")
    return name


def _with_needed(names):
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise ValueError(f"a list that has {', '.join(missing)}, which claims are about")
    return names


Name = Annotated[str, AfterValidator(_name)]
Networks = Annotated[list[Name], AfterValidator(distinct), AfterValidator(_with_needed)]


class Sparse(Section):
    """Bases that begin with bits for `weights`, from which bits vanish."""

    weights: Annotated[int, Field(ge=1, le=MOST)]
    strengths: Annotated[list[NotNegative], AfterValidator(ascending)]


class Quantisation(Section):
    """Section `quantisation`."""

    depth: Depth
    images: Count
    training: ImageRecipe
    networks: Networks
    every_seed: list[Name]
    seeds: Few
    sparse: Sparse


SECTIONS = {"quantisation": Quantisation}
