"""How every network of this experiment is made, trained, kept and recorded: only masks and weights differ."""

from dataclasses import dataclass

import torch

from stages.core.compute import facts
from stages.core.errors import UserError
from stages.core.files import load, save, write_json, write_rows
from stages.core.nets import ResNet, load_net, save_net
from stages.core.params import Count, read
from stages.core.progress import progress
from stages.core.recipe import augmented
from stages.core.scores import correct, logits
from stages.core.train import Around, cosine, cross_entropy, training
from stages.lottery.masks import remaining
from stages.lottery.params import Network
from stages.lottery.vgg import VGG

KINDS = {"resnet": ResNet, "vgg": VGG}


def network(role):
    """A fresh network for the images of a role, as section `lottery.network` describes it."""
    shape = read("lottery.network", Network)
    return KINDS[shape.kind](shape.depth, shape.width, len(role.classes), *role.moments)


@dataclass(frozen=True)
class History:
    """A training: its rows (epoch, train_loss, test_accuracy) and which test images were right after each of
    its epochs, bool (epochs, n).
    """

    rows: list
    right: torch.Tensor


class From(Around):
    """Steps `optimizer` from step `first` on; earlier batches pass by, and with them their learning rates.

    So a network rewound to that step sees the batches and learning rates that followed it the first time.
    """

    def __init__(self, optimizer, first):
        super().__init__(optimizer)
        self.first = first

    def step(self, closure):
        return torch.zeros(()) if taken(self) < self.first else self.optimizer.step(closure)


def warmed_up(share):
    """A schedule: linear from 0 to 1 over the first `share` of training, in [0, 1), then along a cosine."""
    return lambda done: done / share if done < share else cosine((done - share) / (1 - share))


def taken(optimizer):
    """How many steps of a training there were before the current one."""
    return optimizer.param_groups[0]["taken"]


def remembering(step, net, optimizer):
    """A dict that has, under `point`, what `net` is after so many steps of a training by `optimizer`.

    It is the `extra` of that training.
    """
    extra = {}

    def remember():
        extra["point"] = {name: value.clone() for name, value in net.state_dict().items()}

    if step == 0:
        remember()
    optimizer.register_step_post_hook(lambda *_: remember() if taken(optimizer) + 1 == step else None)
    return extra


def total_steps(recipe, role, first):
    """How many steps training takes, if `first` and the warm-up lie within it."""
    steps = recipe.epochs * (len(role.train) // recipe.batch_size)
    for name, step in ("lottery.rewind_step", first), ("lottery.training.warmup_steps", recipe.warmup_steps):
        if step >= steps:
            raise UserError(f"`{name}` is {step}, but training ends after {steps} steps: choose fewer")
    return steps


def trained(title, net, optimizer, role, rng, recipe, first=0, loss=cross_entropy, extra=None):
    """Trains `net` by `recipe` from step `first` on and tests it after every epoch; its history."""
    batches, extra = augmented(role.train, recipe, rng), {} if extra is None else extra
    extra["right"] = []
    schedule = warmed_up(recipe.warmup_steps / total_steps(recipe, role, first))

    def test(row):
        steps = min(row["epoch"] * len(batches) - first, len(batches))
        if steps > 0:
            right = correct(logits(net.eval(), role.test.images), role.test.labels)
            extra["right"].append(right)
            row["train_loss"] *= len(batches) / steps        # steps that pass by count as 0
            row["test_accuracy"] = right.double().mean().item()

    stepping = From(optimizer, first)
    epochs = training(net, batches, loss, stepping, recipe.epochs, schedule, test, extra)
    tested = (row for row in epochs if "test_accuracy" in row)
    rows = list(progress(tested, recipe.epochs, title))
    return History(rows, torch.stack(extra["right"]))


def common_round():
    """Section `lottery.common_round`; only that round is read, so that a further one changes nothing here."""
    number = read("lottery.common_round", Count)
    read(f"lottery.rounds.{number}", int)                    # stops where there is no such round
    return number


def keep(name, seed, net, masks):
    """Writes weights and masks of a network that other stages prune further."""
    save_net(f"models/lottery/{name}/seed-{seed}.safetensors", net)
    save(f"models/lottery/{name}/mask-{seed}.safetensors", masks)


def kept(name, seed):
    """The network that `keep` or the dense training wrote under `name`."""
    kind = KINDS[read("lottery.network", Network).kind]
    return load_net(f"models/lottery/{name}/seed-{seed}.safetensors", kind)


def kept_masks(name, seed, net):
    """The masks that `keep` wrote, on the device of `net`."""
    device = next(net.parameters()).device
    masks = load(f"models/lottery/{name}/mask-{seed}.safetensors")[0]
    return {key: mask.to(device) for key, mask in masks.items()}


def record(name, seeds, trainings, masks, **more):
    """Writes what a stage found, for figures and claims, as metrics and as a curve.

    trainings  network -> its history for each seed
    masks      network -> its masks for each seed
    more       further tensors, seeds first, bool (s, n)
    """
    right = {key: torch.stack([one.right for one in runs]) for key, runs in trainings.items()}
    left = {key: sum(map(remaining, runs)) / len(runs) for key, runs in masks.items()}
    weights = sum(mask.numel() for mask in next(iter(masks.values()))[0].values())
    save(f"data/lottery/right/{name}.safetensors", right | more, left=left, weights=weights)
    rows = [
        {"network": key, "seed": seed} | row
        for key, runs in trainings.items() for seed, run in zip(seeds, runs, strict=True) for row in run.rows
    ]
    write_rows(f"plots/lottery/training/{name}.csv", rows)
    accuracies = {f"{key}_test_accuracy": value[:, -1].double().mean().item() for key, value in right.items()}
    accuracies |= {f"{key}_accuracy": value.double().mean().item() for key, value in more.items()}
    shares = {f"{key}_weights_left": value / weights for key, value in left.items()}
    write_json(f"metrics/lottery/{name}.json", facts() | accuracies | shares)
