"""Criteria on weights by hand, the percentile rule by bisection, saliencies by finite differences."""

import pytest
import torch

from stages.core.data import Split
from stages.core.nets import ResNet
from stages.lottery import criteria
from stages.lottery.criteria import in_pools, ranks, saliency
from stages.lottery.masks import convolutions, pruned
from stages.lottery.params import CRITERIA
from stages.lottery.saliency import SALIENCIES, gradients
from tests.conftest import some_images

W_I = torch.tensor([0.5, -2.0, 1.0, 0.1])
W_F = torch.tensor([-0.6, -1.0, 3.0, 0.1])


@pytest.mark.parametrize(
    ("criterion", "scores"),
    [
        ("large_final", [0.6, 1.0, 3.0, 0.1]), ("small_final", [-0.6, -1.0, -3.0, -0.1]),
        ("large_init", [0.5, 2.0, 1.0, 0.1]), ("magnitude_increase", [0.1, -1.0, 2.0, 0.0]),
        ("movement", [1.1, 1.0, 2.0, 0.0]), ("large_init_large_final", [1, 2, 2, 0]),
    ],
)
def test_scores_by_hand(criterion, scores):
    found = getattr(criteria, criterion)(W_I, W_F)
    torch.testing.assert_close(found.float(), torch.tensor(scores, dtype=torch.float32))


def test_every_criterion_that_may_be_asked_for_is_there():
    ours = set(CRITERIA) - set(SALIENCIES)
    assert len(ours) == len(CRITERIA) - 2
    assert all(getattr(criteria, name)(W_I, W_F).shape == W_I.shape for name in ours)


def by_bisection(w_i, w_f, keep):
    """Zhou et al.'s rule: both magnitudes above the same percentile, such that `keep` weights stay."""
    low, high = 0.0, 1.0
    for _ in range(20):                                      # finer meets rounding in quantile
        at = (low + high) / 2
        stay = (w_i.abs() > w_i.abs().quantile(at)) & (w_f.abs() > w_f.abs().quantile(at))
        low, high = (at, high) if stay.sum() > keep else (low, at)
    return (w_i.abs() > w_i.abs().quantile(high)) & (w_f.abs() > w_f.abs().quantile(high))


def test_large_init_large_final_is_the_papers_bisection():
    w_i, w_f = torch.randn(2, 400, dtype=torch.float64)
    checked = 0
    for keep in range(10, 200, 7):
        wanted = by_bisection(w_i, w_f, keep)
        if wanted.sum() == keep:                             # ranks may tie, then no percentile fits
            masks = {"w": torch.ones(400, dtype=torch.bool)}
            scores = {"w": criteria.large_init_large_final(w_i, w_f)}
            assert torch.equal(pruned(masks, scores, 400 - keep)["w"], wanted)
            checked += 1
    assert checked > 10


def test_ranks_by_hand():
    assert ranks(torch.tensor([3.0, 1.0, 2.0, 1.0])).tolist() == [3, 0, 2, 1]


def test_pools_are_layers_or_all():
    w_i = {"a": torch.tensor([[1.0, 2.0]]), "b": torch.tensor([3.0, 4.0])}
    assert in_pools(lambda w: ranks(w), "layerwise", w_i)["b"].tolist() == [0, 1]
    found = in_pools(lambda w: ranks(w), "global", w_i)
    assert found["a"].tolist() == [[0, 1]]
    assert found["b"].tolist() == [2, 3]


def test_saliency_is_the_change_of_a_linear_loss():
    """The loss g·w changes by exactly |g w| when one weight becomes 0."""
    w, g = torch.randn(2, 6, dtype=torch.float64)
    changes = [abs(g @ w - g @ torch.cat([w[:i], torch.zeros(1), w[i + 1 :]])) for i in range(6)]
    torch.testing.assert_close(saliency(w, g), torch.stack(changes))


def test_gradients_against_finite_differences():
    net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).double()
    images = some_images(20)
    split = Split(images.images, images.labels)
    found = gradients(net, split)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    weight, name = net.conv.weight, "conv.weight"

    def loss():
        net.train()
        y = torch.nn.functional.cross_entropy(net((split.images / 255.0).double()), split.labels)
        net.load_state_dict(before | {name: weight.detach().clone()})
        return y.item()

    with torch.no_grad():
        for index in [(0, 0, 0, 0), (3, 2, 1, 1)]:
            old = weight[index].item()
            weight[index] = old + 1e-6
            up = loss()
            weight[index] = old - 1e-6
            down = loss()
            weight[index] = old
            assert found[name][index].item() == pytest.approx((up - down) / 2e-6, rel=1e-3, abs=1e-6)
    assert found.keys() == convolutions(net).keys()
