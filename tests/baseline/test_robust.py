"""The robust network: attacked images, where the loss is known; bad input."""

import pytest
import torch
import torch.nn.functional as F

from stages.baseline import robust
from tests.conftest import Linear, call, change, refused, taught


@pytest.mark.parametrize(("epsilon", "moved"), [(0.1, 0.1), (0.5, 0.15)])
def test_the_robust_network_learns_from_attacked_images(project, monkeypatch, epsilon, moved):
    """Three steps of 0.05 bring an image of a linear network 0.15 nearer to the border, or epsilon."""
    training = taught(robust, monkeypatch)
    change({"seeds": [1]})
    attack = {"norm": "l2", "epsilon": epsilon, "step": 0.05, "iterations": 3}
    change(attack | {"epochs": 2}, "robust")
    change({"compute.precision": "float32"})
    call("baseline.robust")
    net, distances = Linear(), torch.tensor([0.3, -0.2, 0.02])
    images = 0.5 + distances.view(-1, 1, 1, 1) * net.w.view(3, 8, 8)
    wanted = F.softplus(moved - distances).mean()            # of class 1, whose logit is the distance
    torch.testing.assert_close(training.loss(net, (images, torch.ones(3).long())), wanted)
    assert training.recipe.epochs == 2


@pytest.mark.parametrize(("changes", "line"), [
    ({"epsilon": -1}, "`robust.epsilon` is -1, but"),
    ({"norm": "l7"}, "`robust.norm` is 'l7', but should be"),
    ({"seeds": 2}, "`robust.seeds` is 2, but"),
    ({"depth": 9}, "depth 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), not 9"),
])
def test_bad_input(project, ran, changes, line):
    change(changes, "robust")
    refused(ran("baseline.robust"), line, project)
