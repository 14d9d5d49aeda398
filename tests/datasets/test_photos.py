"""Photographs: where each image comes from, and that no pixel is in two."""

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from stages.datasets import photos
from tests.datasets.test_grid import numbered, numbers


@pytest.fixture(scope="module")
def role():
    class Section:
        shape = 3, 32, 32

    return photos.load(Section)


def places(rows, columns, tested):
    """Rows and columns of the tiles that are for testing, or of the others, in reading order."""
    return [(i, j) for i in range(rows) for j in range(columns) if ((i + 2 * j) % 5 == 0) == tested]


@pytest.mark.parametrize(("name", "original"), [("astronaut", data.astronaut), ("chelsea", data.chelsea)])
@pytest.mark.parametrize("tested", [False, True])
def test_images_are_the_tiles_of_their_photograph(role, name, original, tested):
    picture = Image.fromarray(original())
    side = picture.height // 14
    split = role.test if tested else role.train
    found = split.images[split.labels == photos.CLASSES.index(name)]
    wanted = places(14, picture.width // side, tested)
    assert len(found) == len(wanted)
    for image, (i, j) in list(zip(found, wanted, strict=True))[::7]:
        alone = picture.crop((j * side, i * side, (j + 1) * side, (i + 1) * side))
        small = alone.resize((32, 32), Image.Resampling.LANCZOS)
        assert np.array_equal(image.permute(1, 2, 0), np.asarray(small))


def test_no_pixel_is_in_two_images(section, monkeypatch):
    picture = numbered(14 * 32 + 5, 10 * 32 + 7)
    monkeypatch.setattr(photos, "photographs", lambda: [picture])
    role = photos.load(section("objects"))
    found = np.concatenate([numbers(role.train.images.numpy()), numbers(role.test.images.numpy())])
    assert len(found) == 140 * 1024
    assert len(np.unique(found)) == len(found)


def test_every_photograph_gives_a_fifth_of_its_tiles_for_testing(role):
    train, test = role.train.labels.bincount(minlength=10), role.test.labels.bincount(minlength=10)
    assert (len(role.train), len(role.test), len(role.classes)) == (2060, 516, 10)
    assert torch.allclose(test / (train + test), torch.tensor(0.2), atol=0.005)
    assert (role.train.images.dtype, role.train.labels.dtype) == (torch.uint8, torch.int64)
    assert role.test.images.shape == (516, 3, 32, 32)
