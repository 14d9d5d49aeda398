"""Corrupted sets by any number of processes; attacks against core's; mean corruption error by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import xarray as xr

from stages.core.attacks import fgsm, levelled
from stages.core.data import Role, Split, save_role, unit
from stages.core.errors import UserError
from stages.core.files import save
from stages.core.measurements import recorded
from stages.core.nets import ResNet, save_net
from stages.core.scores import correct, logits
from stages.datasets.corruptions import corrupt_all
from stages.regularization.corruption import PART, in_parallel
from stages.regularization.disturbed import after_fgsm, withstood
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
    attacked = [fgsm(net, unit(split.images), split.labels, e, loss=levelled) for e in epsilons]
    wanted = [correct(logits(net, images), split.labels) for images in attacked]
    assert torch.equal(found, torch.stack(wanted))
    assert found[0].sum() > found[2].sum()
    assert torch.equal(after_fgsm(net, split, epsilons, batch_size=7), found)


def test_epsilons_are_in_255ths(net, project):
    """Against the method in two lines; PGD with one whole step is the same."""
    images = some_images(40).images
    x = unit(images).requires_grad_()
    y = net(x).argmax(1)                                     # all right before the attack
    z = net(x)
    F.cross_entropy(4 * z / z.detach().std(1, keepdim=True), y).backward()
    wanted = [net((x + e / 255 * x.grad.sign()).clamp(0, 1)).argmax(1) == y for e in (1, 2)]
    save_role("objects", Role(some_images(60), Split(images, y), list("abcdefghij"), "random images"))
    save_net("models/regularization/mixup/4.safetensors", net)
    for name in ("snow", "contrast"):                        # the second is the images themselves
        save(f"data/regularization/corruptions/{name}.safetensors",
             {"1": images.flip(0), "3": images if name == "contrast" else torch.zeros_like(images)})
    change({"compute.precision": "float32", "seeds": [4]})
    change({"attacks.epsilons": [1.0, 2.0], "attacks.epsilon": 2.0, "attacks.step": 2.0,
            "attacks.iterations": 1, "corruption.names": ["snow", "contrast"],
            "corruption.severities": [1, 3], "images": 30}, "regularization")
    call("regularization.disturbed mixup")
    found = recorded("data/regularization/disturbed/mixup/4.safetensors")
    assert (found.fgsm.sel(epsilon=1).values == wanted[0][:30].numpy()).all()
    assert (found.fgsm.sel(epsilon=2).values == wanted[1][:30].numpy()).all()
    assert (found.pgd.values == wanted[1][:30].numpy()).all()
    assert 30 > found.fgsm.sel(epsilon=1).sum() > found.pgd.sum() > 0
    assert found.corrupted.dims == ("corruption", "severity", "image")
    assert found.corrupted.sel(corruption="contrast", severity=3).all()
    black = (net(torch.zeros(1, 3, 32, 32)).argmax(1) == y)[:30]
    assert (found.corrupted.sel(corruption="snow", severity=3).values == black.numpy()).all()


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
    right = np.zeros((2, 1, 2, 2, 10))
    plain, other = right
    plain[0, 0, 0, :8] = plain[0, 0, 1, :6] = plain[0, 1, 0, :5] = 100                  # 20 + 40, 50 + 100
    other[0, 0, 0, :9] = other[0, 0, 1, :8] = other[0, 1, 0, :7] = 100                  # 10 + 20, 30 + 100
    right = xr.DataArray(right, dims=["network", "seed", "corruption", "severity", "image"],
                         coords={"network": ["plain", "all"]})
    found = mean_corruption_error(right)
    assert float(found.sel(network="all")) == pytest.approx(100 * (30 / 60 + 130 / 150) / 2)
    assert float(found.sel(network="plain")) == pytest.approx(100)
    with pytest.raises(UserError, match="no error under a corruption"):
        mean_corruption_error(xr.full_like(right, 100))
