"""Which images a grid shows, and which labels stand below them."""

import torch

from stages.core.files import save
from stages.core.pages import Figure
from stages.features import grids
from stages.features.recipe import set_path
from stages.features.results import INVERTED, NONROBUST
from tests.conftest import change


def test_copies_stand_below_their_originals(project, monkeypatch):
    """The images of set number i are all of brightness i / 8, their starts 1/16 brighter."""
    drawn = {}

    def picture_grid(headings, rows):
        return headings, rows

    def saved(name, grid, *_):
        drawn[name] = grid
        return Figure(name, "")

    change({"features.images": 20})
    for i, name in enumerate([*NONROBUST, *INVERTED]):
        images, labels = torch.full((20, 3, 32, 32), i / 8).half(), (torch.arange(20) + 1) % 10
        save(set_path(name, 4), {"images": images, "labels": labels, "starts": images + 1 / 16})
    monkeypatch.setattr(grids, "picture_grid", picture_grid)
    monkeypatch.setattr(grids, "saved", saved)
    grids.grids(4, list("abcdefghij"))
    headings, rows = drawn["features/nonrobust"]
    assert headings == list("abcdefghij")
    assert torch.equal(rows[0][1], grids.unit(grids.originals().images[:10]))
    assert [(words, images.mean().item(), labels) for words, images, labels in rows[1:]] == [
        ("D_rand", 0, list("bcdefghija")), ("D_det", 1 / 8, list("bcdefghija")),
    ]
    assert [images.mean().item() for _, images, _ in drawn["features/inversions"][1][1:]] == [
        2 / 8 + 1 / 16, 2 / 8, 3 / 8, 4 / 8,
    ]
