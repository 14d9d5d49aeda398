"""What the training stages left, for tables, figures and claims."""

from dataclasses import dataclass

import numpy as np

from stages.core.files import load

# network -> how tables and legends call it; the control first
METHODS = {
    "dense": "dense",
    "global": "ticket, global",
    "layerwise": "ticket, layer by layer",
    "finetuned": "pruned and fine-tuned",
    "reinit": "ticket's mask, new weights",
    "random": "random mask",
}
CRITERIA = {
    "large_final": "large final",
    "small_final": "small final",
    "large_init": "large init",
    "large_init_large_final": "large init, large final",
    "magnitude_increase": "magnitude increase",
    "movement": "movement",
    "random": "random",
    "snip": "SNIP",
    "taylor": "Taylor",
}
SCOPES = "global", "layerwise"
TREATMENTS = {
    "reinit": "new draw",
    "reinit_signed": "new draw, signs kept",
    "reshuffle": "reshuffled",
    "reshuffle_signed": "reshuffled, signs kept",
    "constant": "constant, random signs",
    "constant_signed": "constant, signs kept",
    "frozen": "others frozen, not 0",
}


@dataclass(frozen=True)
class Found:
    """What a stage recorded.

    right    network -> percent right of every test image: after every epoch (s, epochs, n), or, for images
             under attack, at the end (s, n)
    left     network -> convolution weights left, a mean over seeds
    weights  convolution weights of the dense network
    """

    right: dict
    left: dict
    weights: int

    def last(self, name):
        """Percent right of a network at the end of training, (s, n)."""
        return self.right[name][:, -1]

    def share(self, name):
        """Percent of convolution weights that are left."""
        return 100 * self.left[name] / self.weights


def found(name):
    """What the stage that recorded `name` left, e.g. `global/2`."""
    tensors, facts = load(f"data/lottery/right/{name}.safetensors")
    return Found({key: 100 * value.double().numpy() for key, value in tensors.items()}, **facts)


def chain(method, rounds):
    """What a method left in each round, from 1 on; the dense network has only one."""
    return [found(f"{method}/{number}") for number in rounds]


def one_shot(lottery):
    """Percent right at the end of each criterion's tickets: criterion -> scope -> (s, n)."""
    stages = {name: found(f"one_shot/{name}") for name in [*lottery.criteria, *lottery.saliencies]}
    return {name: {scope: stage.last(scope) for scope in SCOPES} for name, stage in stages.items()}


def treated(lottery):
    """Percent right at the end under each treatment: treatment -> (s, n)."""
    return {name: found(f"treatments/{name}").last(name) for name in lottery.treatments}


def moderate(rounds):
    """The first of some rounds (`Found`s of tickets) that leaves at most half of the weights, else the last;
    an index.
    """
    shares = [one.share("global") for one in rounds]
    return int(np.argmax(np.array(shares) <= 50)) if min(shares) <= 50 else len(shares) - 1
