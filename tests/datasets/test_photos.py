"""Photographs: where crops come from, compared with scikit-image and with plain loops."""

import numpy as np
import pytest
import skimage.transform
import torch
from skimage import data

from stages.core.errors import UserError
from stages.datasets import photos


@pytest.fixture(scope="module")
def photographs():
    return photos.photographs()


def occurs(crop, area):
    """Whether the crop (3, h, w) is somewhere in the area (rows, columns, 3)."""
    crop = crop.permute(1, 2, 0).numpy()
    height, width, _ = crop.shape
    corners = area[: area.shape[0] - height + 1, : area.shape[1] - width + 1]
    candidates = np.argwhere((corners == crop[0, 0]).all(-1))
    return any((area[y : y + height, x : x + width] == crop).all() for y, x in candidates)


def test_crops_come_from_their_part_of_their_photograph(section, photographs):
    role = photos.load(section("objects", train=60, test=40))
    for split, part in ((role.train, (0, 70)), (role.test, (70, 100))):
        for image, label in zip(split.images, split.labels, strict=True):
            left, right = (photographs[label].shape[1] * percent // 100 for percent in part)
            assert occurs(image, photographs[label][:, left:right])


@pytest.mark.parametrize(("name", "original"), [("astronaut", data.astronaut), ("chelsea", data.chelsea)])
def test_photographs_are_what_scikit_image_makes_of_them(photographs, name, original):
    found = photographs[photos.CLASSES.index(name)]
    wanted = skimage.transform.resize(original(), found.shape, anti_aliasing=True) * 255
    assert found.shape[0] == photos.HEIGHT
    height, width, _ = original().shape
    assert found.shape[1] / found.shape[0] == pytest.approx(width / height, rel=0.01)
    assert np.abs(found - wanted).mean() < 4                                 # two filters, grey levels


def test_all_positions_are_used_once_if_all_are_wanted():
    rng = np.random.default_rng(0)
    parts = [rng.integers(256, size=(8, 7, 3), dtype=np.uint8) for _ in range(2)]
    split = photos.crops(parts, 2 * 4 * 4, (3, 5, 4), "train")
    for label, part in enumerate(parts):
        found = {image.numpy().tobytes() for image in split.images[split.labels == label]}
        wanted = {part[y : y + 5, x : x + 4].transpose(2, 0, 1).tobytes() for y in range(4) for x in range(4)}
        assert found == wanted


def test_the_first_photographs_give_the_remainder(section):
    role = photos.load(section("objects", train=23, test=10))
    assert role.train.labels.bincount().tolist() == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    assert role.test.labels.bincount().tolist() == [1] * 10
    assert role.train.images.shape == (23, 3, 32, 32)
    assert (role.train.images.dtype, role.train.labels.dtype) == (torch.uint8, torch.int64)
    assert len(role.classes) == 10


def test_neither_split_depends_on_the_size_of_the_other(section):
    few = photos.load(section("objects", train=20, test=20))
    assert torch.equal(photos.load(section("objects", train=20, test=30)).train.images, few.train.images)
    assert torch.equal(photos.load(section("objects", train=30, test=20)).test.images, few.test.images)


def test_more_crops_than_positions_is_an_error(section):
    with pytest.raises(UserError, match=r"`test` is 10000000, but .* lower it to \d+ or less"):
        photos.load(section("objects", test=10_000_000))
