"""Masks against torch.nn.utils.prune, a slow loop, the paper's percentages, and what must never change."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

from stages.core.nets import ResNet
from stages.core.recipe import augmented
from stages.core.train import cross_entropy, training
from stages.lottery.masks import (
    convolutions,
    hold,
    magnitudes,
    pruned,
    pruned_globally,
    pruned_layerwise,
    remaining,
    rounds_of,
    share,
    shuffled,
    whole,
)
from stages.lottery.params import Training
from tests.conftest import some_images

RECIPE = Training(
    epochs=2, batch_size=20, lr=0.1, warmup_steps=0, momentum=0.9, weight_decay=0.01, pad=4, flip=True
)


def resnet(depth=8, width=4):
    return ResNet(depth, width, 10, mean=[0.5] * 3, std=[0.25] * 3)


def by_torch(net, scope, fraction):
    """Masks of torch.nn.utils.prune by magnitude; it wants weights whose channels are not last in memory."""
    net.to(memory_format=torch.contiguous_format)
    layers = {name: layer for name, layer in net.named_modules() if isinstance(layer, nn.Conv2d)}
    if scope == "global":
        pairs = [(layer, "weight") for layer in layers.values()]
        prune.global_unstructured(pairs, prune.L1Unstructured, amount=fraction)
    else:
        for layer in layers.values():
            prune.l1_unstructured(layer, "weight", fraction)
    return {f"{name}.weight": layer.weight_mask.bool() for name, layer in layers.items()}


@pytest.mark.parametrize("fraction", [0.2, 0.6, 0.937])
def test_global_pruning_is_torchs(fraction):
    net = resnet()
    found = pruned_globally(whole(net), magnitudes(net), share(fraction))
    wanted = by_torch(net, "global", fraction)
    assert all(torch.equal(found[name], mask) for name, mask in wanted.items())


@pytest.mark.parametrize("fraction", [0.2, 0.6, 0.937])
def test_layerwise_pruning_is_torchs(fraction):
    net = resnet()
    found = pruned_layerwise(whole(net), magnitudes(net), share(fraction))
    wanted = by_torch(net, "layerwise", fraction)
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], mask) for name, mask in wanted.items())


def test_a_second_round_is_torchs():
    """Torch ranks what is left as we do: an iterative pruning in its PruningContainer."""
    net = resnet()
    once = pruned_globally(whole(net), magnitudes(net), share(0.5))
    twice = pruned_globally(once, magnitudes(net), share(0.5))
    by_torch(net, "global", 0.5)
    wanted = by_torch(net, "global", 0.5)
    assert all(torch.equal(twice[name], mask) for name, mask in wanted.items())


@given(st.integers(0, 1000), st.lists(st.floats(0.01, 0.99), min_size=1, max_size=4))
def test_every_round_prunes_exactly_its_share(seed, fractions):
    rng = torch.Generator().manual_seed(seed)
    shapes = {"a": (3, 5), "b": (7,), "c": (2, 2, 3)}
    masks = {name: torch.ones(shape, dtype=torch.bool) for name, shape in shapes.items()}
    scores = {name: torch.randint(4, shape, generator=rng).float() for name, shape in shapes.items()}  # ties
    for fraction in fractions:
        left = remaining(masks)
        fewer = pruned_globally(masks, scores, share(fraction))
        assert remaining(fewer) == left - round(fraction * left)
        assert not any((fewer[name] & ~masks[name]).any() for name in masks)     # nothing comes back
        gone = [scores[n][masks[n] & ~fewer[n]] for n in masks]
        stay = [scores[n][fewer[n]] for n in masks]
        if torch.cat(gone).numel() and torch.cat(stay).numel():
            assert torch.cat(gone).max() <= torch.cat(stay).min()
        masks = fewer


def test_of_equal_scores_the_first_go():
    masks = {"a": torch.tensor([True, False, True]), "b": torch.tensor([True, True])}
    scores = {name: torch.zeros(mask.shape) for name, mask in masks.items()}
    found = pruned(masks, scores, 2)
    assert {name: mask.tolist() for name, mask in found.items()} == {"a": [False] * 3, "b": [True, True]}


def test_dead_weights_are_not_ranked():
    masks, scores = {"a": torch.tensor([False, True, True])}, {"a": torch.tensor([0.0, 1.0, 2.0])}
    assert pruned(masks, scores, 1)["a"].tolist() == [False, False, True]


def test_percentages_of_the_paper():
    """41.7, 27.1, 21.9 and 11.8 % after 4, 6, 7 and 10 rounds of 20 %; 2,560 weights of convolutions on
    shortcuts, which ours has not, and 640 of the linear layer are never pruned (section 4, appendix I).
    """
    weights = sum(weight.numel() for weight in convolutions(resnet(20, 16)).values())
    assert weights == 432 + 6 * 2304 + 4608 + 5 * 9216 + 18432 + 5 * 36864 == 267_696
    never = 2_560 + 640
    for rounds, percent in (4, 41.7), (6, 27.1), (7, 21.9), (10, 11.8):
        left = weights - rounds_of(0.2, rounds)(weights)
        assert round(100 * (left + never) / (weights + never), 1) == percent
        assert left == pytest.approx(weights * 0.8**rounds, abs=rounds)


def test_rounds_at_once_are_as_many_as_one_by_one():
    net = resnet()
    masks = whole(net)
    for _ in range(3):
        masks = pruned_globally(masks, magnitudes(net), share(0.37))
    at_once = pruned_globally(whole(net), magnitudes(net), rounds_of(0.37, 3))
    assert remaining(at_once) == remaining(masks)
    assert all(torch.equal(at_once[name], masks[name]) for name in masks)


def test_a_shuffled_mask_keeps_the_number_in_every_layer():
    net = resnet()
    masks = pruned_globally(whole(net), magnitudes(net), share(0.8))
    other = shuffled(masks)
    assert [int(mask.sum()) for mask in other.values()] == [int(mask.sum()) for mask in masks.values()]
    assert not all(torch.equal(other[name], masks[name]) for name in masks)


@pytest.mark.parametrize("frozen", [False, True])
def test_pruned_weights_stay_through_momentum_and_weight_decay(frozen):
    net = resnet()
    before = {name: weight.detach().clone() for name, weight in convolutions(net).items()}
    masks = pruned_globally(whole(net), magnitudes(net), share(0.7))
    optimizer = torch.optim.SGD(net.parameters(), 0.1, 0.9, weight_decay=0.01)
    seen = []
    hold(net, optimizer, masks, before if frozen else None)
    optimizer.register_step_post_hook(lambda *_: seen.append({
        name: weight.detach()[~masks[name]].clone() for name, weight in convolutions(net).items()
    }))
    batches = augmented(some_images(40), RECIPE, torch.Generator().manual_seed(0))
    list(training(net, batches, cross_entropy, optimizer, 2))
    assert len(seen) == 4
    for outside in seen:
        for name, values in outside.items():
            wanted = before[name][~masks[name]] if frozen else torch.zeros_like(values)
            assert torch.equal(values, wanted), name
    for name, weight in convolutions(net).items():
        assert not torch.equal(weight[masks[name]], before[name][masks[name]])


def test_survivors_are_the_rewind_point_after_a_reset():
    net = resnet()
    point = {name: weight.detach().clone() for name, weight in convolutions(net).items()}
    masks = pruned_globally(whole(net), magnitudes(net), share(0.7))
    hold(net, torch.optim.SGD(net.parameters(), 0.1), masks)
    for name, weight in convolutions(net).items():
        assert torch.equal(weight[masks[name]], point[name][masks[name]])
        assert not weight[~masks[name]].any()
