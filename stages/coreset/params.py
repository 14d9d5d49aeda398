"""What params.yaml may hold for this experiment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from stages.core.params import Count, Few, Section, Subset, Training, ascending, distinct

LEAST, HALF = 0.3, 0.5                                         # fractions that claims are about
CRITERIA = "random", "entropy", "least_confidence", "margin", "forgetting", "k_centre"
COMPARED = "random", "entropy"                              # at equal budgets
NEEDED = "random", "entropy", "forgetting", "target_entropy"     # choices that claims are about

Fraction = Annotated[float, Field(gt=0, le=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
Choice = Literal["random", "entropy", "least_confidence", "margin", "forgetting", "k_centre",
                 "target_entropy", "target_forgetting"]


def _with(*needed):
    def check(values):
        if not set(needed) <= set(values):
            raise ValueError(f"a list that has {', '.join(map(str, needed))}, which claims are about")
        return values

    return AfterValidator(check)


Fractions = Annotated[list[Fraction], AfterValidator(ascending), _with(LEAST, HALF)]
Choices = Annotated[list[Choice], AfterValidator(distinct)]


class Network(Training):
    """A ResNet, how it is trained, and how many times smaller it sees images."""

    pool: Count


class Sweep(Section):
    """Choices of which other fractions than a half are tried."""

    fractions: Fractions
    choices: Annotated[Choices, _with(*COMPARED)]


def fractions(sweep, choice, first):
    """Of which fractions a choice keeps images: for the first few seeds all, for others those of claims."""
    if choice not in sweep.choices:
        return [HALF]
    return sweep.fractions if first else [LEAST, HALF]


class Coreset(Section):
    """Section `coreset`."""

    data: Subset
    proxy: Network
    target: Network
    choices: Annotated[Choices, _with(*NEEDED)]
    every_seed: Choices
    seeds: Few
    sweep: Sweep
    mislabelled: Share


SECTIONS = {"coreset": Coreset}
