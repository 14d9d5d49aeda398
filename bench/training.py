"""Images per second of training, by ways that take turns, so that their ratios mean something on any machine.

    ours     Batches, channels last, the precision of params.yaml: what every stage does
    no data  the same step on one batch that is there already: the bound that a data path can reach
    single   on a GPU: the steps of `ours` one by one, where those are replayed
    SAM      two gradients a step, at the weights and uphill of them: at least twice the work
    usual    a DataLoader, torchvision's transforms of PIL images, float32, contiguous; in a process of its
             own (bench/usual.py), without what our stages set up in stages/core/compute.py
"""

import statistics
import subprocess
import sys
import time
from itertools import chain, islice, repeat

import torch

from stages.core.compute import device, facts, start
from stages.core.data import Batches, Split
from stages.core.nets import ResNet
from stages.core.train import SGD, cross_entropy, gradient, steps
from stages.noise.sam import SAM

ON_GPU = device.type == "cuda"
IMAGES, BATCH, STEPS, ROUNDS = 10_000, 128, 600 if ON_GPU else 60, 5
FIRST = 10                       # steps that are not timed; the first are never replayed
WORKERS = 8 if ON_GPU else 2     # of the usual way
MEAN, STD = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]
WAYS = {
    "ours": "ours: `Batches`, channels last, {precision}" + ", replayed steps" * ON_GPU,
    "no data": "the same step, no data path",
    "single": "the same steps, one by one",
    "SAM": "sharpness-aware minimisation, one ascent step",
    "usual": f"usual: DataLoader with {WORKERS} workers, PIL transforms, float32, contiguous",
}


def network():
    """A fresh ResNet-20 and its optimizer."""
    net = ResNet(20, 16, 10, MEAN, STD).train()
    return net, SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)


def batches(split, rng):
    """Training batches without end."""
    return chain.from_iterable(repeat(Batches(split, BATCH, rng, pad=4, flip=True)))


def ours(split, rng):
    """Steps as a stage makes them."""
    net, optimizer = network()
    return map(steps(net, cross_entropy, optimizer), batches(split, rng))


def no_data(split, rng):
    """The same steps without a data path."""
    net, optimizer = network()
    return map(steps(net, cross_entropy, optimizer), repeat(next(batches(split, rng))))


def single(split, rng):
    """The same steps, one by one."""
    net, optimizer = network()
    return (optimizer.step(gradient(net, batch, cross_entropy, optimizer)) for batch in batches(split, rng))


def sam(split, rng):
    """The same by sharpness-aware minimisation."""
    net, optimizer = network()
    optimizer = SAM(net, optimizer, rho=0.05, norm="l2", steps=1)
    return map(steps(net, cross_entropy, optimizer), batches(split, rng))


def rate(taken):
    """Images per second of an iterator that takes a step whenever it is asked, after the first steps."""
    list(islice(taken, FIRST))
    wait()
    began = time.perf_counter()
    list(islice(taken, STEPS))
    wait()
    return STEPS * BATCH / (time.perf_counter() - began)


def wait():
    """Returns when the device has done what it was given."""
    if ON_GPU:
        torch.cuda.synchronize()


def usual_rate(threads):
    """Images per second of the usual way."""
    command = [sys.executable, "-m", "bench.usual", str(threads)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def some_images():
    """Random images and labels, on the CPU."""
    return Split(
        torch.randint(256, (IMAGES, 3, 32, 32), dtype=torch.uint8, device="cpu"),
        torch.arange(IMAGES, device="cpu") % 10,
    )


def table(rates):
    """The table of each way's rates over the rounds."""
    ratios = {
        way: statistics.median(a / b for a, b in zip(rates["ours"], rates[way], strict=True)) for way in rates
    }
    rows = [
        f"| {WAYS[way].format(**facts())} | {statistics.median(rates[way]):,.0f} | {ratios[way]:.2f} |"
        for way in rates
    ]
    return [
        f"ResNet-20, batches of {BATCH}, 32x32 images shifted and mirrored. Medians of {ROUNDS} rounds of "
        f"{STEPS} steps, the ways in turn; a ratio is taken within a round.", "",
        "| way | images per second | ours relative to it |", "|---|---:|---:|", *rows, "",
    ]


def measured():
    """The table of this machine's ways, in lines."""
    rng = start(seed=0)
    images = some_images()
    split = Split(images.images.to(device), images.labels.to(device))
    ways = {"ours": ours, "no data": no_data} | ({"single": single} if ON_GPU else {}) | {"SAM": sam}
    rates = {way: [] for way in [*ways, "usual"]}
    for number in range(ROUNDS):
        for way, taken in ways.items():
            rates[way].append(rate(taken(split, rng)))
        rates["usual"].append(usual_rate(facts()["threads"]))
        latest = ", ".join(f"{way} {values[-1]:,.0f}" for way, values in rates.items())
        print(f"round {number + 1} of {ROUNDS}: {latest} images per second")
    return table(rates)
