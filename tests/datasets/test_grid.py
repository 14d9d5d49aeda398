"""Tiles: where each comes from, that none shares a pixel with another, and what resizing may see."""

import numpy as np
from PIL import Image

from stages.datasets import grid


def numbered(height, width):
    """A picture of which every pixel is another colour."""
    number = np.arange(height * width).reshape(height, width)
    return np.stack([number // 65536, number // 256 % 256, number % 256], -1).astype(np.uint8)


def numbers(tiles):
    """The numbers of the pixels in tiles (..., 3, h, w), flat."""
    red, green, blue = np.moveaxis(tiles.astype(np.int64), -3, 0)
    return (65536 * red + 256 * green + blue).ravel()


def test_no_pixel_is_in_two_tiles():
    tiles = grid.cut(numbered(100, 150), 3, 33)                              # of 99 rows, 132 columns
    assert tiles.shape == (3, 4, 3, 33, 33)
    wanted = np.arange(100 * 150).reshape(100, 150)[:99, :132]
    assert np.array_equal(np.sort(numbers(tiles)), np.sort(wanted.ravel()))
    assert np.array_equal(numbers(tiles[1, 2]), wanted[33:66, 66:99].ravel())


def test_no_pixel_is_in_training_and_testing():
    train, test = grid.interleaved(grid.cut(numbered(330, 330), 10, 33))
    assert (len(train), len(test)) == (80, 20)
    found = np.concatenate([numbers(train), numbers(test)])
    assert len(np.unique(found)) == len(found) == 330 * 330


def test_a_tile_depends_on_its_own_pixels_only():
    picture = np.zeros((90, 90, 3), np.uint8)
    picture[30:60, 60:90] = 255
    tiles = grid.cut(picture, 3, 8)
    wanted = np.zeros((3, 3))
    wanted[1, 2] = 255
    assert np.array_equal(tiles.min((2, 3, 4)), wanted)
    assert np.array_equal(tiles.max((2, 3, 4)), wanted)


def test_a_tile_is_resized_by_pillow():
    picture = np.random.default_rng(0).integers(256, size=(64, 40, 3), dtype=np.uint8)
    wanted = Image.fromarray(picture[16:32, 16:32]).resize((8, 8), Image.Resampling.LANCZOS)
    assert np.array_equal(grid.cut(picture, 4, 8)[1, 1].transpose(1, 2, 0), np.asarray(wanted))


def test_a_grey_picture_gets_equal_channels():
    picture = np.arange(48, dtype=np.uint8).reshape(6, 8)
    tiles = grid.cut(picture, 3, 2)
    assert tiles.shape == (3, 4, 3, 2, 2)
    assert np.array_equal(tiles[2, 3], np.broadcast_to(picture[4:, 6:], (3, 2, 2)))


def test_every_fifth_tile_a_knights_move_apart_is_for_testing():
    place = np.stack(np.indices((7, 12)), -1)
    train, test = grid.interleaved(place)
    tested = np.zeros((7, 12))
    tested[tuple(test.T)] = 1
    inner = tested[1:-1, 1:-1] + tested[:-2, 1:-1] + tested[2:, 1:-1] + tested[1:-1, :-2] + tested[1:-1, 2:]
    assert (inner == 1).all()                                                # one in every cross of five
    assert tested[0, 0] == tested[1, 2] == 1
    assert len(train) + len(test) == 84


def test_labels_are_the_numbers_of_the_parts():
    parts = [np.full((n, 3, 2, 2), n, np.uint8) for n in (2, 1, 3)]
    split = grid.labelled(parts)
    assert split.labels.tolist() == [0, 0, 1, 2, 2, 2]
    assert split.images[:, 0, 0, 0].tolist() == [2, 2, 1, 3, 3, 3]
