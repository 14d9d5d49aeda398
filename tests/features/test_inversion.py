"""Inversions as the stage makes them: which network gives the features, and which one judges."""

import pytest
import torch

from stages.core.data import load_role, unit
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.nets import resnet, save_net
from stages.core.recipe import weights_path
from stages.features.recipe import kept, seen_path, set_path
from tests.conftest import call, change


@pytest.mark.parametrize(
    ("variant", "own", "other"), [("robust", 1, 0), ("robust_noise", 1, 0), ("standard", 0, 1)]
)
def test_one_network_gives_the_features_and_the_other_judges(project, variant, own, other):
    """Of two networks, the standard one takes every image for class 0, the robust one for class 1."""
    role = load_role("objects")
    train, nets = role.train, [resnet(role, 8, 4).eval() for _ in range(2)]
    for label, name in enumerate(("sgd", "robust")):
        nets[label].linear.bias.data[label] = 100
        save_net(weights_path(kept(name), 1), nets[label])
    change({"compute.precision": "float32", "features.images": 60, "seeds": [1]})
    change({"step": 0.2, "iterations": 2}, "features.inversion")
    call(f"features.inversion {variant}")
    found, _ = load(set_path(variant, 1))
    measured = recorded(seen_path(variant, 1))
    assert torch.equal(found["labels"], train.labels)
    assert measured.other.values.tolist() == (train.labels == other).tolist()
    assert measured.own.values.tolist() == (train.labels == own).tolist()
    with torch.no_grad():
        goal, features = (nets[own].features(unit(images)) for images in (train.images, found["images"]))
    apart = (features - goal).norm(dim=1) / goal.norm(dim=1)
    after = torch.tensor(measured.distance_after.values)
    torch.testing.assert_close(after, apart.double(), rtol=0.01, atol=1e-4)
    assert measured.distance_after.mean() < measured.distance_before.mean()
    if variant != "robust_noise":
        assert torch.equal(found["starts"].unique(dim=0), train.images.unique(dim=0))
        assert not (found["starts"] == train.images).flatten(1).all(1).any()
