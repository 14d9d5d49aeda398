"""What a trained network is worth: generalisation, calibration, and accuracy when its weights are disturbed.

Forward passes only. Disturbed are the filters (weights of convolutions and of the linear layer): by Gaussian
noise relative to each filter (weights.py), several draws, the same ones for every network and every strength,
and by rounding to few bits (quantisation.py). Batch norm keeps the statistics of the undisturbed network.
Which test image was classified correctly under what is kept, so that networks can be compared image by image.
"""

import torch

from stages.core.compute import generator, start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import read
from stages.core.scores import brier, correct, logits, loss
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.noise.params import Robustness
from stages.noise.quantisation import per_channel, per_tensor
from stages.noise.recipe import trained
from stages.noise.weights import filters, gaussian, moved


def generalisation(net, role):
    """Accuracy and loss on both splits, and how good the probabilities of test images are."""
    (train, y_train), (test, y_test) = (
        (logits(net, split.images), split.labels) for split in (role.train, role.test)
    )
    return {
        "clean": ("image", correct(test, y_test)), "brier": ("image", brier(test, y_test)),
        "train_right": ("train_image", correct(train, y_train)),
        "train_loss": ("", loss(train, y_train)), "test_loss": ("", loss(test, y_test)),
    }


def correct_after(net, change, test):
    """Which test images are right after the filters have moved by `change`: bool (n,)."""
    with moved(filters(net), change):
        return correct(logits(net, test.images), test.labels)


def under_noise(net, test, sigmas, draws, seed):
    """Which test images are right under Gaussian weight noise: bool (sigmas, draws, n)."""
    weights, rng = filters(net), generator(seed)
    noises = [gaussian(weights, 1.0, rng) for _ in range(draws)]
    right = [
        correct_after(net, [sigma * part for part in noise], test) for sigma in sigmas for noise in noises
    ]
    return torch.stack(right).view(len(sigmas), draws, -1)


def under_rounding(net, test, bits, rounding):
    """Which test images are right after `rounding` the filters to each number of bits: bool (bits, n)."""
    weights = filters(net)
    return torch.stack([
        correct_after(net, [rounding(weight, b) - weight for weight in weights], test) for b in bits
    ])


@torch.no_grad()
def run(network: str):
    settings, role = read("noise.robustness", Robustness), load_role("objects")
    for seed in each_seed():
        start(seed)
        net = trained(network, seed)
        record(f"data/noise/robustness/{network}/{seed}.safetensors", generalisation(net, role) | {
            "gaussian": ("sigma draw image", under_noise(
                net, role.test, settings.sigmas, settings.draws, settings.draws_seed
            )),
            "per_tensor": ("bits image", under_rounding(net, role.test, settings.bits, per_tensor)),
            "per_channel": ("bits image", under_rounding(net, role.test, settings.bits, per_channel)),
        }, sigma=settings.sigmas, bits=settings.bits)


if __name__ == "__main__":
    main(run)
