"""What params.yaml may hold for this experiment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, Few, ImageRecipe, NotNegative, Positive, Recipe, Section, ascending

MIDDLING = 2.5, 4.0               # the temperatures at which Hinton et al. found small students best


def _around_middling(temperatures):
    low, high = MIDDLING
    parts = [sum(t < low for t in temperatures), sum(low <= t <= high for t in temperatures)]
    if 0 in parts or sum(parts) == len(temperatures):
        raise ValueError(f"a list with a number below {low:g}, one from {low:g} to {high:g} and one above")
    return temperatures


Digit = Annotated[int, Field(ge=0, le=9)]
Share = Annotated[float, Field(ge=0, le=1)]
Below = Annotated[float, Field(ge=0, lt=1)]
Temperatures = Annotated[list[Positive], AfterValidator(ascending), AfterValidator(_around_middling)]


class Teacher(Recipe):
    """The regularised perceptron: `pad` pixels of shift, `max_norm` of the weights into a hidden unit."""

    width: Count
    dropout: Below
    max_norm: Positive
    pad: Annotated[int, Field(ge=0)]


class Sizes(Section):
    """Hidden units of a layer of the students."""

    large: Count
    small: Count


class Omitted(Section):
    """The digit that is missing in a transfer set, and the highest bias that its errors are drawn at."""

    digit: Digit
    highest: Positive


class Digits(Section):
    """Section `distillation.digits`: a perceptron teaches others."""

    held_out: Count
    teacher: Teacher
    student: Recipe
    sizes: Sizes
    alpha: Share
    temperature: Positive
    temperatures: Temperatures
    omitted: Omitted

    @model_validator(mode="after")
    def _swept(self):
        if self.temperature not in self.temperatures:
            raise ValueError(f"a section whose temperature {self.temperature:g} is one of its temperatures")
        return self


class Network(Section):
    """A residual network in stages."""

    block: Literal["basic", "bottleneck"]
    blocks: Annotated[list[Count], Field(min_length=2)]
    width: Annotated[int, Field(ge=4)]


class Networks(Section):
    """The student, and the weaker network that teaches it."""

    student: Network
    weaker: Network


class Poor(Section):
    """The teacher whose training stopped early."""

    epochs: Count


class Taught(Section):
    """Weight of the soft term, and temperature."""

    alpha: Share
    temperature: Positive


class AllTaught(Section):
    """One section for each teacher."""

    weaker: Taught
    poor: Taught
    student: Taught


class Virtual(Taught):
    """The teacher made by hand, and its probability of the right class."""

    confidence: Annotated[float, Field(ge=0.9, lt=1)]


class Smoothing(Section):
    """Share of every label that goes to all classes."""

    epsilon: Share


class OwnTeacher(Taught):
    """Be Your Own Teacher; `hint` is the paper's lambda."""

    hint: NotNegative


ALONE = {"virtual": Virtual, "smoothing": Smoothing, "own_teacher": OwnTeacher}


class Objects(Section):
    """Section `distillation.objects`: residual networks teach each other, and themselves."""

    seeds: Few
    training: ImageRecipe
    networks: Networks
    poor: Poor
    taught: AllTaught
    virtual: Virtual
    smoothing: Smoothing
    own_teacher: OwnTeacher


class Distillation(Section):
    """Section `distillation`."""

    digits: Digits
    objects: Objects


SECTIONS = {"distillation": Distillation}
