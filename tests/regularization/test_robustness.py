"""Corrupted sets by any number of processes; attacks against core's; mean corruption error by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from stages.core.attacks import fgsm
from stages.core.data import Role, Split, save_role, unit
from stages.core.errors import UserError
from stages.core.files import load
from stages.core.nets import ResNet, save_net
from stages.core.scores import correct, logits
from stages.datasets.corruptions import corrupt_all
from stages.regularization.attacked import after_fgsm
from stages.regularization.choice import best, second_half
from stages.regularization.corrupted import withstood
from stages.regularization.corruption import PART, in_parallel
from stages.regularization.paths import NETWORKS, network_path
from stages.regularization.results import mean_corruption_error
from tests.conftest import call, change, some_images


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


def test_epsilons_are_in_255ths(net, project):
    """Against the method in two lines; PGD with one whole step is the same."""
    images = some_images(40).images
    x = unit(images).requires_grad_()
    y = net(x).argmax(1)                                     # all right before the attack
    F.cross_entropy(net(x), y).backward()
    wanted = [net((x + e / 255 * x.grad.sign()).clamp(0, 1)).argmax(1) == y for e in (1, 2)]
    save_role("objects", Role(some_images(60), Split(images, y), list("abcdefghij"), "random images"))
    for name in NETWORKS:
        save_net(network_path(name, 8, 1), net)
    change({"compute.precision": "float32", "training.depth": 8})
    change({"attacks.epsilons": [1.0, 2.0], "attacks.epsilon": 2.0, "attacks.step": 2.0,
            "attacks.iterations": 1, "images": 40}, "regularization")
    call("regularization.attacked 1")
    found, _ = load("data/regularization/attacked/1.safetensors")
    assert torch.equal(found["plain.fgsm"], torch.stack(wanted))
    assert torch.equal(found["plain.pgd"], wanted[1])
    assert 40 > wanted[0].sum() > wanted[1].sum() > 0


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
