"""Checkpoints: a training that was killed goes on from its last one when its stage is run again.

A checkpoint is all that the rest of a training depends on: weights, buffers and the optimizer's state, where
every random generator is, the rows of history so far. It is written between epochs, at most every `SECONDS`,
and ends in the same bytes as a training that nothing interrupted.

It lies in `FOLDER`/<stage>/<inputs>, where <inputs> is a hash of what the stage's dvc.yaml declares (the
files under `deps`, the values under `params`), of its command line and of the machine's arithmetic: whatever
changes there, nothing goes on from it. All checkpoints of a stage are removed when it succeeds. A step that
is run by hand, without DVC, has none.
"""

import functools
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import torch

from stages.core.compute import device, facts, generators
from stages.core.declared import declared
from stages.core.files import readable, write
from stages.core.params import FILE, find, load_yaml
from stages.core.stage import on_success

FOLDER = Path(".dvc/tmp/training")       # DVC ignores it, and so does git
SECONDS = 120
_place, _numbers, _written = None, itertools.count(1), time.monotonic()


class Checkpoint:
    """Of one training: of `net`, `optimizer` and the dict `extra`, of tensors or lists of them.

    The trainings of a seed are told apart by their order, which is the same in every run.
    """

    def __init__(self, net, optimizer, extra):
        self.net, self.optimizer, self.extra = net, optimizer, extra
        self.path = (_place or folder()) / f"{next(_numbers)}.pt" if "DVC_STAGE" in os.environ else None

    def restore(self):
        """Puts everything back to where the checkpoint has it; the rows up to there, none without one."""
        if self.path is None or not self.path.exists():
            return []
        state = readable(self.path, lambda: torch.load(self.path, device, weights_only=True))
        with torch.no_grad():
            for tensor, value in zip(self._tensors(), state["tensors"], strict=True):
                tensor.copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        self.extra.update(state["extra"])
        set_random_states(state["random"])
        print(f"going on after epoch {len(state['rows'])}, from {self.path}", flush=True)
        return state["rows"]

    def write(self, rows):
        """Writes a checkpoint after the last of `rows`, if the one before was long ago."""
        global _written
        if self.path is None or time.monotonic() - _written < SECONDS:
            return
        state = {
            "tensors": self._tensors(), "optimizer": self.optimizer.state_dict(), "extra": self.extra,
            "random": random_states(), "rows": rows,
        }
        file = io.BytesIO()
        torch.save(state, file)
        write(self.path, file.getvalue())
        _written = time.monotonic()

    def _tensors(self):
        """What training changes: the weights that the optimizer steps, the buffers of the network."""
        weights = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        return weights + list(self.net.buffers())


def snapshot(net, optimizer):
    """A function that puts everything that a step changes back to where it is now."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    momenta = [value for of in optimizer.state.values() for value in of.values() if torch.is_tensor(value)]
    tensors = [tensor.detach() for tensor in [*weights, *net.buffers(), *momenta]]
    values, states, mode = [tensor.clone() for tensor in tensors], random_states(), net.training

    def back():
        for tensor, value in zip(tensors, values, strict=True):
            tensor.copy_(value)
        set_random_states(states)
        net.train(mode)

    return back


def begin(place):
    """The trainings that follow are the first, second, ... of their own, in the folder `place`."""
    global _place, _numbers
    _place, _numbers = place, itertools.count(1)


def random_states():
    """Where torch's own generators and those of `generators` are."""
    own = [torch.get_rng_state()] + ([torch.cuda.get_rng_state()] if device.type == "cuda" else [])
    return own + [
        rng.get_state() if isinstance(rng, torch.Generator) else rng.bit_generator.state for rng in generators
    ]


def set_random_states(states):
    """Sets all generators to where `random_states` found them."""
    states = iter(state.cpu() if isinstance(state, torch.Tensor) else state for state in states)
    torch.set_rng_state(next(states))
    if device.type == "cuda":
        torch.cuda.set_rng_state(next(states))
    for rng, state in zip(generators, states, strict=True):
        if isinstance(rng, torch.Generator):
            rng.set_state(state)
        else:
            rng.bit_generator.state = state


@functools.cache
def folder():
    """Where this process keeps its checkpoints; hashed before its first training, and removed at its end."""
    stage = os.environ["DVC_STAGE"]
    here = FOLDER / re.sub(r"[^\w@.-]+", "-", stage)
    on_success(functools.partial(forget, here))
    return here / inputs(stage)


def forget(here):
    """Removes the folder `here` under another name: a kill leaves all of it, or nothing that is read."""
    gone = here.with_name(f"{here.name}.tmp")
    shutil.rmtree(gone, ignore_errors=True)
    if here.exists():
        here.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def inputs(stage):
    """A hash of everything that `stage` says it depends on, and of how this process computes."""
    values = load_yaml(FILE)
    params = {name: find(name, values) for name in declared(stage, "params")}
    files = [path for dep in declared(stage, "deps") for path in files_below(Path(dep))]
    sums = {str(path): sha256(path) for path in files}
    known = json.dumps([sys.argv[1:], facts(), params, sums], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def files_below(path):
    """A file itself, or all files below a folder, in one order."""
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


def sha256(path):
    """The hash of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
