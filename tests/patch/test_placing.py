"""Pasting: whole pixels against slices, turned patches against torch's grid_sample, places by counting."""

import math

import pytest
import torch
import torch.nn.functional as F

from stages.core.errors import UserError
from stages.patch.placing import Placing

UPRIGHT = Placing("square", 0.0, 1.0, 1.0)
ROUND = Placing("circle", 0.0, 1.0, 1.0)
TURNED = Placing("square", 180.0, 0.5, 1.5)


@pytest.fixture
def some():
    """Images of 12 x 10 pixels and a patch of 4 for each."""
    return torch.rand(9, 3, 12, 10), torch.rand(9, 3, 4, 4)


def at(*corners, angle=0.0, factor=1.0):
    return torch.tensor([[*corner, angle, factor] for corner in corners])


def test_a_patch_on_whole_pixels_is_a_slice(some):
    x, patches = some
    places = UPRIGHT.places(9, 4, 10, torch.Generator().manual_seed(1))
    expected = x.clone()
    for image, patch, (row, column, *_) in zip(expected, patches, places.int().tolist(), strict=True):
        image[:, row : row + 4, column : column + 4] = patch
    assert UPRIGHT.shifted(x, patches, places).equal(expected)
    assert UPRIGHT.turned(x, patches, places).equal(expected)            # no turn at all is the same, exactly
    assert UPRIGHT.pasted(x, patches, places).equal(expected)


def test_a_circle_shows_the_pixels_near_its_middle(some):
    x, patches = torch.zeros(1, 1, 6, 6), torch.ones(1, 1, 5, 5)
    disc = [[0, 1, 1, 1, 0], [1] * 5, [1] * 5, [1] * 5, [0, 1, 1, 1, 0]]
    for way in (ROUND.shifted, ROUND.turned):
        out = way(x, patches, at((1, 0)))
        assert out[0, 0, 1:, :5].tolist() == disc
        assert out.sum() == 21
    x, patches = some
    places = ROUND.places(9, 4, 10, torch.Generator().manual_seed(1))
    assert ROUND.shifted(x, patches, places).equal(ROUND.turned(x, patches, places))


@pytest.mark.parametrize("shape", ["square", "circle"])
def test_turned_patches_are_those_of_grid_sample(some, shape):
    """With the inverse map as a matrix: of a point p of the image the patch has R^-1 (p - m) / f."""
    x, patches = (values.double()[..., :10, :] for values in some)
    placing = Placing(shape, 180.0, 0.5, 1.5)
    places = placing.places(9, 4, 10, torch.Generator().manual_seed(2)).double()
    side = 4
    grids, inside = [], []
    for row, column, angle, factor in places.tolist():
        middle = torch.tensor([row, column], dtype=torch.double) + factor * side / 2
        points = torch.stack(torch.meshgrid(torch.arange(10), torch.arange(10), indexing="ij"), -1) + 0.5
        cos, sin = math.cos(angle), math.sin(angle)
        turn = torch.tensor([[cos, sin], [-sin, cos]], dtype=torch.double)
        own = (points.double() - middle) @ turn.inverse().T / factor
        size = own.norm(dim=-1) if shape == "circle" else own.abs().amax(-1)
        inside.append(size <= side / 2)
        grids.append(own.flip(-1) / (side / 2))                              # x first, from -1 to 1
    colour = F.grid_sample(patches, torch.stack(grids), padding_mode="border", align_corners=False)
    expected = torch.where(torch.stack(inside)[:, None], colour, x)
    assert placing.pasted(x, patches, places).allclose(expected, rtol=0, atol=1e-12)


def test_a_quarter_turn_is_rot90():
    x, patches = torch.zeros(1, 3, 8, 8), torch.rand(1, 3, 4, 4)
    out = TURNED.turned(x, patches, at((2, 3), angle=math.pi / 2))[:, :, 2:6, 3:7]
    assert out.allclose(patches.rot90(-1, (2, 3)), atol=1e-5)


def test_only_the_patch_changes_and_only_where_it_is(some):
    """Outside, an image is as it was, to the bit; a hidden pixel has no gradient, a shown one that of its own
    place.
    """
    x, patches = some
    for placing in (UPRIGHT, ROUND, TURNED):
        places = placing.places(9, 4, 10, torch.Generator().manual_seed(3))
        black, white = (placing.pasted(x, torch.full_like(patches, value), places) for value in (-1.0, 2.0))
        covered = black != white
        assert black[~covered].equal(x[~covered])
        assert 0 < covered.float().mean() < 0.5
    given = patches.clone().requires_grad_()
    weights = torch.rand_like(x)
    (ROUND.pasted(x, given, at(*[(3, 2)] * 9)) * weights).sum().backward()
    shown = ROUND.shown(*torch.meshgrid(*[torch.arange(4) - 1.5] * 2, indexing="ij"), 4)
    assert given.grad.equal(torch.where(shown, weights[:, :, 3:7, 2:6], 0))
    assert not shown.all()


def test_every_place_is_as_likely_as_any_other():
    """9 places of a patch of 2 in an image of 4: 9,000 draws, 1,000 each, give or take four deviations."""
    places = UPRIGHT.places(9000, 2, 4, torch.Generator().manual_seed(0))
    counts = (3 * places[:, 0] + places[:, 1]).long().bincount(minlength=9)
    assert counts.sub(1000).abs().max() < 4 * (1000 * 8 / 9) ** 0.5
    assert places[:, 2:].unique(dim=0).tolist() == [[0, 1]]


def test_turned_places_fit_before_they_are_turned():
    row, column, angle, factor = TURNED.places(5000, 8, 20, torch.Generator().manual_seed(0)).T
    assert 0.5 <= factor.min() < 0.51 < 1.49 < factor.max() <= 1.5
    assert -math.pi <= angle.min() < -3.1 < 3.1 < angle.max() <= math.pi
    for corner in (row, column):
        assert corner.min() >= 0
        assert (corner + 8 * factor).max() <= 20
        assert ((corner + 8 * factor).max() > 19.9, corner.min() < 0.1) == (True, True)


def test_a_patch_that_does_not_fit():
    with pytest.raises(UserError, match=r"a patch of 9 pixels does not fit in images of 8: lower"):
        UPRIGHT.places(1, 9, 8, torch.Generator())
    with pytest.raises(UserError, match="a patch of 12 pixels does not fit"):
        TURNED.places(1, 8, 11, torch.Generator())
