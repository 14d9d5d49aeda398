"""The networks of this experiment, and where stages leave what."""

PLAIN = "plain"
SINGLES = "cutout", "mixup", "rotation"
COMBINATIONS = "cutout_mixup", "cutout_rotation", "mixup_rotation", "all"
NETWORKS = PLAIN, *SINGLES, *COMBINATIONS


def network_path(name, depth, seed):
    """Where the weights of a network are: the baseline's (`plain`) or this experiment's."""
    if name == PLAIN:
        return f"models/resnet{depth}/sgd-{seed}.safetensors"
    return f"models/regularization/{seed}/{name}.safetensors"


def result_path(kind, name):
    """Where a stage leaves its tensors; `kind` is the folder that the stage fills."""
    return f"data/regularization/{kind}/{name}.safetensors"
