"""Inversions as the stage makes them: which network gives the features, and which one judges."""

import pytest
import torch

from stages.core.data import load_role, unit
from stages.core.files import load, read_json
from stages.core.nets import resnet, save_net
from stages.features.recipe import network_path, set_path
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
        save_net(network_path(name, 8, 1), nets[label])
    change({"compute.precision": "float32", "features.images": 60})
    change({"step": 0.2, "iterations": 2}, "features.inversion")
    call(f"features.inversion {variant} 8 1")
    found, _ = load(set_path(variant, 8, 1))
    assert torch.equal(found["labels"], train.labels)
    assert torch.equal(found["recognised"], train.labels == other)
    with torch.no_grad():
        goal, features = (nets[own].features(unit(images)) for images in (train.images, found["images"]))
    apart = ((features - goal).norm(dim=1) / goal.norm(dim=1)).mean().item()
    measured = read_json(f"metrics/features/sets/{variant}-8-1.json")
    assert measured["distance_after"] == pytest.approx(apart, rel=1e-3)
    assert measured["distance_after"] < measured["distance_before"]
    if variant != "robust_noise":
        assert torch.equal(found["starts"].unique(dim=0), train.images.unique(dim=0))
        assert not (found["starts"] == train.images).flatten(1).all(1).any()
