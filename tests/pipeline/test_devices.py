"""Every tensor that a stage makes says where it lies."""

import ast

import pytest

from pipeline.devices import complaints, placeless


def test_this_project(root):
    assert complaints(root) == []


def test_a_call_in_a_stage_is_named_with_its_line(demo, change):
    change("stages/demo/parts.py", None, "import torch\n\n\ndef speed(name):\n    return torch.zeros(())\n")
    assert complaints(demo) == [
        "stages/demo/parts.py, line 5: torch.zeros says no device: pass device=…, or .to(…)"
    ]


@pytest.mark.parametrize("text", [
    "torch.zeros(())", "torch.tensor([digit])", "z + torch.arange(3)", "f(torch.randperm(n))",
    "torch.full((n, 1), bias).double()", "torch.from_numpy(order)[x.to(device)]",
    "torch.ones(3) + x.to(y.device)", "x.index_add(1, torch.tensor([1]), y.to(x.device))",
])
def test_what_says_nothing_is_found(text):
    assert len(placeless(ast.parse(text))) == 1


@pytest.mark.parametrize("text", [
    "torch.zeros((), device=x.device)", "torch.randperm(n).to(x.device)",
    "torch.from_numpy(a).long().to(device)",
    'self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))', "nn.Parameter(torch.zeros(3))",
    "torch.zeros_like(x)", "x.new_zeros(3)", "np.zeros(3)", "torch.cat([a, b])",
])
def test_what_says_where_is_none_or_makes_none_is_right(text):
    assert placeless(ast.parse(text)) == []
