"""Students and teachers in limits in which they are something else, and the weight constraint."""

import math

import pytest
import torch

from stages.core.data import Batches, Role
from stages.core.params import Recipe
from stages.core.recipe import fit
from stages.core.train import cross_entropy
from stages.distillation.alone import smoothing, virtual
from stages.distillation.digits import student
from stages.distillation.nets import StagedResNet, perceptron
from stages.distillation.params import Smoothing, Virtual
from stages.distillation.soft import entropy
from stages.distillation.taught import taught_by
from stages.distillation.teacher import constrain
from stages.distillation.why import same_entropy
from tests.conftest import some_images

RECIPE = Recipe(epochs=2, batch_size=10, lr=0.01, momentum=0.9, weight_decay=1e-4)


@pytest.fixture
def role():
    return Role(some_images(40, (1, 6, 6)), some_images(20, (1, 6, 6), seed=1), list("abcdefghij"), "random")


def test_alpha_0_is_plain_training_to_the_bit(role):
    v = torch.randn(40, 10)
    mine = student(role, role.train, v, 8, RECIPE, 0.0, 4.0, 5, "student")
    torch.manual_seed(5)
    control = perceptron(role, 8, 0.0)
    fit(control, Batches(role.train, 10, torch.Generator().manual_seed(5)), RECIPE, "control", cross_entropy)
    for (name, a), b in zip(mine.state_dict().items(), control.state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    other = student(role, role.train, v, 8, RECIPE, 0.5, 4.0, 5, "student")
    assert not torch.equal(other.layers[0].weight, control.layers[0].weight)


def test_every_image_meets_its_own_logits(role):
    # the teacher knows one thing: the right class; learning that from soft labels alone fits the labels
    v = 20.0 * torch.nn.functional.one_hot(role.train.labels, 10).float()
    recipe = RECIPE.model_copy(update={"epochs": 40, "lr": 0.05})
    net = student(role, role.train, v, 64, recipe, 1.0, 1.0, 1, "student")
    assert (net(role.train.images / 255).argmax(1) == role.train.labels).float().mean() > 0.95


def test_rows_are_scaled_back_to_the_norm():
    weight = torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    constrain([weight], 1.0)
    torch.testing.assert_close(weight, torch.tensor([[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]]))


@pytest.fixture
def batch():
    torch.manual_seed(1)
    net = StagedResNet("basic", [1, 1], 4, 10, mean=[0.5] * 3, std=[0.25] * 3).eval()
    return net, (torch.rand(6, 3, 32, 32), torch.arange(6))


def test_a_teacher_gets_no_gradient_and_a_copy_teaches_nothing(batch):
    net, pair = batch
    teacher = StagedResNet(**net.shape).eval()
    teacher.load_state_dict(net.state_dict())
    assert taught_by(teacher, 1.0, 6.0)(net, pair).item() == pytest.approx(0, abs=1e-5)
    taught_by(teacher, 0.5, 6.0)(net, pair).backward()
    assert all(weight.grad is None for weight in teacher.parameters())
    torch.testing.assert_close(taught_by(teacher, 0.0, 6.0)(net, pair), cross_entropy(net, pair))


def test_the_virtual_teacher_by_loops(batch):
    net, (x, y) = batch
    settings = Virtual(alpha=0.3, temperature=20.0, confidence=0.9)
    total = 0.0
    for z, label in zip(net(x).detach().double(), y.tolist(), strict=True):
        q = z.softmax(0)
        p = [0.9 if k == label else 0.1 / 9 for k in range(10)]       # softened as if logits
        soft = [math.exp(value / 20) for value in p]
        soft = [value / sum(soft) for value in soft]
        total += -0.7 * math.log(q[label])
        total += 0.3 * sum(t * (math.log(t) - math.log(q[k])) for k, t in enumerate(soft))
    assert virtual(net, (x, y), settings).item() == pytest.approx(total / 6, rel=1e-5)


def test_without_weight_the_virtual_teacher_and_smoothing_are_plain_training(batch):
    net, pair = batch
    plain = cross_entropy(net, pair)
    assert torch.equal(virtual(net, pair, Virtual(alpha=0.0, temperature=20.0, confidence=0.99)), plain)
    assert torch.equal(smoothing(net, pair, Smoothing(epsilon=0.0)), plain)
    smooth = smoothing(net, pair, Smoothing(epsilon=0.1))
    even = -net(pair[0]).log_softmax(1).mean()
    torch.testing.assert_close(smooth, 0.9 * plain + 0.1 * even)


def test_the_virtual_teacher_is_label_smoothing_but_for_a_constant(batch):
    net, pair = batch
    weights = list(net.parameters())
    label, other = math.exp(0.99 / 20), math.exp(0.01 / 9 / 20)
    epsilon = 10 * 0.1 * other / (label + 9 * other)         # what the teacher gives to every class
    assert epsilon == pytest.approx(0.0995, abs=5e-5)
    taught = virtual(net, pair, Virtual(alpha=0.1, temperature=20.0, confidence=0.99))
    taught = torch.autograd.grad(taught, weights)
    smooth = torch.autograd.grad(smoothing(net, pair, Smoothing(epsilon=epsilon)), weights)
    for ours, theirs in zip(taught, smooth, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-7)


def test_smoothed_labels_of_the_same_entropy():
    v, y = 4 * torch.randn(200, 10), torch.arange(200) % 10
    made = same_entropy(v, y, 5.0)
    assert entropy(made, 5.0).std().item() == pytest.approx(0, abs=1e-5)
    assert entropy(made, 5.0).mean().item() == pytest.approx(entropy(v, 5.0).mean().item(), abs=1e-5)
    assert torch.equal(made.argmax(1), y)
