"""SAM and Gaussian noise on a quadratic, where every step is known, and in the limit where they are SGD."""

import pytest
import torch
from torch import nn

from pipeline.profile import profiles, values
from stages.core.data import Batches
from stages.core.errors import UserError
from stages.core.nets import ResNet
from stages.core.params import load_yaml
from stages.core.train import cross_entropy, training
from stages.noise.gaussian import GaussianNoise
from stages.noise.sam import SAM, run
from tests.conftest import some_images

LR, RHO = 0.1, 0.3
A = torch.tensor([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]], dtype=torch.float64)


class Quadratic(nn.Module):
    """L(w) = w'Aw / 2."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64))

    def forward(self):
        return self.w @ A @ self.w / 2


def stepped(wrap):
    """The weights of the quadratic before and after one step."""
    net = Quadratic()
    optimizer = wrap(net, torch.optim.SGD(net.parameters(), LR))

    def closure():
        optimizer.zero_grad()
        loss = net()
        loss.backward()
        return loss

    before = net.w.detach().clone()
    loss = optimizer.step(closure)
    assert loss.item() == pytest.approx((before @ A @ before / 2).item(), abs=1e-12)     # of w, not of w + e
    return before, net.w.detach()


def test_one_step_on_a_quadratic():
    w, after = stepped(lambda net, sgd: SAM(net, sgd, RHO, "l2", 1))
    g = A @ w
    torch.testing.assert_close(after, w - LR * A @ (w + RHO * g / g.norm()), rtol=0, atol=1e-10)


def test_one_step_in_the_maximum_norm():
    w, after = stepped(lambda net, sgd: SAM(net, sgd, RHO, "linf", 1))
    torch.testing.assert_close(after, w - LR * A @ (w + RHO * (A @ w).sign()), rtol=0, atol=1e-10)


def test_several_steps_are_projected_ascent_written_out():
    w, after = stepped(lambda net, sgd: SAM(net, sgd, RHO, "l2", 3))
    e = torch.zeros(3, dtype=torch.float64)
    for _ in range(3):
        g = A @ (w + e)
        e = e + RHO * g / g.norm()
        e = e * min(1.0, RHO / e.norm().item())
    torch.testing.assert_close(after, w - LR * A @ (w + e), rtol=0, atol=1e-10)


def trained(wrap, epochs=2):
    torch.manual_seed(0)
    net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)
    batches = Batches(some_images(40), 20, torch.Generator().manual_seed(0), 4, True)
    sgd = torch.optim.SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)
    history = list(training(net, batches, cross_entropy, wrap(net, sgd), epochs))
    return net, history


def sgd_itself(net, sgd):
    return sgd


@pytest.mark.parametrize("norm", ["l2", "linf"])
@pytest.mark.parametrize("steps", [1, 3])
def test_without_a_radius_it_is_sgd_to_the_bit(norm, steps):
    net, history = trained(lambda net, sgd: SAM(net, sgd, 0.0, norm, steps))
    control, wanted = trained(sgd_itself)
    assert history == wanted
    for (name, a), b in zip(net.state_dict().items(), control.state_dict().values(), strict=True):
        assert torch.equal(a, b), name                       # running statistics and their counts, too


def test_with_a_radius_it_is_not():
    net, _ = trained(lambda net, sgd: SAM(net, sgd, 0.05, "l2", 1), epochs=1)
    control, _ = trained(sgd_itself, epochs=1)
    assert not torch.equal(net.linear.weight, control.linear.weight)


def test_statistics_come_from_the_unperturbed_pass_only():
    net, _ = trained(lambda net, sgd: SAM(net, sgd, 0.05, "l2", 3), epochs=1)
    assert net.norm.num_batches_tracked == 2                 # two batches, although eight passes were made


def test_without_noise_the_weights_are_sgds_to_the_bit():
    net, history = trained(lambda net, sgd: GaussianNoise(net, sgd, 0.0))
    control, wanted = trained(sgd_itself)
    assert history == wanted
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), control.parameters(), strict=True))


def test_noise_is_fresh_in_every_step_and_taken_back():
    net = nn.Linear(3, 2, bias=False)
    before, seen = net.weight.detach().clone(), []
    optimizer = GaussianNoise(net, torch.optim.SGD(net.parameters(), 0.0), 0.5)
    for _ in range(2):
        optimizer.step(lambda: seen.append(net.weight.detach().clone()) or torch.tensor(0.0))
    assert torch.equal(net.weight, before)
    assert not torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[0], before)


def test_several_steps_share_all_else_with_one_in_every_profile(root):
    for name in profiles(root):
        found = values(root, name, load_yaml)
        assert {key: found[f"sam.{key}"] for key in ("rho", "norm")} == {
            key: found[f"sam_multistep.{key}"] for key in ("rho", "norm")
        }, name
        assert found["sam.steps"] == 1 < found["sam_multistep.steps"]


def test_an_unknown_variant(project):
    with pytest.raises(UserError, match=r"has no `samm`.*did you mean `sam`"):
        run("samm")
