"""DenseNet against the paper's size and a slow forward pass, the median filter against SciPy."""

import pytest
import scipy.ndimage
import torch
import torch.nn.functional as F

from stages.core.errors import UserError
from stages.patch.dense import DenseNet
from stages.patch.nets import Filtered, median

MOMENTS = {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.3, 0.25]}


def test_as_many_parameters_as_in_the_paper():
    """Huang et al. 2017, table 2, DenseNet-BC on CIFAR-10: 0.8 million of depth 100 and k = 12."""
    net = DenseNet(100, 12, 10, **MOMENTS)
    assert sum(weight.numel() for weight in net.parameters()) / 1e6 == pytest.approx(0.8, abs=0.05)


def slowly(net, x):
    """The forward pass with functions and a list of all outputs, from the network's state in order."""
    state = [value.double() for name, value in net.state_dict().items() if "num_batches" not in name]
    mean, std, first, *rest = state
    values = iter(rest)

    def convolved(x):
        weight, bias, running, variance, kernel = (next(values) for _ in range(5))
        x = F.relu(F.batch_norm(x, running, variance, weight, bias))
        return F.conv2d(x, kernel, padding=kernel.shape[-1] // 2)

    outputs = [F.conv2d((x - mean) / std, first, padding=1)]
    for block in range(3):
        if block:
            outputs = [F.avg_pool2d(convolved(torch.cat(outputs, 1)), 2)]
        for _ in range(2):
            outputs.append(convolved(convolved(torch.cat(outputs, 1))))
    weight, bias, running, variance = (next(values) for _ in range(4))
    x = F.relu(F.batch_norm(torch.cat(outputs, 1), running, variance, weight, bias)).mean((2, 3))
    weight, bias = next(values), next(values)
    assert not list(values)
    return x @ weight.T + bias


def test_every_layer_sees_all_before_it():
    torch.manual_seed(0)
    net = DenseNet(16, 4, 5, **MOMENTS).double()
    x = torch.rand(3, 3, 16, 16, dtype=torch.double)
    net.train()
    net(x)                                                   # running statistics of its own
    net.eval()
    assert net(x).allclose(slowly(net, x), atol=1e-10)
    assert net(x).shape == (3, 5)


@pytest.mark.parametrize("depth", [4, 11, 12])
def test_a_depth_that_there_is_not(depth):
    with pytest.raises(UserError, match=rf"a DenseNet-BC has depth 6m \+ 4 .*, not {depth}"):
        DenseNet(depth, 4, 10, **MOMENTS)


@pytest.mark.parametrize("side", [1, 3, 5])
def test_the_median_is_scipys(side):
    x = torch.rand(2, 3, 7, 9, dtype=torch.double)
    expected = scipy.ndimage.median_filter(x.numpy(), (1, 1, side, side), mode="nearest")
    assert median(x, side).equal(torch.from_numpy(expected))


def test_the_gradient_goes_to_the_pixel_that_is_the_median():
    """Counted: of how many windows a pixel is the median."""
    x = torch.rand(1, 1, 6, 6, dtype=torch.double).requires_grad_()
    out = Filtered(lambda images: images.sum((1, 2, 3)), 3)(x)
    out.backward()
    chosen = scipy.ndimage.median_filter(x.detach().numpy(), (1, 1, 3, 3), mode="nearest")
    assert x.grad.equal(torch.from_numpy((chosen.reshape(1, -1) == x.detach().numpy().reshape(-1, 1))
                                         .sum(1).reshape(1, 1, 6, 6)).double())
