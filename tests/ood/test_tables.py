"""Tables from numbers made by hand."""

import pytest

from stages.ood.recipe import SCORES
from stages.ood.results import EXPOSED, NEAR, SETS, UNSEEN, mean, over_sets
from stages.ood.tables import exposed_there, exposure_table, papers_sets, printed, ranks


def network(areas, accuracy=0.8):
    """The numbers of a network with an AUROC for each set, the same by every score."""
    sets = {
        name: {score: {"auroc": area, "tnr": area / 2} for score in SCORES} for name, area in areas.items()
    }
    return {"accuracy": accuracy, "parameters": 10, "sets": sets}


def rising(start, names=SETS):
    return {name: start + i / 100 for i, name in enumerate(names)}


def test_ranks_count_from_the_hardest():
    up, down = rising(0.5), {name: 1 - area for name, area in rising(0.5).items()}
    found = ranks({"one": network(up), "other": network(down)})
    for i, name in enumerate(SETS, start=1):
        assert found[name] == [i] * len(SCORES) + [len(SETS) + 1 - i] * len(SCORES)


def test_numbers_of_seeds_and_of_sets_are_averaged_place_by_place():
    found = mean([network(rising(0.5), 0.7), network(rising(0.6), 0.9)])
    assert found["accuracy"] == pytest.approx(0.8)
    assert found["sets"]["outliers"]["odin"]["tnr"] == pytest.approx(0.275)
    assert over_sets(found, "energy", "auroc", ["outliers", "scenes", "textures"]) == pytest.approx(56)


# the sources of the sets, among them one of the ODIN paper's and one of outlier exposure's
ORIGIN = dict.fromkeys(sorted(SETS), "folder any")
ORIGIN |= {"scenes": "folder LSUN_resize", "text": "SVHN by torchvision"}


def test_a_gain_is_exposed_less_control_and_the_outliers_own_kind_is_no_part_of_the_mean():
    every = [*NEAR, *SETS]
    found = {name: network(dict.fromkeys(every, 0.6), 0.7) for name in EXPOSED}
    found["exposed"] = network(dict.fromkeys(every, 0.8) | {"outliers": 0.99}, 0.75)
    rows = {row[0]: row for row in exposure_table(found, ORIGIN).rows}
    assert rows["outliers"][4:6] == pytest.approx([99, 39])
    assert rows["text"][1:] == ["SVHN: 91.83 → 98.43", *map(pytest.approx, [60, 60, 80, 20, 60])]
    assert rows["mean of unseen sets"][2:] == pytest.approx([60, 60, 80, 20, 60])
    assert rows["accuracy on the first classes"][2:] == pytest.approx([70, 70, 75, 5, 70])
    assert "outliers" not in UNSEEN


def test_numbers_of_papers_stand_beside_the_same_sets_only():
    pairs = papers_sets(ORIGIN)
    same = {"scenes": "LSUN (resize)", "gaussian": "Gaussian", "uniform": "uniform"}
    assert pairs[: len(SETS)] == [(name, same.get(name)) for name in SETS]
    assert [theirs for name, theirs in pairs if name is None] == [
        "TinyImageNet (crop)", "TinyImageNet (resize)", "LSUN (crop)", "iSUN",
    ]
    assert printed("uniform", "tnr") == "98.4 / 100"
    assert printed(None, "tnr") is None
    assert exposed_there("textures", "textures: crops of brick") is None
    assert exposed_there("faces", "folder LSUN") is None
