"""What networks are trained on: a constructed set alone."""

import torch

from stages.core.files import save
from stages.features import retraining
from stages.features.recipe import set_path
from tests.conftest import call, change, taught


def test_a_network_is_trained_on_its_set_alone(project, monkeypatch):
    """A set whose images are as bright as their labels say, which are not those of the originals."""
    labels = 9 - torch.arange(60) % 10
    images = (labels / 16).half().view(-1, 1, 1, 1).expand(-1, 3, 32, 32)
    save(set_path("rand", 1), {"images": images, "labels": labels})
    training = taught(retraining, monkeypatch)
    change({"seeds": [1]})
    change({"epochs": 3, "lr": 0.03, "pad": 0, "flip": False}, "features.retraining.rand")
    change({"training.pad": 4, "training.weight_decay": 0.25})
    call("features.retraining rand")
    x, y = next(iter(training.batches))
    assert torch.equal(x, (y / 16).view(-1, 1, 1, 1).expand(-1, 3, 32, 32))
    assert len(training.batches.labels) == 60
    found = training.recipe
    assert (found.epochs, found.lr, found.pad, found.flip, found.weight_decay) == (3, 0.03, 0, False, 0.25)
