"""What params.yaml may hold for this experiment."""

from itertools import pairwise
from typing import Annotated

from pydantic import Field, field_validator

from stages.core.params import Count, Few, Recipe, Section

PIXELS, CLASSES = 28 * 28, 10                                # of `digits`

Widths = Annotated[list[Count], Field(min_length=1)]
Ranks = Annotated[list[Count], Field(min_length=2)]          # of each layer's weight matrix


class Refinement(Section):
    """How long narrow networks are trained; all else is as in `lowrank.training`."""

    epochs: Count


class Scratch(Section):
    """The control that costs most."""

    seeds: Few


class AllRanks(Section):
    """The narrow networks."""

    half: Ranks
    quarter: Ranks
    eighth: Ranks


class Lowrank(Section):
    """Section `lowrank`."""

    hidden: Widths
    training: Recipe
    refinement: Refinement
    scratch: Scratch
    ranks: AllRanks

    @field_validator("ranks")
    @classmethod
    def _within_their_matrices(cls, ranks, info):
        if "hidden" in info.data:
            widths = [PIXELS, *info.data["hidden"], CLASSES]
            most = [min(pair) for pair in pairwise(widths)]
            for each in (ranks.half, ranks.quarter, ranks.eighth):
                if len(each) != len(most) or any(k > top for k, top in zip(each, most, strict=True)):
                    raise ValueError(f"in each list a rank for every weight matrix, at most {most}")
        return ranks


SECTIONS = {"lowrank": Lowrank}
