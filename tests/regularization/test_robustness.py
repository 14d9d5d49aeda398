"""Corrupted sets by any number of processes; attacks against core's; mean corruption error by hand."""

import numpy as np
import pytest
import torch

from stages.core.attacks import fgsm
from stages.core.data import Split, unit
from stages.core.errors import UserError
from stages.core.nets import ResNet
from stages.core.scores import correct, logits
from stages.datasets.corruptions import corrupt_all
from stages.regularization.attacked import after_fgsm
from stages.regularization.choice import best, second_half
from stages.regularization.corrupted import withstood
from stages.regularization.corruption import PART, in_parallel
from stages.regularization.results import mean_corruption_error
from tests.conftest import some_images


@pytest.mark.parametrize("name", ["gaussian_noise", "snow"])
def test_any_number_of_processes_makes_the_same_sets(name):
    images = some_images(PART + 20).images
    one, three = in_parallel(images, name, [1, 4], 1), in_parallel(images, name, [1, 4], 3)
    for severity in (1, 4):
        assert torch.equal(one[severity], three[severity])
        assert torch.equal(one[severity], corrupt_all(images, name, severity, severity))


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)
    net(torch.rand(50, 3, 32, 32))                           # statistics for batch norm
    return net.eval()


def test_one_gradient_serves_every_epsilon(net):
    split, epsilons = some_images(30), [1 / 255, 8 / 255, 0.2]
    split = Split(split.images, net(unit(split.images)).argmax(1))           # all right before the attack
    found = after_fgsm(net, split, epsilons, batch_size=30)
    wanted = [correct(logits(net, fgsm(net, unit(split.images), split.labels, e)), split.labels)
              for e in epsilons]
    assert torch.equal(found, torch.stack(wanted))
    assert found[0].sum() > found[2].sum()
    assert torch.equal(after_fgsm(net, split, epsilons, batch_size=7), found)


def test_what_is_withstood(net):
    images = some_images(12).images
    labels = net(unit(images)).argmax(1)
    sets = [images, images.flip(0), torch.zeros_like(images)]
    found = withstood(net, sets, labels)
    black = net(torch.zeros(1, 3, 32, 32)).argmax(1)
    assert found[0].all()
    assert torch.equal(found[1], labels == labels.flip(0))
    assert torch.equal(found[2], labels == black)


def test_mean_corruption_error_by_hand():
    """Two corruptions, two severities, percent right of ten images; errors of each corruption are summed."""
    control = np.zeros((1, 2, 2, 10))
    control[0, 0, 0, :8] = control[0, 0, 1, :6] = control[0, 1, 0, :5] = 100            # 20 + 40, 50 + 100
    right = np.zeros((1, 2, 2, 10))
    right[0, 0, 0, :9] = right[0, 0, 1, :8] = right[0, 1, 0, :7] = 100                  # 10 + 20, 30 + 100
    wanted = 100 * (30 / 60 + 130 / 150) / 2
    assert mean_corruption_error(right, control) == pytest.approx(wanted)
    assert mean_corruption_error(control, control) == pytest.approx(100)
    with pytest.raises(UserError, match="no error under a corruption"):
        mean_corruption_error(right, np.full_like(control, 100))


def test_the_best_is_chosen_by_the_first_half_only():
    right = {
        "early": np.array([[100, 100, 0, 0, 0], [100, 100, 0, 0, 0]]),
        "late": np.array([[0, 100, 100, 100, 100], [100, 100, 100, 100, 100]]),
    }
    assert best(right, right) == "early"
    assert best(right, ["late"]) == "late"
    assert second_half(right["early"]).tolist() == [[0, 0, 0], [0, 0, 0]]
