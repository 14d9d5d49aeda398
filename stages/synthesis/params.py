"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import AfterValidator, Field

from stages.core.params import Attack, Count, Few, NotNegative, Positive, Section, ascending, distinct


class Descent(Section):
    """Descent on images: `iterations` steps of length `step` in the L2 ball of radius `epsilon`; `per_class`
    images of every class.
    """

    per_class: Count
    epsilon: Positive
    step: Positive
    iterations: Count


class Generation(Descent):
    """Images of a class from seeds; `neighbours` is the k of precision and recall."""

    neighbours: Count


class Masked(Descent):
    """Descent that shall change a box of so many pixels; `weight` is the price of changes outside."""

    box: Count
    weight: NotNegative


class SuperResolution(Descent):
    """Images that were shrunk by each of these factors."""

    factors: Annotated[list[Annotated[int, Field(ge=2)]], AfterValidator(ascending)]


class Adversarial(Attack):
    """Training of the networks of two classes; only the robust ones are attacked."""

    epochs: Count
    batch_size: Count


Pair = Annotated[list[str], Field(min_length=2, max_length=2), AfterValidator(distinct)]


class Pairs(Section):
    """Classes of `objects` that are turned into one another."""

    first: Pair
    second: Pair
    third: Pair


class Synthesis(Section):
    """Section `synthesis`."""

    seeds: Few
    generation: Generation
    inpainting: Masked
    super_resolution: SuperResolution
    pairs: Pairs
    two_class: Adversarial
    translation: Descent
    sketch: Descent
    painting: Masked


SECTIONS = {"synthesis": Synthesis}
