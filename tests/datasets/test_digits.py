"""Digits: compared with scikit-learn's own and with torch's enlargement."""

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

from stages.datasets import digits


def test_every_digit_is_in_one_split_and_classes_keep_their_shares(section):
    role = digits.load(section("digits"))
    assert role.train.images.shape == (1297, 1, 28, 28)
    assert role.test.images.shape == (500, 1, 28, 28)
    assert (role.train.images.dtype, role.train.labels.dtype) == (torch.uint8, torch.int64)
    assert role.classes == [str(digit) for digit in range(10)]
    everything = digits.enlarged(load_digits().images, (1, 28, 28))
    found = np.concatenate([role.train.images.numpy(), role.test.images.numpy()])
    assert sorted(image.tobytes() for image in found) == sorted(image.tobytes() for image in everything)
    shares = np.bincount(load_digits().target) * 500 / 1797
    assert (np.abs(role.test.labels.bincount().numpy() - shares) < 1).all()


def test_images_keep_their_labels(section):
    role = digits.load(section("digits"))
    enlarged = digits.enlarged(load_digits().images, (1, 28, 28))
    label = {image.tobytes(): target for image, target in zip(enlarged, load_digits().target, strict=True)}
    assert [label[image.tobytes()] for image in role.test.images.numpy()] == role.test.labels.tolist()


def test_enlarged_as_torch_enlarges():
    levels = load_digits().images[:50]
    wanted = F.interpolate(torch.from_numpy(levels)[:, None] * 255 / 16, (28, 28), mode="bilinear")
    assert np.abs(digits.enlarged(levels, (1, 28, 28)) - wanted.numpy()).max() < 2
