"""What every network makes of the test images as they are: its logits, from which calibration follows."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.files import save, write_json
from stages.core.nets import load_net
from stages.core.params import Depth, read
from stages.core.scores import accuracy, calibration_error, logits, loss
from stages.core.stage import main
from stages.regularization.calibration import repaired
from stages.regularization.paths import NETWORKS, network_path, result_path


def numbers(z, labels):
    """Accuracy, cross-entropy and calibration of logits, before and after the temperature."""
    better, temperatures = repaired(z, labels)
    return {
        "accuracy": accuracy(z, labels),
        "loss": loss(z, labels),
        "calibration_error": calibration_error(z, labels),
        "temperature": sum(temperatures) / 2,
        "repaired_loss": loss(better, labels),
        "repaired_calibration_error": calibration_error(better, labels),
    }


def run(seed: int):
    depth = read("training.depth", Depth)
    start(seed)
    role = load_role("objects")
    test, train = role.test, role.train.part(0, len(role.test))
    found, measured = {}, {}
    for name in NETWORKS:
        net = load_net(network_path(name, depth, seed))
        found[name] = logits(net, test.images)
        seen = accuracy(logits(net, train.images), train.labels)     # as many as there are test images
        measured[name] = numbers(found[name], test.labels) | {"train_accuracy": seen}
    save(result_path("clean", seed), found)
    write_json(f"metrics/regularization/clean/{seed}.json", measured)


if __name__ == "__main__":
    main(run)
