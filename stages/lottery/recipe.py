"""How every network of this experiment is made, trained, kept and recorded: only masks and weights differ."""

import math
from dataclasses import dataclass

from stages.core.compute import generator
from stages.core.data import Role, load_role
from stages.core.errors import UserError
from stages.core.files import load, save
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.nets import ResNet, load_net, save_net
from stages.core.params import Count, read
from stages.core.progress import progress
from stages.core.recipe import augmented, sgd
from stages.core.scores import correct, logits
from stages.core.train import Around, cosine, cross_entropy, training
from stages.core.vgg import VGG
from stages.lottery.masks import hold, remaining, whole
from stages.lottery.params import Network, Step, Training

KINDS = {"resnet": ResNet, "vgg": VGG}


@dataclass(frozen=True)
class Setting:
    """What networks are trained on and how; tickets go back to `step`."""

    role: Role
    recipe: Training
    step: int

    @property
    def steps(self):
        """How many steps a training takes."""
        return self.recipe.epochs * (len(self.role.train) // self.recipe.batch_size)


def setting(**changes):
    """The Setting of params.yaml, its recipe with `changes`, if rewind point and warm-up lie within training.
    """
    recipe = read("lottery.training", Training).model_copy(update=changes)
    found = Setting(load_role("objects"), recipe, read("lottery.rewind_step", Step))
    within = {"lottery.rewind_step": found.step, "lottery.training.warmup_steps": recipe.warmup_steps}
    for name, step in within.items():
        if step >= found.steps:
            raise UserError(f"`{name}` is {step}, but training ends after {found.steps} steps: choose fewer")
    return found


def network(role):
    """A fresh network for the images of a role, as section `lottery.network` describes it."""
    shape = read("lottery.network", Network)
    return KINDS[shape.kind](shape.depth, shape.width, len(role.classes), *role.moments)


class From(Around):
    """Steps `optimizer` from step `first` on; earlier batches pass by, and with them their learning rates.

    So a network rewound to that step sees the batches and learning rates that followed it the first time.
    """

    def __init__(self, optimizer, first):
        super().__init__(optimizer)
        self.first = first

    def before(self, taken):
        return False if taken < self.first else self.optimizer.before(taken)


def warmed_up(share):
    """A schedule: linear from 0 to 1 over the first `share` of training, in [0, 1), then along a cosine."""
    return lambda done: done / share if done < share else cosine((done - share) / (1 - share))


class Remembering(Around):
    """Steps `optimizer`; `extra`, a dict for `training`, has under `point` what `net` was after `step` steps.
    """

    def __init__(self, net, optimizer, step):
        super().__init__(optimizer)
        self.net, self.at, self.extra = net, step, {}

    def before(self, taken):
        if taken == self.at:
            self.extra["point"] = {name: value.clone() for name, value in self.net.state_dict().items()}


def trained(title, net, optimizer, given, rng, first=0, loss=cross_entropy, extra=None):
    """Trains `net` by a Setting from step `first` on; its history, where epochs that pass by have no loss."""
    recipe = given.recipe
    batches = augmented(given.role.train, recipe, rng)

    def mend(row):
        """The mean loss is that of the steps that were taken; the others counted as 0."""
        steps = min(row["epoch"] * len(batches) - first, len(batches))
        row["train_loss"] *= len(batches) / steps if steps > 0 else math.nan

    schedule = warmed_up(recipe.warmup_steps / given.steps)
    epochs = training(net, batches, loss, From(optimizer, first), recipe.epochs, schedule, mend, extra)
    return list(progress(epochs, recipe.epochs, title))


def fit(name, seed, net, masks, given, first=0, held=None):
    """Trains `net` in `masks` from step `first` on, and records it as `name`.

    Weights outside the masks stay at 0, or where `held` has them.
    """
    optimizer = sgd(net, given.recipe)
    hold(net, optimizer, masks, held)
    rows = trained(f"{name}, seed {seed}", net, optimizer, given, generator(seed), first)
    note(name, seed, net, masks, rows, given.role.test)


def note(name, seed, net, masks, history, test, **measures):
    """Records which test images `net` has right, what percentage of weights `masks` leave, and `measures`."""
    right = correct(logits(net.eval(), test.images), test.labels)
    left = 100 * remaining(masks) / remaining(whole(net))
    measures |= {"right": ("image", right), "left": ("", left)}
    record(f"data/lottery/{name}/{seed}.safetensors", measures)
    keep_history(f"lottery/{name}", seed, history)


def common_round():
    """Section `lottery.common_round`; only that round is read, so that a further one changes nothing here."""
    number = read("lottery.common_round", Count)
    read(f"lottery.rounds.{number}", int)                    # stops where there is no such round
    return number


def keep(name, seed, net, masks):
    """Writes weights and masks of a network that other stages prune further."""
    save_net(f"models/lottery/{name}/{seed}.safetensors", net)
    save(f"models/lottery/{name}/masks/{seed}.safetensors", masks)


def kept(name, seed):
    """The network that `keep` or the dense training wrote under `name`."""
    kind = KINDS[read("lottery.network", Network).kind]
    return load_net(f"models/lottery/{name}/{seed}.safetensors", kind)


def kept_masks(name, seed, net):
    """The masks that `keep` wrote, on the device of `net`."""
    device = next(net.parameters()).device
    masks = load(f"models/lottery/{name}/masks/{seed}.safetensors")[0]
    return {key: mask.to(device) for key, mask in masks.items()}
