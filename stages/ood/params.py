"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, NotNegative, Positive, Section, distinct


class Odin(Section):
    """Temperature of the softmax, and length of the step on the input, in [0, 1] image space."""

    temperature: Positive
    epsilon: NotNegative


def classes_of(names):
    """Of how many classes the outliers are that networks see, for those that say so: name -> number."""
    return {name: int(name.split("_")[1]) for name in names if name.startswith("classes_")}


def _with_controls(names):
    classes = list(classes_of(names).values())
    if not {"control", "exposed"} <= set(names) or sorted(classes) != classes or len(classes) < 2:
        raise ValueError("a list with control, exposed, and two or more of classes_*, the fewest first")
    return names


# networks beside the baseline, which differ from it in one number: depth_14, width_4
Capacities = Annotated[
    list[Annotated[str, Field(pattern=r"^(depth|width)_[1-9]\d*$")]],
    AfterValidator(distinct),
]
# networks of the first classes: trained on without outliers, with all, or with those of so many classes
Exposed = Annotated[
    list[Annotated[str, Field(pattern=r"^(control|exposed|classes_[1-9]\d*)$")]],
    AfterValidator(distinct), AfterValidator(_with_controls),
]


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
    """Outlier exposure: the paper's lambda, and how many outliers `classes_*` see."""

    weight: NotNegative
    images: Count


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


class Ood(Section):
    """Section `ood`."""

    noise: Count
    odin: Odin
    capacities: Capacities
    known: Known
    finetuning: Finetuning
    exposed: Exposed
    exposure: Exposure
    energy: Energy

    @model_validator(mode="after")
    def _enough_images(self):
        if self.exposure.images < max(classes_of(self.exposed).values()):
            raise ValueError("a section whose exposure.images are at least one for each class in `exposed`")
        if self.exposure.images < self.finetuning.outliers:
            raise ValueError("a section whose exposure.images fill a batch of finetuning.outliers")
        return self


SECTIONS = {"ood": Ood}
