"""Images per second of training.

Four ways, in turn, so that their ratios mean something on any machine:

    ours     Batches, channels last, the precision of params.yaml: what every stage does
    no data  the same step on one batch that is there already: the bound that a data path can reach
    SAM      two gradients a step, at the weights and uphill of them: at least twice the work
    usual    a DataLoader with two workers, torchvision's transforms of PIL images, float32, contiguous; in a
             process of its own (bench/usual.py), without what our stages set up in stages/core/compute.py
"""

import statistics
import subprocess
import sys
import time
from itertools import islice

import torch

from stages.core.compute import device, facts, start
from stages.core.data import Batches, Split
from stages.core.nets import ResNet
from stages.core.train import cross_entropy, gradient
from stages.noise.sam import SAM

IMAGES, BATCH, STEPS, ROUNDS = 10_000, 128, 60, 5
MEAN, STD = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]


def network():
    """A fresh ResNet-20 and its optimizer."""
    net = ResNet(20, 16, 10, MEAN, STD).train()
    return net, torch.optim.SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)


def ours(split, rng):
    """Steps as a stage makes them."""
    net, optimizer = network()
    for batch in Batches(split, BATCH, rng, pad=4, flip=True):
        optimizer.step(gradient(net, batch, cross_entropy, optimizer))
        yield


def no_data(split, rng):
    """The same steps without a data path."""
    net, optimizer = network()
    batch = next(iter(Batches(split, BATCH, rng, pad=4, flip=True)))
    while True:
        optimizer.step(gradient(net, batch, cross_entropy, optimizer))
        yield


def sam(split, rng):
    """The same by sharpness-aware minimisation."""
    net, optimizer = network()
    optimizer = SAM(net, optimizer, rho=0.05, norm="l2", steps=1)
    for batch in Batches(split, BATCH, rng, pad=4, flip=True):
        optimizer.step(gradient(net, batch, cross_entropy, optimizer))
        yield


def rate(steps):
    """Images per second of a generator of steps, after three to warm up."""
    steps = iter(steps)
    list(islice(steps, 3))
    began = time.perf_counter()
    done = len(list(islice(steps, STEPS)))
    if device.type == "cuda":
        torch.cuda.synchronize()
    return done * BATCH / (time.perf_counter() - began)


def usual_rate(threads):
    """Images per second of the usual way."""
    command = [sys.executable, "-m", "bench.usual", str(threads)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def some_images():
    """Random images and labels, on the CPU."""
    return Split(torch.randint(256, (IMAGES, 3, 32, 32), dtype=torch.uint8), torch.arange(IMAGES) % 10)


def table(rates):
    """The table of each way's rates over the rounds."""
    ways = {
        "ours": "ours: `Batches`, channels last, {precision}",
        "no data": "the same step, no data path",
        "SAM": "sharpness-aware minimisation, one ascent step",
        "usual": "usual: DataLoader with 2 workers, PIL transforms, float32, contiguous",
    }
    ratios = {
        way: statistics.median(a / b for a, b in zip(rates["ours"], rates[way], strict=True)) for way in ways
    }
    rows = [
        f"| {text.format(**facts())} | {statistics.median(rates[way]):,.0f} | {ratios[way]:.2f} |"
        for way, text in ways.items()
    ]
    return [
        "## Training", "",
        f"ResNet-20, batches of {BATCH}, 32x32 images shifted and mirrored. Medians of {ROUNDS} rounds of "
        f"{STEPS} steps, the four ways in turn; a ratio is taken within a round.", "",
        "| way | images per second | ours relative to it |", "|---|---:|---:|", *rows, "",
    ]


def section():
    """The section of docs/benchmarks.md."""
    rng = start(seed=0)
    images = some_images()
    split = Split(images.images.to(device), images.labels.to(device))
    rates = {"ours": [], "no data": [], "SAM": [], "usual": []}
    for number in range(ROUNDS):
        rates["ours"].append(rate(ours(split, rng)))
        rates["no data"].append(rate(no_data(split, rng)))
        rates["SAM"].append(rate(sam(split, rng)))
        rates["usual"].append(usual_rate(facts()["threads"]))
        latest = ", ".join(f"{way} {values[-1]:,.0f}" for way, values in rates.items())
        print(f"round {number + 1} of {ROUNDS}: {latest} images per second")
    return table(rates)
