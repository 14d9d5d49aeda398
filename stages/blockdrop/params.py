"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from stages.core.params import Count, Few, ImageRecipe, NotNegative, Positive, Section, Subset, ascending

Share = Annotated[float, Field(gt=0, le=1)]
Numbers = Annotated[list[Count], AfterValidator(ascending)]


class Shape(Section):
    """The networks: of 6n + 2 layers, n at least 2, which see images `pool` times smaller."""

    depth: Annotated[int, Field(ge=14)]
    width: Count
    pool: Count

    @property
    def blocks(self):
        return (self.depth - 2) // 2

    @model_validator(mode="after")
    def _whole_blocks(self):
        if self.depth % 6 != 2:
            raise ValueError("a depth 6n + 2: 14, 20, 32, 44, 56, 110, ...")
        return self


class Dropping(Section):
    """Training with parts left out at random: `survival` of the last block in stochastic depth, and how many
    blocks a short path has at most.
    """

    survival: Share
    short: Count


class Lesions(Section):
    """What is left out of trained networks: numbers of blocks, and of exchanges with the `draws` of each;
    `images` of the training set choose the blocks that can be spared.
    """

    dropped: Numbers
    swaps: Numbers
    draws: Count
    images: Count


class Paths(Section):
    """How many test images, and how many paths of each length for each."""

    images: Count
    draws: Count


class Policy(Section):
    """The policy network, on images `pool` times smaller, and how it explores: `exploration` is alpha."""

    width: Count
    pool: Count
    exploration: Annotated[float, Field(gt=0.5, lt=1)]
    entropy: NotNegative


class Stage(Section):
    """One of the two trainings of a policy, by Adam."""

    epochs: Count
    batch_size: Count
    lr: Positive


class Curriculum(Stage):
    """The first, of the policy alone; `gamma` is what an error costs."""

    gamma: NotNegative


class Joint(Stage):
    """The second, of both networks; what is random in its controls is drawn `draws` times."""

    draws: Count


class Gamma(Section):
    """What an error costs a policy in the second."""

    gamma: NotNegative


class Gammas(Section):
    """The policies."""

    sparing: Gamma
    careful: Gamma


class Blockdrop(Section):
    """Section `blockdrop`."""

    data: Subset
    seeds: Few
    shape: Shape
    training: ImageRecipe
    dropping: Dropping
    lesions: Lesions
    paths: Paths
    policy: Policy
    curriculum: Curriculum
    joint: Joint
    gammas: Gammas

    @model_validator(mode="after")
    def _blocks_that_are_there(self):
        blocks = self.shape.blocks
        if self.lesions.dropped[-1] >= blocks:
            raise ValueError(f"`lesions.dropped` below {blocks}, the number of blocks")
        if self.dropping.short >= blocks:
            raise ValueError(f"`dropping.short` below {blocks}, the number of blocks")
        if self.curriculum.epochs < blocks:
            raise ValueError(f"`curriculum.epochs` of at least {blocks}: every block has one")
        return self


SECTIONS = {"blockdrop": Blockdrop}
