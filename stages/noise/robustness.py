"""What a trained network is worth: generalisation, calibration, and accuracy when its weights are disturbed.

Forward passes only. Disturbed are the filters (weights of convolutions and of the linear layer): by Gaussian
noise relative to each filter (weights.py), several draws a strength, and by rounding to few bits
(quantisation.py). Batch norm keeps the statistics of the undisturbed network. Which test image was classified
correctly under what is kept, so that networks can be compared image by image.
"""

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.files import save, write_json
from stages.core.nets import load_net
from stages.core.params import read
from stages.core.scores import accuracy, calibration_error, correct, logits, loss
from stages.core.stage import main
from stages.noise.params import Robustness
from stages.noise.quantisation import per_channel, per_tensor
from stages.noise.recipe import kept
from stages.noise.weights import filters, gaussian, moved


def generalisation(net, role):
    """Accuracy, loss and calibration on both splits, and how much worse the network is on new images."""
    numbers = {}
    for name, split in ("train", role.train), ("test", role.test):
        z = logits(net, split.images)
        numbers |= {f"{name}_accuracy": accuracy(z, split.labels), f"{name}_loss": loss(z, split.labels)}
    return numbers | {
        "test_calibration_error": calibration_error(z, split.labels),
        "gap_accuracy": numbers["train_accuracy"] - numbers["test_accuracy"],
        "gap_loss": numbers["test_loss"] - numbers["train_loss"],
    }


def correct_after(net, change, test):
    """Which test images are right after the filters have moved by `change`: bool (n,)."""
    with moved(filters(net), change):
        return correct(logits(net, test.images), test.labels)


def under_noise(net, test, sigmas, draws):
    """Which test images are right under Gaussian weight noise: bool (sigmas, draws, n)."""
    weights = filters(net)
    right = [correct_after(net, gaussian(weights, sigma), test) for sigma in sigmas for _ in range(draws)]
    return torch.stack(right).view(len(sigmas), draws, -1)


def under_rounding(net, test, bits, rounding):
    """Which test images are right after `rounding` the filters to each number of bits: bool (bits, n)."""
    weights = filters(net)
    return torch.stack([
        correct_after(net, [rounding(weight, b) - weight for weight in weights], test) for b in bits
    ])


@torch.no_grad()
def run(variant: str, seed: int):
    settings = read("noise.robustness", Robustness)
    start(seed)
    role = load_role("objects")
    net = load_net(kept(variant, seed))
    results = {
        "clean": correct(logits(net, role.test.images), role.test.labels),
        "gaussian": under_noise(net, role.test, settings.sigmas, settings.draws),
        "per_tensor": under_rounding(net, role.test, settings.bits, per_tensor),
        "per_channel": under_rounding(net, role.test, settings.bits, per_channel),
    }
    save(f"data/noise/robustness/{variant}-{seed}.safetensors", results)
    write_json(f"metrics/noise/robustness/{variant}-{seed}.json", generalisation(net, role))


if __name__ == "__main__":
    main(run)
