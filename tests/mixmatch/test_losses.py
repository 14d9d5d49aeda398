"""Losses against their formulas by loops over images, and the limits that are other methods."""

import math
from functools import partial

import pytest
import torch

from stages.core.compute import start
from stages.core.data import Role, Split
from stages.core.nets import ResNet
from stages.mixmatch import losses, recipe
from stages.mixmatch.batches import Mixing
from stages.mixmatch.losses import guessed, mixed, sharpened, squared_error, where_sure
from stages.mixmatch.nets import Both
from stages.mixmatch.params import Data, Network, Training
from stages.mixmatch.recipe import Setting, learn
from tests.conftest import some_images

B, M, C = 3, 4, 5
TRAINING = Training(epochs=2, steps=3, batch_size=5, lr=0.01, weight_decay=0.02, average=0.9, pad=1,
                    flip=True)
SETTINGS = Setting(Data(role="digits", train=40, test=20, pool=1), Network(widths=[4], blocks=1), TRAINING)
MIXMATCH = {"weight": 5.0, "ramp": 0.5, "alpha": 0.75, "copies": 2, "temperature": 0.5, "mixing": "all",
            "teacher": False}


class Table(torch.nn.Module):
    """An image of one pixel, the number i, has the logits in row i: whatever is mixed is mixed in between."""

    def __init__(self, rows):
        super().__init__()
        self.rows = torch.nn.Parameter(rows)

    def forward(self, x):
        place = x.flatten()
        low = place.floor().long().clamp(max=len(self.rows) - 2)
        part = (place - low)[:, None]
        return (1 - part) * self.rows[low] + part * self.rows[low + 1]


@pytest.fixture
def net():
    return Table(2 * torch.randn(12, C))


def images(*numbers):
    return torch.tensor(numbers, dtype=torch.float32).view(-1, 1, 1, 1)


X, Y = images(0, 1, 2), torch.tensor([1, 0, 4])
U = images(3, 4, 5, 6, 7, 8, 9, 10)                          # two copies of four images, one after the other


def p(net, x):
    """Softmax of an image, by hand, a list."""
    z = net(x.view(1, 1, 1, 1))[0].tolist()
    total = sum(math.exp(value) for value in z)
    return [math.exp(value) / total for value in z]


def cross_entropy(target, probabilities):
    return -sum(t * math.log(one) for t, one in zip(target, probabilities, strict=True))


def one_hot(label):
    return [float(k == label) for k in range(C)]


def labels_alone(net):
    return sum(cross_entropy(one_hot(int(y)), p(net, x)) for x, y in zip(X, Y, strict=True)) / B


