"""Training steps captured once as a CUDA graph and replayed: launching their kernels takes longer than these.

A graph repeats what a step did on the GPU when it was captured, on the same tensors. So batches are copied to
where one of them was and learning rates are tensors; what Python decides or draws in a step is decided once.
Hence numbers are drawn on the device or with the batch, what depends on the number of the step is done in
`before` (train.py), and who changes a value between epochs changes a tensor in place.

The first steps are taken one by one and make the momentum; in the last of them, waiting for the GPU is an
error. Steps that wait, draw on the host or cannot be captured go on one by one from the same state, and a
line says why. Tests have something else for `captured` and `alone` where there is no GPU.
"""

import warnings
from contextlib import contextmanager
from functools import cache, partial

import torch

from stages.core.checkpoint import snapshot
from stages.core.compute import device, generators

FIRST = 3                        # steps that are taken one by one
say = cache(partial(print, flush=True))              # once in a process


class Replayed:
    """body(batch) -> loss, steps of `optimizer` on `net`, replayed from the first that could be captured."""

    def __init__(self, body, net, optimizer, capture, alone):
        self.body, self.net, self.optimizer = body, net, optimizer
        self.capture, self.alone, self.taken, self.replay, self.one_by_one = capture, alone, 0, None, False
        for group in optimizer.param_groups:
            group["lr"] = torch.tensor(float(group["lr"]), device=group["params"][0].device)

    def __call__(self, batch):
        self.taken += 1
        if self.one_by_one or self.replay:
            return self.replayed(batch) if self.replay else self.body(batch)
        if self.taken < FIRST:
            with self.alone("default"):
                return self.body(batch)
        return self.attempt(self.rehearsed if self.taken == FIRST else self.captured, batch)

    def attempt(self, act, batch):
        """What act(batch) returns or, if it fails, the loss of the same step, taken as it is."""
        back = snapshot(self.net, self.optimizer)
        try:
            return act(batch)
        except Exception as error:
            back()
            while error.__context__:                         # to the first
                error = error.__context__
            self.refuse(f"{type(error).__name__}: {error}".splitlines()[0])
            return self.body(batch)

    def rehearsed(self, batch):
        before = on_host()
        with self.alone("error"):
            loss = self.body(batch)
        if on_host() != before:
            self.refuse("a step draws random numbers on the host")
        return loss

    def captured(self, batch):
        self.batch = [tensor.clone() for tensor in batch]
        self.loss, self.replay = self.capture(lambda: self.body(self.batch))
        return self.replayed(batch)

    def replayed(self, batch):
        if [tensor.shape for tensor in batch] != [buffer.shape for buffer in self.batch]:
            return self.body(batch)
        for buffer, tensor in zip(self.batch, batch, strict=True):
            buffer.copy_(tensor)
        self.replay()
        return self.loss

    def refuse(self, why):
        self.one_by_one, self.replay = True, None
        say(f"training steps are taken one by one, without a CUDA graph: {why}")


def on_cuda(body, net, optimizer):
    """The steps `body`, replayed on the GPU."""
    stream = torch.cuda.Stream()
    return Replayed(body, net, optimizer, partial(captured, stream), partial(alone, stream))


def captured(stream, run):
    """What run() returns, and what does on the GPU what run() would have done: nothing has been done yet."""
    drawing = [rng for rng in generators if isinstance(rng, torch.Generator) and rng.device.type == "cuda"]
    own, graph = torch.cuda.default_generators[torch.cuda.current_device()], torch.cuda.CUDAGraph()
    states = [(rng, rng.clone_state()) for rng in [own, *drawing]]
    for rng in drawing:                                      # torch's own is registered without asking
        graph.register_generator_state(rng)
    try:
        with torch.cuda.stream(stream), torch.cuda.graph(graph, stream=stream):
            return run(), graph.replay
    except Exception:
        for rng, kept in states:
            rng.graphsafe_set_state(kept)                    # theirs may be left as if in a capture
        raise


@contextmanager
def alone(stream, waiting):
    """Inside, operations are on `stream`, as in a capture; `waiting` "error" forbids to wait for the GPU."""
    stream.wait_stream(torch.cuda.current_stream())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                      # that not all that waits is found
        torch.cuda.set_sync_debug_mode(waiting)
    try:
        with torch.cuda.stream(stream):
            yield
    finally:
        torch.cuda.set_sync_debug_mode("default")
        torch.cuda.current_stream().wait_stream(stream)


def on_host():
    """Where the generators are that do not draw on the device."""
    torchs = [torch.default_generator, *(rng for rng in generators if isinstance(rng, torch.Generator))]
    others = [rng.bit_generator.state for rng in generators if not isinstance(rng, torch.Generator)]
    return others + [rng.get_state().tolist() for rng in torchs if rng.device.type != device.type]
