"""Embedded sets to test on and to learn from: where each image comes from; no picture is in two sets."""

import numpy as np
import pytest
from skimage import data

from stages.datasets import faces, photos, pictures, tiles
from tests.datasets.test_photos import occurs

SOURCES = {"textures": "textures", "scenes": "scenes", "text": "pages"}


@pytest.mark.parametrize("role", SOURCES)
def test_crops_come_from_their_pictures_in_turn(section, role):
    _, originals = pictures.originals(SOURCES[role])
    areas = [pictures.reduced(picture, pictures.HEIGHTS[SOURCES[role]]) for picture in originals]
    found = pictures.load(section(role, test=3 * len(areas)))
    assert (len(found.train), len(found.test)) == (0, 3 * len(areas))
    for i, image in enumerate(found.test.images):
        assert occurs(image, areas[i // 3])


def test_a_grey_picture_keeps_its_shape_and_gets_equal_channels():
    small = pictures.reduced(data.page(), 172)
    assert small.shape == (172, round(384 * 172 / 191), 3)
    assert (small == small[:, :, :1]).all()
    assert small.mean() == pytest.approx(data.page().mean(), rel=0.01)


def test_faces_are_the_first_hundred_of_the_subset(section):
    found = faces.load(section("faces", test=400)).test.images.numpy()
    assert found.shape == (100, 3, 32, 32)
    assert (found == found[:, :1]).all()
    small = found[:, 0, ::4, ::4].reshape(100, -1) / 255
    faces_only = data.lfw_subset()[:, ::3, ::3][:, :8, :8].reshape(200, -1)
    distance = ((small[:, None] - faces_only[None]) ** 2).sum(-1)
    assert (distance.argmin(1) == np.arange(100)).mean() > 0.9


@pytest.fixture(scope="module")
def areas():
    """The pictures that tiles are cut from, at their height."""
    return [pictures.reduced(picture, tiles.ROWS * tiles.TILE) for picture in tiles.pictures()]


def test_a_class_is_a_tile_and_the_first_classes_are_of_different_pictures(section, areas):
    role = tiles.load(section("outliers", train=200, test=40))
    assert role.train.labels.bincount().tolist() == [2] * 100
    assert (len(role.classes), len(role.test), role.test.labels.unique().tolist()) == (100, 40, [0])
    for image, label in zip(role.train.images[:16], role.train.labels[:16], strict=True):
        area = areas[label]
        assert occurs(image, area[: tiles.TILE, : tiles.TILE])               # its first tile
    rows = [area[:, : int(area.shape[1] * 0.7)] for area in areas]
    for image in role.train.images[100:140]:
        assert any(occurs(image, left) for left in rows)


def test_crops_for_testing_are_of_the_right_parts(section, areas):
    role = tiles.load(section("outliers", train=200, test=40))
    for image in role.test.images:
        assert any(occurs(image, area[:, int(area.shape[1] * 0.7) :]) for area in areas)


def test_tiles_cover_a_picture_once():
    picture = np.arange(100 * 150 * 3, dtype=np.int64).reshape(100, 150, 3)
    found = tiles.cut(picture)
    assert len(found) == 2 * 3
    pixels = np.concatenate([tile.ravel() for tile in found])
    assert len(np.unique(pixels)) == len(pixels) == 96 * 144 * 3


def test_in_turn():
    assert tiles.in_turn([[1, 4, 6], [2], [3, 5]]) == [1, 2, 3, 4, 5, 6]


def test_no_picture_is_in_two_sets():
    """Corners of all pictures, brought to one height, hardly correlate: frost2 and frost3 would, by 1."""
    originals = [*tiles.pictures(), *photos.photographs()]
    for source in SOURCES.values():
        originals += pictures.originals(source)[1]
    corners = [pictures.reduced(picture, 64)[:, :48].mean(-1).ravel() for picture in originals]
    correlation = np.corrcoef(corners) - np.eye(len(corners))
    assert correlation.max() < 0.9
