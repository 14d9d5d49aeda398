"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, Depth, NotNegative, Positive, Section, ascending


class Odin(Section):
    """Temperature of the softmax, and length of the step on the input, in [0, 1] image space."""

    temperature: Positive
    epsilon: NotNegative


class Capacity(Section):
    """Size of a residual network; the rest is as in section `training`."""

    depth: Depth
    width: Count


class Capacities(Section):
    """Networks beside the baseline, from the smallest to the largest in depth, then in width."""

    shallow: Capacity
    middling: Capacity
    deep: Capacity
    narrow: Capacity
    wide: Capacity

    @model_validator(mode="after")
    def _ordered(self):
        if not (self.shallow.depth < self.deep.depth and self.narrow.width < self.wide.width):
            raise ValueError("a section whose deep is deeper than shallow, and wide wider than narrow")
        return self


class Known(Section):
    """The network of the first classes: their number and its epochs; the rest is as in `training`."""

    classes: Annotated[int, Field(ge=2)]
    epochs: Count


class Finetuning(Section):
    """How that network is trained on; the rest is as in section `training`."""

    epochs: Count
    lr: Positive
    outliers: Count


class Exposure(Section):
    """Outlier exposure: the paper's lambda."""

    weight: NotNegative


class Energy(Section):
    """Energy bounds: the weight, and the paper's m_in and m_out, of the energy -logsumexp of the logits."""

    weight: NotNegative
    m_in: float
    m_out: float

    @model_validator(mode="after")
    def _ordered(self):
        if self.m_in >= self.m_out:
            raise ValueError("a section whose m_in is below its m_out")
        return self


class Diversity(Section):
    """From how many classes so many outliers are drawn."""

    classes: Annotated[list[Count], Field(min_length=2), AfterValidator(ascending)]
    images: Count

    @model_validator(mode="after")
    def _of_every_class(self):
        if self.images < self.classes[-1]:
            raise ValueError("a section with at least one of its images for each of its classes")
        return self


class Ood(Section):
    """Section `ood`."""

    noise: Count
    odin: Odin
    capacities: Capacities
    known: Known
    finetuning: Finetuning
    exposure: Exposure
    energy: Energy
    diversity: Diversity


SECTIONS = {"ood": Ood}
