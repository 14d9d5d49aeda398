"""Accuracy under attack where it is known: two classes, a linear score."""

import torch

from stages.core.data import Split
from stages.features import evaluation
from stages.features.params import Evaluation
from tests.conftest import Linear


def test_an_image_withstands_what_is_shorter_than_its_distance_from_the_border(monkeypatch):
    monkeypatch.setattr(evaluation, "fused", lambda net: net)
    net, distances = Linear().eval(), torch.tensor([0.05, 0.15, 0.35, -0.15, -0.35])
    images = 0.5 + distances.view(-1, 1, 1, 1) * net.w.view(3, 8, 8)
    test = Split(images, torch.tensor([1, 1, 1, 0, 1]))                  # the last is wrong from the start
    settings = Evaluation(images=5, epsilons=[0.1, 0.2, 0.4], iterations=5, restarts=1)
    assert evaluation.under_attack(net, test, settings).tolist() == [
        [False, True, True, True, False], [False, False, True, False, False], [False] * 5,
    ]