def slowly_guessed(net, copies, temperature):
    """Equation 7 for each of the images, of its copies."""
    found = []
    for image in range(len(U) // copies):
        each = [p(net, U[image + len(U) // copies * copy]) for copy in range(copies)]
        mean = [sum(values) / copies for values in zip(*each, strict=True)]
        powers = [value ** (1 / temperature) for value in mean]
        found.append([value / sum(powers) for value in powers])
    return found


@pytest.mark.parametrize(("copies", "temperature"), [(1, 1.0), (2, 1.0), (2, 0.5), (4, 0.3)])
def test_guesses(net, copies, temperature):
    wanted = torch.tensor(slowly_guessed(net, copies, temperature))
    found = guessed(net, U, copies, temperature)
    torch.testing.assert_close(found, wanted)
    assert not found.requires_grad


def test_sharpening_by_hand():
    """(0.6, 0.3, 0.1) at T = 1/2 is (36, 9, 1) / 46."""
    probabilities = torch.tensor([[0.6, 0.3, 0.1]])
    torch.testing.assert_close(sharpened(probabilities, 0.5), torch.tensor([[36.0, 9.0, 1.0]]) / 46)
    torch.testing.assert_close(sharpened(probabilities, 1.0), probabilities)
    assert sharpened(probabilities, 1e-4).tolist() == [[1.0, 0.0, 0.0]]      # arg max
    none = torch.tensor([[1.0, 0.0, 0.0]])
    assert sharpened(none, 0.5).tolist() == none.tolist()                    # 0 stays 0


def test_squared_error_is_a_mean_over_classes_too():
    z = torch.randn(M, C)
    q = torch.randn(M, C).softmax(1)
    wanted = sum((z.softmax(1)[i, k] - q[i, k]) ** 2 for i in range(M) for k in range(C)) / (M * C)
    torch.testing.assert_close(squared_error(z, q), wanted)


def test_mixtures_by_loop():
    x, q, order = images(*range(6)), torch.rand(6, C), torch.tensor([3, 1, 5, 0, 2, 4])
    own = torch.rand(6)
    made, targets = mixed(x, q, order, torch.stack([own, 1 - own]))
    for i, j in enumerate(order.tolist()):
        torch.testing.assert_close(made[i], own[i] * x[i] + (1 - own[i]) * x[j])
        torch.testing.assert_close(targets[i], own[i] * q[i] + (1 - own[i]) * q[j])


ORDER = torch.tensor([10, 3, 1, 0, 2, 4, 9, 5, 6, 8, 7])
OWN = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.55, 0.95, 0.85, 0.75, 0.65, 0.5, 1.0])


def slowly_mixed(net, copies, temperature, of_unlabelled):
    """Cross-entropy of the mixtures of labelled images, and the mean of another error of the others."""
    guesses = slowly_guessed(net, copies, temperature) * copies
    numbers, targets = [*range(11)], [one_hot(int(y)) for y in Y] + guesses
    errors = []
    for i, (j, own) in enumerate(zip(ORDER.tolist(), OWN.tolist(), strict=True)):
        q = [own * a + (1 - own) * b for a, b in zip(targets[i], targets[j], strict=True)]
        made = p(net, images(own * numbers[i] + (1 - own) * numbers[j]))
        errors.append((cross_entropy if i < B else of_unlabelled)(q, made))
    return sum(errors[:B]) / B, sum(errors[B:]) / 8


def squares(q, one):
    return sum((s - t) ** 2 for s, t in zip(q, one, strict=True)) / C


def test_mixmatch_by_loop(net):
    batch = X, Y, U, ORDER, torch.stack([OWN, 1 - OWN])
    a, b = slowly_mixed(net, 2, 0.5, squares)
    found = losses.mixmatch(net, batch, torch.tensor(7.0), 2, 0.5, False)
    assert found.item() == pytest.approx(a + 7 * b, rel=1e-4)


def test_mixup_by_loop(net):
    batch = X, Y, U, ORDER, torch.stack([OWN, 1 - OWN])
    a, b = slowly_mixed(net, 1, 1.0, cross_entropy)
    assert losses.mixup(net, batch, torch.tensor(3.0)).item() == pytest.approx(a + 3 * b, rel=1e-4)


def test_pi_model_by_loop(net):
    pairs = [(p(net, U[i]), p(net, U[i + M])) for i in range(M)]
    wanted = sum((s - t) ** 2 for one in pairs for s, t in zip(*one, strict=True)) / (M * C)
    found = losses.pi_model(net, (X, Y, U), torch.tensor(3.0))
    assert found.item() == pytest.approx(labels_alone(net) + 3 * wanted, rel=1e-5)


def test_the_first_copy_is_the_target_of_the_second(net):
    losses.pi_model(net, (X, Y, U), torch.tensor(3.0)).backward()
    assert (net.rows.grad[[7, 8, 9, 10]] != 0).all()
    assert (net.rows.grad[[3, 4, 5, 6]] == 0).all()


@pytest.mark.parametrize("threshold", [0.0, 0.6, 1.0])
def test_labels_are_guessed_where_a_network_is_sure(net, threshold):
    """Of FixMatch from the first copy for the second, of pseudo-labels for the same; in both the mean is over
    all images.
    """
    def slowly(of, learns):
        total = 0.0
        for a, b in zip(of, learns, strict=True):
            guess = p(net, a)
            if max(guess) >= threshold:
                total += cross_entropy(one_hot(guess.index(max(guess))), p(net, b))
        return labels_alone(net) + 3 * total / len(of)

    own, other = (of(net, (X, Y, U), torch.tensor(3.0), threshold).item()
                  for of in (losses.pseudo_label, losses.fixmatch))
    assert own == pytest.approx(slowly(U, U), rel=1e-5)
    assert other == pytest.approx(slowly(U[:M], U[M:]), rel=1e-5)


def test_pseudo_labels_have_no_gradient():
    z = torch.randn(M, C, requires_grad=True)
    where_sure(z, torch.randn(M, C, requires_grad=True), 0.0).backward()
    assert z.grad is None


def test_guesses_teach_batch_norm_nothing():
    both = Both(ResNet(8, 4, C, [0.5], [0.2])).train()
    before = {name: value.clone() for name, value in both.state_dict().items()}
    x = torch.rand(8, 1, 8, 8)
    first = guessed(both, x, 2, 0.5)
    assert all(torch.equal(value, before[name]) for name, value in both.state_dict().items())
    assert not torch.allclose(first[:1], guessed(both, x[[0, 4]], 2, 0.5))   # normalised by their own batch


@pytest.fixture
def role():
    parts = some_images(40, (1, 8, 8), C), some_images(20, (1, 8, 8), C, seed=1)
    return Role(*parts, list("abcde"), "random")


@pytest.fixture
def trained(project, role, monkeypatch):
    """Weights and averages after a training by a method."""
    made = []
    network = recipe.network
    monkeypatch.setattr(recipe, "network", lambda *args: made.append(network(*args)) or made[-1])

    def weights(method, options, number=10, unlabelled=None):
        learn("one", method, options, role, number, unlabelled or role.train, SETTINGS, 3)
        return made[-1].state_dict()

    return weights


def alike(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_no_weight_is_learning_from_labels_alone_bit_for_bit(trained):
    control = trained("supervised", {})
    for method, options in {
        "mixmatch": MIXMATCH | {"weight": 0.0, "mixing": "none"}, "pi_model": {"weight": 0.0, "ramp": 0.5},
        "pseudo_label": {"weight": 0.0, "ramp": 0.0, "threshold": 0.5},
        "fixmatch": {"weight": 0.0, "ramp": 0.0, "threshold": 0.5, "pad": 1, "cutout": 2},
        "mixup": {"weight": 0.0, "ramp": 0.0, "alpha": 0.0},
    }.items():
        assert alike(trained(method, options), control), method
    mixtures = trained("mixmatch", MIXMATCH | {"weight": 0.0})               # hold unlabelled images
    assert not alike(mixtures, control)


def test_without_labels_to_guess_only_batch_norm_sees_the_other_images(role):
    """The gradient at weight 0 is that of the labelled part of a forward of all, bit for bit."""
    start(0)
    both = Both(ResNet(8, 4, C, [0.5], [0.2])).train()
    x, u, y = torch.rand(B, 1, 8, 8), torch.rand(8, 1, 8, 8), Y
    order, shares = Mixing("none", 0.75, None).drawn(B, 8, x.device)
    losses.mixmatch(both, (x, y, u, order, shares), torch.tensor(0.0), 2, 0.5, False).backward()
    found = [weight.grad.clone() for weight in both.trained.parameters()]
    both.zero_grad()
    z = both(torch.cat([x, u]).contiguous(memory_format=torch.channels_last))
    torch.nn.functional.cross_entropy(z[:B], y).backward()
    for mine, weight in zip(found, both.trained.parameters(), strict=True):
        torch.testing.assert_close(mine, weight.grad, rtol=1e-5, atol=1e-7)


def test_no_mixtures_as_alpha_goes_to_0_bit_for_bit(trained):
    control = trained("mixmatch", MIXMATCH | {"mixing": "none"})
    assert alike(trained("mixmatch", MIXMATCH | {"alpha": 0.0}), control)
    assert alike(trained("mixmatch", MIXMATCH | {"alpha": 1e-9}), control)   # shares are 0 or 1
    assert not alike(trained("mixmatch", MIXMATCH), control)


def test_a_teacher_that_forgets_at_once_is_the_network(trained, monkeypatch):
    forgets = Setting(SETTINGS.data, SETTINGS.network, TRAINING.model_copy(update={"average": 0.0}))
    control = trained("mixmatch", MIXMATCH)
    assert not alike(trained("mixmatch", MIXMATCH | {"teacher": True}), control)
    monkeypatch.setitem(globals(), "SETTINGS", forgets)
    assert alike(trained("mixmatch", MIXMATCH | {"teacher": True}), trained("mixmatch", MIXMATCH))


def test_unlabelled_images_are_looked_at(trained, role):
    other = Split(255 - role.train.images, role.train.labels)
    for method, options in {"mixmatch": MIXMATCH, "pi_model": {"weight": 1.0, "ramp": 0.0}}.items():
        assert not alike(trained(method, options), trained(method, options, unlabelled=other))
    assert alike(trained("supervised", {}), trained("supervised", {}, unlabelled=other))


def test_true_labels_of_unlabelled_images_are_not(trained, role):
    wrong = Split(role.train.images, role.train.labels.flip(0))
    options = {"weight": 1.0, "ramp": 0.0, "threshold": 0.2}
    for method, own in {"mixmatch": MIXMATCH, "pseudo_label": options}.items():
        assert alike(trained(method, own), trained(method, own, unlabelled=wrong))


def test_the_weight_grows_over_a_share_of_all_steps(trained, monkeypatch):
    """Half of two epochs of three steps."""
    given, averaging = [], recipe.Averaging
    monkeypatch.setattr(recipe, "Averaging", lambda *args: given.append(args[-2:]) or averaging(*args))
    trained("mixmatch", MIXMATCH)
    [(peak, ramp)] = given
    assert (peak, ramp) == (5.0, 3.0)


def test_loss_of_has_the_options_of_its_method():
    weight = torch.tensor(1.0)
    made = recipe.loss_of("mixmatch", MIXMATCH | {"teacher": True}, weight)
    assert isinstance(made, partial)
    assert made.keywords == {"weight": weight, "copies": 2, "temperature": 0.5, "teacher": True}
