"""What networks are trained on: attacked images, where the loss is known; a constructed set alone."""

from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from stages.core.files import save
from stages.core.train import cross_entropy
from stages.features import adversarial, retraining
from stages.features.recipe import set_path
from tests.conftest import call, change
from tests.features.test_evaluation import Linear


@pytest.fixture
def training(project, monkeypatch):
    """What a stage gives to `fit`, which here trains nothing."""
    given = SimpleNamespace()

    def fit(net, batches, recipe, title, loss=cross_entropy):
        given.batches, given.recipe, given.loss = batches, recipe, loss
        return [{"epoch": 1, "train_loss": 0.0}]

    change({"seeds": [1]})
    for step in adversarial, retraining:
        monkeypatch.setattr(step, "fit", fit)
    return given


@pytest.mark.parametrize(("epsilon", "moved"), [(0.1, 0.1), (0.5, 0.15)])
def test_the_robust_network_learns_from_attacked_images(training, epsilon, moved):
    """Three steps of 0.05 bring an image of a linear network 0.15 nearer to the border, or epsilon."""
    attack = {"norm": "l2", "epsilon": epsilon, "step": 0.05, "iterations": 3}
    change(attack | {"epochs": 2}, "features.adversarial")
    change({"compute.precision": "float32"})
    call("features.adversarial")
    net, distances = Linear(), torch.tensor([0.3, -0.2, 0.02])
    images = 0.5 + distances.view(-1, 1, 1, 1) * net.w.view(3, 8, 8)
    wanted = F.softplus(moved - distances).mean()            # of class 1, whose logit is the distance
    torch.testing.assert_close(training.loss(net, (images, torch.ones(3).long())), wanted)
    assert training.recipe.epochs == 2


def test_a_network_is_trained_on_its_set_alone(training):
    """A set whose images are as bright as their labels say, which are not those of the originals."""
    labels = 9 - torch.arange(60) % 10
    images = (labels / 16).half().view(-1, 1, 1, 1).expand(-1, 3, 32, 32)
    save(set_path("rand", 1), {"images": images, "labels": labels})
    change({"epochs": 3, "lr": 0.03, "pad": 0, "flip": False}, "features.retraining.rand")
    change({"training.pad": 4, "training.weight_decay": 0.25})
    call("features.retraining rand")
    x, y = next(iter(training.batches))
    assert torch.equal(x, (y / 16).view(-1, 1, 1, 1).expand(-1, 3, 32, 32))
    assert len(training.batches.labels) == 60
    found = training.recipe
    assert (found.epochs, found.lr, found.pad, found.flip, found.weight_decay) == (3, 0.03, 0, False, 0.25)
