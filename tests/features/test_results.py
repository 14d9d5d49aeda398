"""What is read of the measuring stages, put together by hand; what the figures are drawn from."""

import pytest
import torch

from stages.core import charts
from stages.core.files import read_json, save
from stages.core.histories import histories
from stages.core.measurements import record
from stages.features import page
from stages.features.recipe import kept, seen_path, set_path
from stages.features.results import INVERTED, NETWORKS, NONROBUST, evaluations, seen
from tests.conftest import call, change

SEEDS = [1, 2, 3]


@pytest.fixture
def measured(project):
    """Of four test images three are right, of two attacked ones one at the first epsilon and none at the
    next; networks trained on sets for two epochs, the others for three.
    """
    change({"seeds": SEEDS, "features.evaluation.epsilons": [0.5, 1.0], "features.images": 60})
    change({"robust.iterations": 3})
    for seed in SEEDS:
        for name in NETWORKS:
            record(f"data/features/evaluation/{name}/{seed}.safetensors", {
                "clean": ("image", torch.tensor([True, True, False, True])),
                "attacked": ("epsilon attacked_image", torch.tensor([[True, False], [False, False]])),
            }, epsilon=[0.5, 1.0])
            epochs = 2 if name.startswith("on_") else 3
            record(f"data/training/{kept(name)}/{seed}.safetensors", {
                "train_loss": ("epoch", [1.0 / (1 + epoch) + seed / 100 for epoch in range(epochs)]),
            }, {"parameters": 1, "torch": "2", "processor": "p", "threads": 1, "precision": "float32"},
                epoch=[1, 2, 3][:epochs])
        for name in NONROBUST:
            record(seen_path(name, seed), {"target_rate": ("", 0.75), "true_rate": ("", 0.125)})
        for name in INVERTED:
            record(seen_path(name, seed), {
                "distance_before": ("image", [1.0, 2.0]), "distance_after": ("image", [0.5, 0.25]),
                "own": ("image", [1.0, 1.0]), "other": ("image", [1.0, float(name == "robust")]),
            })
    for name in (*NONROBUST, *INVERTED):
        images = torch.zeros(60, 3, 32, 32).half()
        save(set_path(name, 1), {"images": images, "labels": torch.arange(60) % 10, "starts": images + 1})


def test_percent_right(measured):
    clean, attacked = evaluations(SEEDS)
    assert clean.mean("image").values.tolist() == [[75.0] * 3] * len(NETWORKS)
    assert attacked.mean("image").sel(network="on_det", seed=2).values.tolist() == [50, 0]


def test_what_is_seen_in_sets(measured):
    assert seen(NONROBUST, SEEDS).target_rate.sel(set="det").values.tolist() == [75] * 3
    inverted = seen(INVERTED, SEEDS)
    assert inverted.other.mean(["seed", "image"]).values.tolist() == [100, 50, 50]
    assert inverted.distance_after.sel(set="standard", seed=1).values.tolist() == [0.5, 0.25]


def test_trainings_of_different_length_stand_side_by_side(measured):
    groups = {"resnet8": ["sgd"], ".": ["robust"], "features": ["on_rand"]}
    found = histories(groups, SEEDS).train_loss
    assert found.network.values.tolist() == ["sgd", "robust", "on_rand"]
    assert found.sel(network="on_rand", epoch=2).values == pytest.approx([0.51, 0.52, 0.53])
    assert found.sel(network="on_rand", epoch=3).isnull().all()
    assert found.sel(network="sgd", epoch=3, seed=1).item() == pytest.approx(1 / 3 + 0.01)


def test_the_stage_takes_the_first_epsilon_and_writes_the_page(measured, monkeypatch):
    drawn = {}

    def dots(name, caption, panels, *more):
        drawn.update(panels)
        return charts.dots(name, caption, panels, *more)

    monkeypatch.setattr(page, "dots", dots)
    call("features.page")
    assert {name: values.mean() for name, values in drawn["Attacks in L2 balls"].items()} == {
        "undisturbed": 75, "ε = 0.5": 50, "ε = 1": 0,
    }
    found = read_json("metrics/features.json")
    assert found["claims"]["rand_teaches_no_robustness"]["effect"] == 10 - 50
    assert found["numbers"]["on_rand_test_accuracy"] == 75
    written = read_json("data/features/page.json")
    assert written["answer"].startswith("Inconclusive here (+65 points")
    assert "3 steps" in written["conditions"]["attack in training"]
    shown = {name for figure in written["figures"] for name in figure["claims"]}
    assert shown == found["claims"].keys()
    nonrobust, inverted = (table["rows"] for table in written["tables"][1:])
    assert [row[1:] for row in nonrobust] == [["75.0 ± 0.0", "12.5 ± 0.0"]] * 2
    assert [row[0] for row in inverted] == list(INVERTED.values())
    assert inverted[0][1].startswith("1.50 ±")
