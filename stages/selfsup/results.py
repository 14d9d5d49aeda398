"""What was measured, by name, in percent of test images; blocks are counted from 1.

Where an encoder's best block is asked for, it is chosen on one half of the test images and read on the other,
both ways.
"""

from stages.core.charts import side_by_side
from stages.core.claims import best_elsewhere
from stages.core.measurements import measured
from stages.selfsup.params import ADDED, ARMS, BEGINNINGS, METHODS

NAMES = {
    "random": "random weights",
    "simclr": "SimCLR",
    "rotnet": "RotNet",
    "pirl_rotation": "PIRL, rotation",
    "pirl_jigsaw": "PIRL, jigsaw",
    "supervised": "supervised",
}
THAN = {"scenes": "objects", "long_tailed": "uniform", **dict.fromkeys(ADDED, "objects")}
ARM_NAMES = {
    "objects": "SimCLR as it is",
    "scenes": "scene-like images",
    "uniform": "fewer images, uniform",
    "long_tailed": "fewer images, long-tailed",
    "multi_crop": "with multi-crop",
    "stronger": "with stronger colours",
    "neighbours": "with neighbours",
}
TRANSFORMS = {"rotation": "Rotation", "jigsaw": "Jigsaw", "colour": "Colour"}


def probes(seeds):
    """All encoders: `linear` and `neighbours`, and how far features move, in percent."""
    found = measured("data/selfsup/probe/{network}/{seed}.safetensors", network=["random", *METHODS],
                     seed=seeds)
    return 100 * found


def best_block(linear):
    """Percent right by the best block of each network."""
    return side_by_side({
        name: best_elsewhere(linear.sel(network=name, drop=True).rename(block="network"), linear.block.values)
        for name in linear.network.values
    })


def last_block(found):
    """Percent right by the last block."""
    return 100 * found.linear.isel(block=-1)


def arms(seeds):
    """The last block of SimCLR on other images or with what is added."""
    return last_block(measured("data/selfsup/revisited/{network}/{seed}.safetensors", network=ARMS,
                               seed=seeds))


def gains(right):
    """What each arm has more, points, than the one that it is compared with: arm -> DataArray."""
    return {arm: right.sel(network=arm) - right.sel(network=than) for arm, than in THAN.items()}


def grid(sweep, seeds):
    """The last block of SimCLR by batch size and epochs."""
    return last_block(measured("data/selfsup/sweep/batch_{size}/epochs_{epochs}/{seed}.safetensors",
                               size=sweep.sizes, epochs=sweep.epochs, seed=seeds))


def varied(key, values, seeds):
    """All blocks, in percent, with other values of a parameter; the first seed."""
    found = measured(f"data/selfsup/sweep/{key}_{{value}}/{{seed}}.safetensors", value=values, seed=seeds[:1])
    return 100 * found.linear


def tuned(seeds):
    """Fine-tuned networks by percentage of labels."""
    return 100 * measured("data/selfsup/labels/{network}/{seed}.safetensors", network=BEGINNINGS,
                          seed=seeds).right
