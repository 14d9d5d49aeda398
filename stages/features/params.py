"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import AfterValidator, Field

from stages.core.params import Attack, Count, Positive, Section, ascending


class Retraining(Section):
    """How a network is trained on a constructed set; the rest is as in section `training`."""

    epochs: Count
    lr: Positive
    pad: Annotated[int, Field(ge=0)]
    flip: bool


class NonRobust(Section):
    """Section `features.nonrobust`: the attack that makes each of these sets."""

    rand: Attack
    det: Attack


class Inversion(Section):
    """Descent in image space towards another image's features."""

    step: Positive
    iterations: Count


class Evaluation(Section):
    """The attack on every network, in an L2 ball; its steps are 2.5 epsilon / iterations long.

    The first of `epsilons` is the one of the claims; `images` test images are attacked.
    """

    images: Count
    epsilons: Annotated[list[Positive], AfterValidator(ascending)]
    iterations: Count
    restarts: Count


class Sets(Section):
    """Section `features.retraining`: training on each of the constructed sets."""

    rand: Retraining
    det: Retraining
    robust: Retraining
    robust_noise: Retraining
    standard: Retraining


class Features(Section):
    """Section `features`."""

    images: Count
    nonrobust: NonRobust
    inversion: Inversion
    retraining: Sets
    evaluation: Evaluation


SECTIONS = {"features": Features}
