"""What params.yaml may hold for this experiment."""

from typing import Annotated

from pydantic import Field, model_validator

from stages.core.params import Attack, Count, Few, NotNegative, Positive, Section, Training

Share = Annotated[float, Field(gt=0, le=1)]                  # of training
Temperature = Annotated[float, Field(ge=1)]


class Kernels(Section):
    """A network with so many kernels in every convolution; τ falls from `temperature` to 1."""

    kernels: Count
    temperature: Temperature
    seeds: Count


class KernelNetworks(Section):
    """All of them; `flat` has the temperature 1 from the beginning."""

    plain: Kernels
    two: Kernels
    three: Kernels
    four: Kernels
    five: Kernels
    flat: Kernels


class Convolutions(Section):
    """Section `dynamic.kernels`: `annealing` is the share of training in which τ falls."""

    annealing: Share
    networks: KernelNetworks


class Gates(Section):
    """A gated network: the weight λ of its open gates at the end, and γ of the prior at the beginning."""

    price: NotNegative
    shaping: NotNegative
    seeds: Count


class GatedNetworks(Section):
    """All of them; `unshaped` is `medium` without the prior."""

    light: Gates
    medium: Gates
    heavy: Gates
    unshaped: Gates


class Prior(Section):
    """Beta(a, b); shares of training at which γ has fallen to 0, and λ has risen to its end."""

    a: Positive
    b: Positive
    annealing: Share
    ramp: Share

    @model_validator(mode="after")
    def _in_order(self):
        if self.ramp <= self.annealing:
            raise ValueError(f"a section whose ramp {self.ramp:g} is after its annealing {self.annealing:g}")
        return self


class Gating(Section):
    """Section `dynamic.gates`."""

    prior: Prior
    networks: GatedNetworks


class Narrow(Section):
    """Section `dynamic.narrow`: widths of the two plain networks that are cheaper than the gated one."""

    wider: Count
    narrower: Count


class Embedding(Section):
    """Section `dynamic.tsne`: how many test images t-SNE places, and its perplexity."""

    images: Annotated[int, Field(ge=20)]
    perplexity: Positive

    @model_validator(mode="after")
    def _fewer_neighbours(self):
        if self.perplexity >= self.images:
            raise ValueError(f"a section with a perplexity below the number of images, {self.images}")
        return self


class Adversarial(Attack):
    """Section `dynamic.adversarial`: training on attacked images, from a random start."""

    epochs: Count


class Attacks(Attack):
    """Section `dynamic.attacks`: how the first `images` test images are attacked."""

    images: Count


class Dynamic(Section):
    """Section `dynamic`; `seeds` is for what costs much."""

    seeds: Few
    training: Training
    kernels: Convolutions
    gates: Gating
    narrow: Narrow
    tsne: Embedding
    adversarial: Adversarial
    attacks: Attacks


SECTIONS = {"dynamic": Dynamic}
