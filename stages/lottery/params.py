"""What params.yaml may hold for this experiment."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import (
    Attack,
    Count,
    Few,
    ImageRecipe,
    NotNegative,
    Positive,
    Section,
    ascending,
    distinct,
)

Criterion = Literal[
    "large_final", "small_final", "large_init", "large_init_large_final", "magnitude_increase", "movement",
    "random", "snip", "taylor",
]
Scope = Literal["global", "layerwise"]
Treatment = Literal[
    "reinit", "reinit_signed", "reshuffle", "reshuffle_signed", "constant", "constant_signed", "frozen",
]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Step = Annotated[int, Field(ge=0)]


def _chain(rounds):
    """Round -> the round before it, from 0 on, without a gap.

    Rounds are texts, because DVC passes over every key of a mapping that is none, without a word.
    """
    wanted = {str(n): n - 1 for n in range(1, len(rounds) + 1)}
    if not rounds or rounds != wanted:
        example = ", ".join(f'"{n}": {before}' for n, before in (wanted or {"1": 0}).items())
        raise ValueError(f"each round in quotes and the round before it, from 1 on: {{{example}}}")
    return rounds


Rounds = Annotated[dict[str | int, int], AfterValidator(_chain)]
Scopes = Annotated[list[Scope], AfterValidator(distinct)]


class Network(Section):
    """Section `lottery.network`: ResNets have depth 6n + 2, VGGs 11, 13, 16 or 19."""

    kind: Literal["resnet", "vgg"]
    depth: Count
    width: Count


class Training(ImageRecipe):
    """Section `lottery.training`: how every network of this experiment is trained."""

    warmup_steps: Step


class Finetuned(Section):
    """Section `lottery.finetuned`: the peak learning rate after the first training."""

    lr: Positive


class Adversarial(Section):
    """Section `lottery.adversarial`: tickets under adversarial training.

    `fraction` of the convolution weights is pruned at once; `images` test images are attacked by
    `evaluation`.
    """

    seeds: Few
    epochs: Count
    fraction: Fraction
    attack: Attack
    evaluation: Attack
    images: Count


class Continuous(Section):
    """Section `lottery.continuous`: initial mask logit, last β, λ and the learning rate of the logits."""

    initial: float
    beta: Annotated[float, Field(gt=1)]
    penalty: NotNegative
    lr: Positive


class Lottery(Section):
    """Section `lottery`."""

    seeds: Few
    network: Network
    training: Training
    rounds: Rounds
    fraction: Fraction
    rewind_step: Step
    controlled: Annotated[list[Count], AfterValidator(ascending)]
    common_round: Count
    finetuned: Finetuned
    criteria: Annotated[list[Criterion], AfterValidator(distinct)]
    scopes: Scopes
    gradient_images: Count
    treatments: Annotated[list[Treatment], AfterValidator(distinct)]
    adversarial: Adversarial
    continuous: Continuous

    @model_validator(mode="after")
    def _complete(self):
        last = len(self.rounds)
        if self.common_round > last:
            raise ValueError(f"a `common_round` of at most {last}, the last of `rounds`")
        if self.controlled[-1] > last:
            raise ValueError(f"a list `controlled` of at most {last}, the last of `rounds`")
        return self


CRITERIA = get_args(Criterion)
SECTIONS = {"lottery": Lottery}
