"""How networks of this experiment are trained, on all images or on those that are kept."""

import time

import torch

from stages.core.compute import device, start
from stages.core.histories import keep_history
from stages.core.measurements import record, recorded
from stages.core.nets import resnet
from stages.core.progress import progress
from stages.core.recipe import augmented, fit, keep, sgd
from stages.core.scores import correct, logits
from stages.core.train import training
from stages.coreset.forgetting import Memory
from stages.coreset.order import kept


def learn(name, seed, role, recipe, train, **known):
    """Trains a network on `train`, the training images of a role whatever their labels, and notes what it
    forgets; writes the weights, models/coreset/<name>, the history and data/coreset/networks/<name>, with
    `known` of each image.
    """
    rng, begun = start(seed), time.perf_counter()
    net, memory = resnet(role, recipe.depth, recipe.width), Memory(train.labels)
    rows = training(net, augmented(train.numbered(), recipe, rng), memory, sgd(net, recipe), recipe.epochs,
                    extra=memory.kept)
    history = list(progress(rows, recipe.epochs, f"{name}, seed {seed}"))
    say_time(begun)
    keep(f"coreset/{name}", seed, net.eval(), history)
    found = {what: memory.kept[what] for what in ("learnt", "events")} | known
    record(f"data/coreset/networks/{name}/{seed}.safetensors", {
        "right": ("image", right(net, role)),
        **{what: ("trained", values) for what, values in found.items()},
    })


def learn_part(name, seed, role, recipe, fraction=1.0, order=None):
    """Trains the target on the images that come first in an `order`, as `learn` does on all; writes the
    history and data/coreset/<name>.
    """
    rng, begun = start(seed), time.perf_counter()
    net, train = resnet(role, recipe.depth, recipe.width), role.train
    if order is not None:
        train = train.at(kept(order, fraction))
    history = fit(net, augmented(train, recipe, rng), recipe, f"{name}, seed {seed}")
    say_time(begun)
    keep_history(f"coreset/{name}", seed, history)
    record(f"data/coreset/{name}/{seed}.safetensors", {"right": ("image", right(net.eval(), role))})


def right(net, role):
    """Which test images are right."""
    return correct(logits(net, role.test.images), role.test.labels)


def order_of(choice, seed):
    """The order in which a choice takes images, int64 (n,): a criterion by the proxy or, as
    target_<criterion>, by the target itself.
    """
    network = "target" if choice.startswith("target_") else "proxy"
    found = recorded(f"data/coreset/ranking/{network}/{seed}.safetensors")
    order = found.order.sel(criterion=choice.removeprefix("target_"))
    return torch.as_tensor(order.to_numpy(), dtype=torch.int64, device=device)


def say_time(begun):
    """Prints how long a training took; files hold none, since they are the same bytes every time."""
    print(f"trained in {time.perf_counter() - begun:.1f} s", flush=True)
