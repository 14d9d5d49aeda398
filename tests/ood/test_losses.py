"""Losses on outliers against torch's own and by hand; what is in a batch; which outliers are drawn."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import start
from stages.core.data import Batches, Split
from stages.core.errors import UserError
from stages.core.params import Training, read
from stages.core.recipe import augmented
from stages.core.train import cross_entropy
from stages.ood.energy import bounded, bounds
from stages.ood.exposure import drawn, exposed, uniformity
from stages.ood.finetuning import Beside, beside, halves
from stages.ood.params import Finetuning
from tests.conftest import some_images


class Net(nn.Module):
    """A linear layer behind batch norm, so that images of a batch see each other."""

    def __init__(self):
        super().__init__()
        self.norm, self.linear = nn.BatchNorm1d(12), nn.Linear(12, 5)

    def forward(self, x):
        return self.linear(self.norm(x.flatten(1)))


@pytest.fixture
def batch():
    return torch.rand(8, 3, 2, 2), torch.arange(8) % 5, torch.rand(6, 3, 2, 2)


def test_uniformity_is_cross_entropy_to_uniform_targets():
    z = 4 * torch.randn(20, 5)
    wanted = F.cross_entropy(z, torch.full((20, 5), 1 / 5))
    torch.testing.assert_close(uniformity(z), wanted)
    assert uniformity(torch.full((3, 5), 2.0)).item() == pytest.approx(math.log(5))


def test_both_halves_are_normalised_together(batch):
    x, y, outliers = batch
    net = Net().train()
    z, z_outliers = halves(net, x, outliers)
    assert torch.cat([z, z_outliers]).equal(net(torch.cat([x, outliers])))
    assert not torch.allclose(z, net(x))
    wanted = F.cross_entropy(z, y) + 0.5 * F.cross_entropy(z_outliers, torch.full((6, 5), 1 / 5))
    torch.testing.assert_close(exposed(net, batch, 0.5), wanted)


def test_weight_zero_is_plain_cross_entropy(batch):
    """In evaluation mode, where the outliers in the batch do not matter."""
    net = Net().eval()
    assert exposed(net, batch, 0.0).equal(cross_entropy(net, batch[:2]))
    assert bounded(net, batch, 0.0, -7.0, -3.0).equal(cross_entropy(net, batch[:2]))


def test_energy_bounds_by_hand():
    """With one class the energy is minus the logit."""
    z, z_outliers = torch.tensor([[5.0], [9.0]]), torch.tensor([[4.0], [1.0]])
    wanted = ((7 - 5) ** 2 + 0) / 2 + ((-3 + 4) ** 2 + 0) / 2
    assert bounds(z, z_outliers, m_in=-7.0, m_out=-3.0).item() == pytest.approx(wanted)


def test_the_loss_with_energy_bounds_written_out(batch):
    """No image has its energy below m_in yet, and no outlier has it above m_out."""
    x, y, outliers = batch
    net = Net().eval()
    inside, outside = (
        [-math.log(sum(map(math.exp, z))) for z in net(part).tolist()] for part in (x, outliers)
    )
    assert min(inside) > -7
    assert max(outside) < 2
    wanted = F.cross_entropy(net(x), y).item()
    wanted += 0.3 * (sum((e + 7) ** 2 for e in inside) / 8 + sum((2 - e) ** 2 for e in outside) / 6)
    assert bounded(net, batch, 0.3, m_in=-7.0, m_out=2.0).item() == pytest.approx(wanted, rel=1e-5)


def test_energy_bounds_push_to_both_sides():
    z = torch.zeros(1, 5, requires_grad=True)
    z_outliers = torch.full((1, 5), 9.0, requires_grad=True)
    bounds(z, z_outliers, -7.0, -3.0).backward()
    assert (z.grad < 0).all()                                # larger logits, lower energy
    assert (z_outliers.grad > 0).all()


def test_outliers_are_beside_every_batch_and_begin_again():
    rng = torch.Generator().manual_seed(0)
    inside, outside = Batches(some_images(20), 4, rng), Batches(some_images(9, seed=1), 3, rng)
    both = Beside(inside, outside)
    batches = list(both)
    assert len(both) == len(batches) == 5
    assert all((len(x), len(y), len(out)) == (4, 4, 3) for x, y, out in batches)
    seen = {image.numpy().tobytes() for _, _, out in batches[:3] for image in out}
    assert len(seen) == 9                                    # all outliers before any comes again
    assert {image.numpy().tobytes() for _, _, out in batches[3:] for image in out} < seen


def test_networks_with_and_without_outliers_see_the_same_images(project):
    recipe = read("training", Training)
    settings = Finetuning(epochs=1, lr=0.1, outliers=3)

    def two_epochs(seed, outliers):
        images = augmented(some_images(40), recipe.model_copy(update={"batch_size": 10}), start(seed))
        batches = beside(images, outliers, settings, recipe, seed)
        return [batch for _ in range(2) for batch in batches]

    control, few, many = (two_epochs(1, some_images(n, seed=1)) for n in (0, 3, 30))
    assert len(control) == 8
    for (x, y), other, another in zip(control, few, many, strict=True):
        assert x.equal(other[0])
        assert x.equal(another[0])
        assert y.equal(other[1])
    assert not few[0][2].equal(few[1][2])                    # outliers are shifted anew
    assert not control[0][0].equal(two_epochs(2, some_images(0))[0][0])


@pytest.mark.parametrize(("classes", "counts"), [(1, [7]), (3, [3, 2, 2]), (5, [2, 2, 1, 1, 1])])
def test_as_many_outliers_of_any_number_of_classes(classes, counts):
    outliers = some_images(50, classes=5)
    found = drawn(outliers, classes, 7)
    assert found.labels.bincount().tolist() == counts
    places = [[i for i in range(50) if outliers.images[i].equal(image)] for image in found.images]
    assert all(len(place) == 1 for place in places)
    chosen = [place for place, in places]
    assert outliers.labels[chosen].equal(found.labels)
    assert len(set(chosen)) == 7


def test_a_class_with_too_few_outliers_is_refused():
    outliers = Split(torch.zeros(9, 3, 2, 2), torch.tensor([0] * 6 + [1] * 3))
    with pytest.raises(UserError, match=r"class 1 of the outliers has 3 images, of which 4 are"):
        drawn(outliers, 2, 8)
