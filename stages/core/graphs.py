"""Steps of a training captured once, as a CUDA graph, and replayed: launching the kernels of a step one by one
takes Python several times as long as they run.

A graph holds what a step did on the GPU while it was captured, with the addresses of its tensors: batches are
copied to where the first one was, learning rates are tensors. Whatever Python decides or draws in a step is
decided once. So numbers are drawn on the device or with the batch, what follows the number of the step is done
in `before` (train.py), and who changes something between epochs changes a tensor in place.

The first steps are taken one by one, beside the stream that others use, as torch asks before a capture; they
make the momentum. The last of them is a rehearsal: there, waiting for the GPU is an error. Steps that wait,
that draw on the host or cannot be captured go on one by one from where they were, and one line says why.

Written and tested without a GPU: none of `captured`, `alone` and `waiting_forbidden` has run on one. Tests
replay steps by a recorder of operations on the CPU instead.
"""

import functools
from contextlib import contextmanager

import torch

from stages.core.checkpoint import random_states, set_random_states
from stages.core.compute import device, generators

FIRST = 3                        # steps that are taken one by one


class Replayed:
    """body(batch) -> loss: steps of `optimizer` on `net`, replayed as soon as they have been captured.

    `capture(run)` and `alone()`, a context for the first steps, are CUDA's; tests have others.
    """

    def __init__(self, body, net, optimizer, capture, alone):
        self.body, self.net, self.optimizer = body, net, optimizer
        self.capture, self.alone = capture, alone
        self.taken, self.replay, self.one_by_one = 0, None, False
        for group in optimizer.param_groups:
            group["lr"] = torch.tensor(float(group["lr"]), device=group["params"][0].device)

    def __call__(self, batch):
        if self.one_by_one:
            return self.body(batch)
        self.taken += 1
        if self.taken < FIRST:
            with self.alone():
                return self.body(batch)
        if self.taken == FIRST:
            return self.attempt(self.rehearsed, batch)
        if self.replay is None:
            return self.attempt(self.first_replayed, batch)
        return self.replayed(batch)

    def attempt(self, act, batch):
        """The loss that act(batch) returns or, if it fails, that of the step as it is, from the same state."""
        back = state(self.net, self.optimizer)
        try:
            return act(batch)
        except Exception as error:
            self.refuse(reason(error))
            back()
            return self.body(batch)

    def rehearsed(self, batch):
        before = drawn_elsewhere()
        with self.alone(), waiting_forbidden():
            loss = self.body(batch)
        if drawn_elsewhere() != before:
            self.refuse("a step draws random numbers on the host")
        return loss

    def first_replayed(self, batch):
        self.batch = [tensor.clone() for tensor in batch]
        self.loss, self.replay = self.capture(lambda: self.body(self.batch))
        return self.replayed(batch)

    def replayed(self, batch):
        if [tensor.shape for tensor in batch] != [tensor.shape for tensor in self.batch]:
            return self.body(batch)
        for buffer, tensor in zip(self.batch, batch, strict=True):
            buffer.copy_(tensor)
        self.replay()
        return self.loss

    def refuse(self, why):
        self.one_by_one, self.replay = True, None
        say(f"steps are taken one by one, without a CUDA graph: {why}")


say = functools.cache(functools.partial(print, flush=True))              # once in a process


def on_cuda(body, net, optimizer):
    """The steps `body` of a training on the GPU, replayed."""
    stream = torch.cuda.Stream()
    return Replayed(body, net, optimizer, functools.partial(captured, stream), functools.partial(alone, stream))


def captured(stream, run):
    """What run() returns and a function that does again what it would have done on the GPU, where it has not
    been done yet.
    """
    drawing = [rng for rng in generators if isinstance(rng, torch.Generator) and rng.device.type == "cuda"]
    every = [torch.cuda.default_generators[torch.cuda.current_device()], *drawing]
    states, graph = [rng.clone_state() for rng in every], torch.cuda.CUDAGraph()
    for rng in drawing:
        graph.register_generator_state(rng)                  # torch's own is registered by itself
    try:
        with torch.cuda.stream(stream), torch.cuda.graph(graph, stream=stream):
            result = run()
    except Exception:
        for rng, kept in zip(every, states, strict=True):
            rng.graphsafe_set_state(kept)                    # theirs may be left as if in a capture
        raise
    return result, graph.replay


@contextmanager
def alone(stream):
    """Inside, operations are on `stream`, after those before and before those after."""
    stream.wait_stream(torch.cuda.current_stream())
    try:
        with torch.cuda.stream(stream):
            yield
    finally:
        torch.cuda.current_stream().wait_stream(stream)


@contextmanager
def waiting_forbidden():
    """Inside, what makes Python wait for the GPU is an error, as it is in a capture."""
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def state(net, optimizer):
    """A function that puts all that a step changes back to where it is now."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    momenta = [value for of in optimizer.state.values() for value in of.values() if torch.is_tensor(value)]
    tensors = [tensor.detach() for tensor in [*weights, *net.buffers(), *momenta]]
    values, states, modes = [tensor.clone() for tensor in tensors], random_states(), net.training

    def back():
        torch._foreach_copy_(tensors, values)
        set_random_states(states)
        net.train(modes)

    return back


def reason(error):
    """The first line of the error that was first, of those that followed from each other."""
    while error.__context__:
        error = error.__context__
    return f"{type(error).__name__}: {error}".splitlines()[0]


def drawn_elsewhere():
    """Where the generators are that draw on the host, not on the device."""
    torchs = [rng for rng in [torch.default_generator, *generators] if isinstance(rng, torch.Generator)]
    states = [rng.get_state().tolist() for rng in torchs if rng.device.type != device.type]
    return states + [rng.bit_generator.state for rng in generators if not isinstance(rng, torch.Generator)]
