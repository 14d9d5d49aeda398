"""What params.yaml may hold for this experiment; what training reads of it is in methods.py."""

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from stages.core.params import Count, Few, Positive, Section, ascending, distinct
from stages.datasets.corruption_names import NAMES, SEVERITIES
from stages.regularization.methods import Fitting, Longer, Networks, Small, Sweep

Severities = Annotated[list[Literal[SEVERITIES]], AfterValidator(ascending)]
Corruptions = Annotated[list[Literal[NAMES]], AfterValidator(distinct)]


class Corruption(Section):
    """Section `regularization.corruption`: which corruptions, how severe."""

    names: Corruptions
    severities: Severities


class Attacks(Section):
    """Section `regularization.attacks`: L-infinity balls, in 1/255.

    `epsilon`, one of `epsilons`, is the one of the claims, and of PGD: `iterations` steps of `step`.
    """

    epsilons: Annotated[list[Positive], AfterValidator(ascending)]
    epsilon: Positive
    step: Positive
    iterations: Count

    @model_validator(mode="after")
    def _one_of_them(self):
        if self.epsilon not in self.epsilons:
            raise ValueError(f"a section whose epsilon {self.epsilon:g} is one of its epsilons")
        return self


class Regularization(Section):
    """Section `regularization`; `images` is how many test images are corrupted or attacked in testing."""

    seeds: Few
    training: Fitting
    networks: Networks
    small: Small
    sweep: Sweep
    longer: Longer
    corruption: Corruption
    attacks: Attacks
    images: Count


SECTIONS = {"regularization": Regularization}
