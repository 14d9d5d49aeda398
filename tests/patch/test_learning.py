"""Learning patches: gradients against finite places and hand-written losses, and networks that stay as they
are.
"""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.data import Batches
from stages.core.train import training
from stages.patch.learning import Patches, Placed, against, stepped
from stages.patch.placing import Placing
from tests.conftest import some_images

UPRIGHT = Placing("square", 0.0, 1.0, 1.0)


class Linear(nn.Module):
    """Logits that are linear in the image."""

    def __init__(self, classes=3, shape=(1, 4, 4)):
        super().__init__()
        self.weight = torch.randn(classes, *shape)

    def forward(self, x):
        return torch.einsum("nchw,kchw->nk", x, self.weight)


def patches(classes=3, channels=1, side=2):
    found = Patches(classes, channels, side, UPRIGHT)
    found.pixels.data.uniform_()
    return found


def test_the_loss_is_an_expectation_over_places():
    """On a 4 x 4 image with a patch of 2: by all nine places, one by one, with slices."""
    net, found = Linear(), patches()
    x, corners = torch.rand(1, 1, 4, 4), [(row, column) for row in range(3) for column in range(3)]
    y = torch.tensor([2])
    expected = torch.zeros(4)                                # of each patch
    for row, column in corners:
        for i, patch in enumerate(found.pixels):
            image = x.clone()
            image[0, :, row : row + 2, column : column + 2] = patch
            logits = net(image)[0].log_softmax(0)
            expected[i] += (-logits[i] if i < 3 else logits[y[0]]) / 9
    batch = (x.repeat(36, 1, 1, 1), y.repeat(36),
             torch.tensor([[*corner, 0.0, 1.0] for corner in corners for _ in range(4)]))
    loss = against([net])(found, batch)
    assert loss.allclose(expected.mean())
    [gradient] = torch.autograd.grad(loss, found.pixels)
    [by_hand] = torch.autograd.grad(expected.mean(), found.pixels)
    assert gradient.allclose(by_hand, atol=1e-6)


def test_a_patch_learns_from_its_own_images_alone():
    """Patches of one class each time: the gradient of patch 1 does not change with the other images."""
    net, found = Linear(), patches()
    x, y, places = torch.rand(8, 1, 4, 4), torch.zeros(8).long(), torch.tensor([[1.0, 1, 0, 1]] * 8)
    own = torch.arange(8) % 4 == 1
    changed = torch.where(own[:, None, None, None], x, torch.rand_like(x))
    gradients = [torch.autograd.grad(against([net])(found, (images, y, places)), found.pixels)[0]
                 for images in (x, changed)]
    assert gradients[0][1].equal(gradients[1][1])
    assert not gradients[0][0].equal(gradients[1][0])


def test_an_ensemble_shares_a_batch():
    """Each network sees a part, every patch in it; equal networks are one."""
    one, other, found = Linear(), Linear(), patches()
    x, y, places = torch.rand(12, 1, 4, 4), torch.arange(12) % 3, torch.tensor([[0.0, 2, 0, 1]] * 12)
    alone = against([one])(found, (x, y, places))
    assert against([one, one, one])(found, (x, y, places)).allclose(alone)
    pasted = found(x, places)
    losses = []
    for i in range(12):
        logits = (one if i < 6 else other)(pasted[i : i + 1])
        losses.append(F.cross_entropy(logits, torch.tensor([i % 4])) if i % 4 < 3
                      else -F.cross_entropy(logits, y[i : i + 1]))
    assert against([one, other])(found, (x, y, places)).allclose(torch.stack(losses).mean())


def test_patches_find_the_corners_of_the_cube():
    """Of a network whose class 0 is the mean of the image, the best patches are white, black and black."""
    class Mean(nn.Module):
        def forward(self, x):
            bright = 20 * (x.mean((1, 2, 3)) - 0.5)
            return torch.stack([bright, -bright], 1)

    found = Patches(2, 3, 8, UPRIGHT)
    data = some_images(24, classes=1)                        # all of class 0
    rng = torch.Generator().manual_seed(0)
    batches = Placed(Batches(data, 12, rng), UPRIGHT, 8, rng)
    rows = list(training(found, batches, against([Mean()]), stepped(found, 0.3), 12))
    assert [patch.unique().tolist() for patch in found.pixels] == [[1], [0], [0]]
    assert rows[-1]["train_loss"] < rows[0]["train_loss"]


def test_networks_stay_as_they_are_and_pixels_in_range():
    """Batch norm, too, though patches are in training mode."""
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net = net.eval().requires_grad_(False)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    found = Patches(4, 3, 5, UPRIGHT)
    rng = torch.Generator().manual_seed(0)
    batches = Placed(Batches(some_images(40, classes=4), 20, rng), UPRIGHT, 5, rng)
    list(training(found, batches, against([net]), stepped(found, 1.0), 3))
    assert all(value.equal(before[name]) for name, value in net.state_dict().items())
    assert found.pixels.min() == 0
    assert found.pixels.max() == 1
    assert list(found.state_dict()) == ["pixels"]


def test_every_batch_has_its_own_places():
    rng = torch.Generator().manual_seed(0)
    batches = Placed(Batches(some_images(40), 20, rng), UPRIGHT, 5, rng)
    places = [at for _ in range(2) for _, _, at in batches]
    assert (len(places), len(batches), places[0].shape) == (4, 2, (20, 4))
    assert len(torch.stack(places).flatten(1).unique(dim=0)) == 4
    assert len(places[0].unique(dim=0)) > 10


def test_images_have_patches_in_turn():
    found = patches()
    assert found.of(6).tolist() == [0, 1, 2, 3, 0, 1]
    out = found(torch.zeros(6, 1, 4, 4), torch.tensor([[0.0, 0, 0, 1]] * 6))
    for i in range(6):
        assert out[i, :, :2, :2].equal(found.pixels[i % 4])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_step_is_adams(sign):
    """One step on a linear loss moves each pixel by the rate against the sign of its gradient."""
    found = Patches(1, 1, 2, UPRIGHT)
    optimizer = stepped(found, 0.25)
    slope = sign * torch.tensor([[1.0, -2.0], [0.5, -0.1]])

    def closure():
        optimizer.zero_grad()
        value = (found.pixels * slope).sum()
        value.backward()
        return value

    optimizer.step(closure)
    assert found.pixels[0, 0].allclose(0.5 - 0.25 * slope.sign())
