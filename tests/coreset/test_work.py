"""Multiply-accumulates counted by hand, and budgets that are equal."""

import pytest
import torch
import xarray as xr

from stages.core.nets import ResNet
from stages.core.params import Subset
from stages.coreset.cost import of_scoring, of_step
from stages.coreset.params import Coreset, Network, Sweep
from stages.coreset.work import as_many_steps, as_much_work, batches, steps, work

GREY = {"mean": [0.3], "std": [0.5]}
TARGET = Network(depth=14, width=8, pool=4, epochs=8, batch_size=50, lr=0.1, momentum=0.9, weight_decay=0.0,
                 pad=0, flip=False)
COST = xr.Dataset({"step": ("network", [10, 100]), "scoring": ("network", [50, 900])},
                  {"network": ["proxy", "target"]})


def settings(**target):
    choices = ["random", "entropy", "forgetting", "target_entropy"]
    return Coreset(
        data=Subset(role="digits", train=1297, test=500), target=TARGET.model_copy(update=target),
        proxy=TARGET.model_copy(update={"epochs": 5}), choices=choices, every_seed=["random"], seeds=3,
        sweep=Sweep(fractions=[0.3, 0.5], choices=["random", "entropy"]), mislabelled=0.05,
    )


def by_hand(depth, width, side):
    """Multiply-accumulates of a ResNet on one grey image: (of the first convolution, of all else)."""
    first, rest, channels = 9 * 1 * width * side**2, 0, width
    for group in range(3):
        outputs = width * 2**group
        side = -(-side // 2) if group else side
        for _ in range((depth - 2) // 6):
            rest += 9 * side**2 * outputs * (channels + outputs)
            channels = outputs
    return first, rest + channels * 10


@pytest.mark.parametrize(("depth", "width", "side"), [(8, 4, 7), (14, 8, 7), (8, 4, 14)])
def test_work_is_what_a_hand_counts(depth, width, side):
    """A step takes each product three times, forward and for two gradients; images need none of theirs."""
    net = ResNet(depth, width, 10, **GREY)
    first, rest = by_hand(depth, width, side)
    assert of_scoring(net.eval(), 5, (1, side, side)) == 5 * (first + rest)
    assert of_step(net.train(), 6, (1, side, side)) == 6 * (2 * first + 3 * rest)


def test_steps_leave_out_what_does_not_fill_a_batch():
    assert (batches(TARGET, 1297), batches(TARGET, 648), steps(TARGET, 648)) == (25, 12, 96)


def test_work_of_proxy_and_half():
    """25 batches of all images, 12 of a half."""
    assert work(settings(), COST) == {"all": 8 * 25 * 100, "half": 8 * 12 * 100, "proxy": 5 * 25 * 10 + 50}


def test_as_many_steps_are_the_nearest_that_whole_epochs_give():
    assert as_many_steps(settings()).epochs == 17                            # 204 steps for 200
    assert as_many_steps(settings(epochs=6)).epochs == 12                    # 144 for 150
    assert as_many_steps(settings()).model_copy(update={"epochs": 8}) == TARGET


def test_as_much_work_is_no_less_than_that_of_selection():
    """(9,600 + 1,300) / 2,500 an epoch is 4.36."""
    shorter = as_much_work(settings(), COST)
    assert shorter.epochs == 5
    assert shorter.model_copy(update={"epochs": 8}) == TARGET
    whole = COST.assign(scoring=("network", [50 + 1600, 900]))               # 12,500: 5 epochs exactly
    assert as_much_work(settings(), whole).epochs == 5
    assert as_much_work(settings(), whole.assign(scoring=("network", [1651, 900]))).epochs == 6


def test_scoring_keeps_no_gradient():
    net = ResNet(8, 4, 10, **GREY).eval()
    of_scoring(net, 2, (1, 8, 8))
    assert all(weight.grad is None for weight in net.parameters())
    assert torch.is_grad_enabled()
