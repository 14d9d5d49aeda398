"""The images of this experiment, and their labels: true ones, and those that networks are trained on."""

from dataclasses import dataclass, replace

import torch

from stages.core.data import Split, load_role
from stages.core.errors import UserError
from stages.core.files import load
from stages.noisy_labels.noise import transition


def some_of_role(data):
    """The role with the first of its images only, made smaller, as section `noisy_labels.data` says."""
    if data.validation >= data.train:
        raise UserError(f"`noisy_labels.data.validation` is {data.validation}, but there are {data.train} "
                        "images for training: hold out fewer")
    role = load_role(data.role).first(data, "noisy_labels.data")
    return replace(role, train=role.train.smaller(data.pool), test=role.test.smaller(data.pool))


@dataclass(frozen=True)
class Noisy:
    """What a network is trained on: images with given labels, their true ones, held-out images with given
    labels, and the share of each true class that is given as which.
    """

    train: Split
    true: torch.Tensor
    validation: Split
    transition: torch.Tensor


def labels_path(noise, seed):
    """Where the stage `labels` writes given labels."""
    return f"data/noisy_labels/labels/{noise}/{seed}.safetensors"


def with_labels(role, data, noise, seed):
    """The training images of a role with the labels that a noise gives them."""
    images, true = role.train.images, role.train.labels
    given = load(labels_path(noise, seed))[0]["given"].to(true.device)
    n = len(true) - data.validation
    return Noisy(Split(images[:n], given[:n]), true[:n], Split(images[n:], given[n:]),
                 transition(true[:n], given[:n], len(role.classes)))
