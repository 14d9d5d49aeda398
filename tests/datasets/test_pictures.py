"""Embedded sets to test on and to learn from: where each image comes from; no picture is in two sets."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from stages.core.errors import UserError
from stages.datasets import faces, photos, pictures, tiles
from tests.datasets.test_grid import numbered, numbers

SOURCES = {"textures": "textures", "scenes": "scenes", "text": "pages"}


@pytest.mark.parametrize(("role", "count"), [("textures", 192), ("scenes", 280), ("text", 168)])
def test_images_are_all_tiles_of_their_pictures(section, role, count):
    _, originals = pictures.originals(SOURCES[role])
    found = pictures.load(section(role))
    assert (len(found.train), len(found.test)) == (0, count)
    side = originals[0].shape[0] // pictures.ROWS[SOURCES[role]]
    second = Image.fromarray(originals[0][:side, side : 2 * side]).resize((32, 32), Image.Resampling.LANCZOS)
    assert (found.test.images[1].numpy() == np.asarray(second)).all()


@pytest.mark.parametrize("role", SOURCES)
def test_no_pixel_is_in_two_images(section, role, monkeypatch):
    side = 32 * pictures.ROWS[SOURCES[role]]
    monkeypatch.setattr(pictures, "originals", lambda _: (["numbered"], [numbered(side, side + 64)]))
    found = numbers(pictures.load(section(role)).test.images.numpy())
    assert len(np.unique(found)) == len(found) == side * (side + 64)


def test_faces_are_the_first_hundred_of_the_subset(section):
    found = faces.load(section("faces", test=400)).test.images.numpy()
    assert found.shape == (100, 3, 32, 32)
    assert (found == found[:, :1]).all()
    small = found[:, 0, ::4, ::4].reshape(100, -1) / 255
    faces_only = data.lfw_subset()[:, ::3, ::3][:, :8, :8].reshape(200, -1)
    distance = ((small[:, None] - faces_only[None]) ** 2).sum(-1)
    assert (distance.argmin(1) == np.arange(100)).mean() > 0.9


def test_outliers_for_testing_are_disjoint_and_apart_from_those_for_training(section, monkeypatch):
    pair = [numbered(5 * 64, 8 * 64), numbered(10 * 64, 8 * 64)[5 * 64 :]]
    monkeypatch.setattr(tiles, "pictures", lambda: pair)
    role = tiles.load(section("outliers", train=400))
    train, test = numbers(role.train.images.numpy()), numbers(role.test.images.numpy())
    assert len(role.test) == 2 * 8 * 4
    assert len(np.unique(test)) == len(test)
    assert not np.isin(train, test).any()
    first = numbers(role.train.images[role.train.labels == 0].numpy())       # row 0, column 1 of the first
    assert set(first % 512 // 64) == {1}
    assert first.max() < 64 * 512
    second = numbers(role.train.images[role.train.labels == 1].numpy()) - 5 * 64 * 512
    assert set(second % 512 // 64) == {1}
    assert 0 <= second.min() <= second.max() < 64 * 512


def test_outliers_as_they_ship(section):
    role = tiles.load(section("outliers", train=250))
    assert role.train.labels.bincount().tolist() == [3] * 50 + [2] * 50
    assert (len(role.classes), len(role.test), role.test.labels.unique().tolist()) == (100, 204, [0])
    frost = tiles.pictures()[0]
    corner = Image.fromarray(frost[:120, :120]).resize((64, 64), Image.Resampling.LANCZOS)
    corner = np.asarray(corner).transpose(2, 0, 1)
    wanted = [corner[:, :32, :32], corner[:, :32, 32:], corner[:, 32:, :32], corner[:, 32:, 32:]]
    assert np.array_equal(role.test.images[:4], wanted)


def test_all_positions_are_used_once_if_all_are_wanted():
    rng = np.random.default_rng(0)
    parts = [rng.integers(256, size=(3, 8, 8), dtype=np.uint8) for _ in range(2)]
    for part, crops in zip(parts, tiles.crops(parts, 2 * 16, 5), strict=True):
        wanted = {part[:, y : y + 5, x : x + 5].tobytes() for y in range(4) for x in range(4)}
        assert {crop.tobytes() for crop in crops} == wanted
    with pytest.raises(UserError, match=r"`train` is 33, but .* lower it to 32 or less"):
        tiles.crops(parts, 33, 5)


def test_in_turn():
    assert tiles.in_turn([[1, 4, 6], [2], [3, 5]]) == [1, 2, 3, 4, 5, 6]


def test_no_picture_is_in_two_sets():
    """All pictures, brought to one size, hardly correlate: frost2 and frost3 would, by 1."""
    originals = [*tiles.pictures(), *photos.photographs()]
    for source in SOURCES.values():
        originals += pictures.originals(source)[1]
    small = [np.ravel(Image.fromarray(picture).convert("L").resize((64, 64))) for picture in originals]
    correlation = np.corrcoef(small) - np.eye(len(small))
    assert correlation.max() < 0.9
