"""Training steps on a device of which there is none: shapes, devices and operations, without numbers.

torch's fake tensors know where they are and refuse to meet others, as those on a GPU do. The device is `gpu`,
one that torch lets Python add, before its first gradient: so these tests have a process of their own, which
test_gpu.py starts. On `cuda`, even fake tensors have gradients only where torch is built with CUDA.
"""

import sys
import warnings
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from stages.core.data import Split
from stages.core.train import cross_entropy, gradient
from tests.conftest import some_images
from tests.core.steps import KINDS, plainly

# what torch.use_deterministic_algorithms lists as raising on CUDA, and the kernel behind it
RAISING = {
    "_adaptive_avg_pool2d_backward", "_adaptive_avg_pool3d_backward", "adaptive_max_pool2d_backward",
    "avg_pool3d_backward", "fractional_max_pool2d_backward", "fractional_max_pool3d_backward",
    "max_unpool2d", "max_unpool3d", "upsample_linear1d_backward", "upsample_bilinear2d_backward",
    "upsample_bicubic2d_backward", "upsample_trilinear3d_backward", "reflection_pad1d_backward",
    "reflection_pad2d_backward", "reflection_pad3d_backward", "nll_loss2d_forward", "_ctc_loss_backward",
    "_embedding_bag_dense_backward", "put", "put_", "histc", "bincount", "median", "grid_sampler_2d_backward",
    "grid_sampler_3d_backward", "cumsum", "cumsum_",
}

# what has no kernel for fake tensors
WITHOUT_FAKE = torch.ops.aten._fused_sgd_.tensor_lr, torch.ops.aten._fused_adam_.tensor_lr


def is_on_cpu(one):
    return torch.is_tensor(one) and one.device.type == "cpu"


class Noted(TorchDispatchMode):
    """Notes the operations inside, and those that were given a tensor on the CPU.

    A number that is assigned by indices is on the CPU where these are on CUDA, and is waited for.
    """

    def __init__(self):
        super().__init__()
        self.names, self.mixing = set(), []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        self.names.add(operation.overloadpacket.__name__)
        assigned = operation is torch.ops.aten.index_put_.default and args[2].dim() == 0
        if assigned or any(is_on_cpu(one) for one in tree_leaves((args, kwargs))):
            self.mixing.append(str(operation))
        if operation in WITHOUT_FAKE:
            return None
        return operation(*args, **(kwargs or {}))


@pytest.fixture(scope="module")
def backend():
    _setup_privateuseone_for_python_backend("gpu")
    torch.gpu.get_amp_supported_dtype = lambda: [torch.bfloat16]                         # asked by autocast
    return torch.device("gpu:0")


class Generator(torch.Generator):
    """One that says it is on the device."""

    device = property(lambda _: torch.device("gpu:0"))


class Fake(FakeTensorMode):
    """Which never looks at a tensor on the device, not even at one whose values it knows."""

    avoid_device_init = True


def to(net, device, memory_format=None):
    """nn.Module.to, which fails for fake tensors: it swaps them, and their mode refers to them."""
    for module in net.modules():
        for name, weight in module._parameters.items():
            if weight is not None:
                module._parameters[name] = nn.Parameter(weight.detach().to(device))
        for name, buffer in module._buffers.items():
            module._buffers[name] = buffer.to(device)
    return net


@pytest.fixture
def gpu(backend, monkeypatch):
    """Inside this mode, everything that stages make on the device is on one that is none."""
    for name, module in list(sys.modules.items()):
        if name.startswith("stages.") and isinstance(getattr(module, "device", None), torch.device):
            monkeypatch.setattr(module, "device", backend)
    monkeypatch.setattr("stages.core.compute.device", torch.device("cpu"))               # of autocast
    monkeypatch.setattr(nn.Module, "to", to)
    # Tensor's own deep copies of fake tensors crash, sooner or later.
    monkeypatch.setattr(nn.Parameter, "__deepcopy__", lambda old, _: nn.Parameter(old.detach().clone()))
    monkeypatch.setattr(torch.Tensor, "__deepcopy__", lambda old, _: old.clone())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                      # that autocast does not know the device
        with Fake(allow_non_fake_inputs=True):
            yield backend


def steps(kind, device):
    """The operations of two steps of a kind, without those of its batches."""
    images = some_images(60)
    split = Split(images.images.to(device), images.labels.to(device))
    net, batches, loss, optimizer = kind(split, Generator())
    for group in optimizer.param_groups:
        group.update(lr=torch.tensor(group["lr"], device=device), fused=True)            # as on CUDA
    net.train()
    noted = Noted()
    for taken, batch in enumerate(batches):
        if optimizer.before(taken) is not False:
            with noted:
                value = optimizer.step(gradient(net, batch, loss, optimizer))
            assert value.device.type == device.type
    return noted


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_stays_on_its_device(kind, gpu):
    noted = steps(KINDS[kind], gpu)
    assert noted.mixing == []
    assert noted.names & RAISING == set()


def elsewhere(net, batch):
    return cross_entropy(net, batch) + torch.zeros(20).mean(0, keepdim=True)


def a_number_elsewhere(net, batch):
    return torch.tensor(0.5) * cross_entropy(net, batch)


def a_number_by_indices(net, batch):
    value = cross_entropy(net, batch).expand(3).clone()
    value[torch.arange(2, device=value.device)] = 0.0
    return value.sum()


def waiting(net, batch):
    value = cross_entropy(net, batch)
    return value / value.item()


def without_a_kernel(net, batch):
    x, y = batch
    return cross_entropy(net, (F.interpolate(x.requires_grad_(), scale_factor=2.0, mode="bilinear"), y))


def test_a_tensor_on_the_cpu_is_found(gpu):
    with pytest.raises(RuntimeError, match="found at least two devices, gpu:0 and cpu"):
        steps(partial(plainly, loss=elsewhere), gpu)


def test_so_is_a_number_on_the_cpu_which_eager_steps_may_have(gpu):
    assert "aten.mul.Tensor" in steps(partial(plainly, loss=a_number_elsewhere), gpu).mixing
    assert "aten.index_put_.default" in steps(partial(plainly, loss=a_number_by_indices), gpu).mixing


def test_so_is_what_waits_for_the_gpu(gpu):
    with pytest.raises(DataDependentOutputException):
        steps(partial(plainly, loss=waiting), gpu)


def test_so_is_what_raises_because_it_is_not_deterministic(gpu):
    found = steps(partial(plainly, loss=without_a_kernel), gpu).names
    assert found & RAISING == {"upsample_bilinear2d_backward"}
