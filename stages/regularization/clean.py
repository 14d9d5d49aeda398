"""What every network makes of the test images as they are: what is right, and whether its probabilities are.

Measured image by image is what networks are compared by; the rest describes.
"""

from stages.core.compute import start
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import Few, read
from stages.core.recipe import weights_path
from stages.core.scores import brier, calibration_error, correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.regularization.calibration import nats, reliability, repaired
from stages.regularization.setting import objects


def measure(z, labels):
    """Accuracy and calibration of logits (n, c), before and after the temperature, as `record` takes them."""
    better, temperatures = repaired(z, labels)
    return {
        "right": ("image", correct(z, labels)),
        "brier": ("image", brier(z, labels)),
        "nats": ("image", nats(z, labels)),
        "repaired_nats": ("image", nats(better, labels)),
        "calibration_error": ("", calibration_error(z, labels)),
        "repaired_calibration_error": ("", calibration_error(better, labels)),
        "temperature": ("", sum(temperatures) / 2),
        "gap": ("tenth", reliability(z, labels)),
        "repaired_gap": ("tenth", reliability(better, labels)),
    }


def run(network: str):
    role = objects()
    for seed in each_seed(read("regularization.seeds", Few)):
        start(seed)
        net = load_net(weights_path(f"regularization/{network}", seed))
        seen = correct(logits(net, role.train.images), role.train.labels)
        measures = measure(logits(net, role.test.images), role.test.labels)
        record(f"data/regularization/clean/{network}/{seed}.safetensors",
               measures | {"train_right": ("train_image", seen)}, tenth=list(range(1, 11)))


if __name__ == "__main__":
    main(run)
