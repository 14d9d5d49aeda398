"""Does every tensor that a stage makes say where it lies?

    python -m pipeline.devices       part of `make lint`

Made without a device, a tensor is on the CPU; beside one on a GPU it raises, which no test without a GPU
sees. So a call of one of MAKERS names its device, or what it makes is moved at once or belongs to a module.
"""

import ast
import sys
from pathlib import Path

from pipeline.code import PACKAGE, Code
from stages.core.stage import main

MAKERS = {
    "arange", "as_tensor", "empty", "eye", "from_numpy", "full", "linspace", "logspace", "ones", "rand",
    "randint", "randn", "randperm", "tensor", "zeros",
}
MOVES = {"to", "cuda"}                   # methods
OWNERS = {"register_buffer", "Parameter"}
HERE = (                                 # what is made on the CPU, to be written or drawn
    "stages/datasets/", "stages/core/measurements.py", "stages/core/plots.py",
    "stages/regularization/corruption.py",
)


def run():
    found = complaints(".")
    if found:
        sys.exit("\n".join(f"error: {line}" for line in found))


def complaints(root):
    """Calls in stages/ that make a tensor without saying where, a line each."""
    code = Code(root)
    files = [file.relative_to(root).with_suffix("") for file in sorted(Path(root, PACKAGE).rglob("*.py"))]
    modules = filter(None, [code.module(".".join(file.parts)) for file in files])
    return [
        f"{one.path}, line {call.lineno}: torch.{call.func.attr} says no device: pass device=…, or .to(…)"
        for one in modules if not one.path.startswith(HERE) for call in placeless(one.tree)
    ]


def placeless(tree):
    """The calls of MAKERS in a tree of code that do not say where."""
    around = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return [node for node in ast.walk(tree) if makes(node) and not placed(node, around)]


def makes(node):
    """Whether this is a call of `torch.<one of MAKERS>`."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKERS
        and isinstance(node.func.value, ast.Name) and node.func.value.id == "torch"
    )


def placed(call, around):
    """Whether a call names a device, or is part of a chain of calls that moves it or hands it to a module."""
    if any(word.arg == "device" for word in call.keywords):
        return True
    node = call
    while isinstance(node := around.get(node), ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute) and node.attr in MOVES:
            return True
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in OWNERS:
            return True
    return False


if __name__ == "__main__":
    main(run)
