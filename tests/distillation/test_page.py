"""What tables, figures and the answer are made from."""

import numpy as np
import pytest
import xarray as xr

from stages.core.files import save
from stages.core.measurements import record
from stages.core.params import load_yaml
from stages.distillation.page import answer, by_bias, by_temperature, digit_figures
from stages.distillation.params import Digits, Poor
from stages.distillation.results import SOURCES, STUDENTS, TEACHERS, results
from stages.distillation.tables import objects_table

SEEDS, N = 3, 4


def right(means, names, axis="network"):
    """Percent right of these names, the same for every seed and image."""
    array = np.broadcast_to(np.array([means.get(name, 50.0) for name in names])[:, None, None],
                            (len(names), SEEDS, N))
    return xr.DataArray(array, {axis: list(names)}, (axis, "seed", "image"))


def test_all_that_is_right_is_in_percent(tmp_path, monkeypatch):
    """Shallow classifiers and their ensemble, too; what is in nats stays."""
    monkeypatch.chdir(tmp_path)
    names = ["right", "classifier_1", "ensemble", "agrees", "errors", "log_likelihood", "bias_chosen"]
    record("data/distillation/some/own_teacher/1.safetensors", dict.fromkeys(names, ("image", [0.0, 1.0])))
    found = results("some/{network}", network=["own_teacher"], seed=[1])
    means = {name: float(found[name].mean()) for name in names}
    assert means == dict.fromkeys(names[:5], 50) | dict.fromkeys(names[5:], 0.5)


def test_what_has_no_temperature_is_the_same_at_each():
    soft = xr.Dataset({"right": right({1.0: 90.0, 20.0: 95.0}, [1.0, 20.0], "temperature")})
    labels = xr.Dataset({"right": right({"labels": 80.0}, ["labels"]).isel(network=0, drop=True)})
    found = by_temperature(labels, soft, labels.right + 19)
    assert found.temperature.values.tolist() == [1, 20]
    means = found.mean(["seed", "image"])
    assert means.sel(network="distilled").values.tolist() == [10, 5]
    assert means.sel(network="labels").values.tolist() == [20, 20]
    assert means.sel(network="teacher").values.tolist() == [1, 1]


def missed(all_digits, digit):
    """Errors of the students of soft labels and of labels at two biases, and what is right with three."""
    axes = {"network": ["soft", "labels"], "bias": [0.0, 5.0]}
    chosen = {"network": ["soft", "labels"], "chosen_on": ["none", "held_out", "test"]}
    shares = xr.DataArray([[10.0, 70.0, 100.0], [0.0, 1.0, 2.0]], chosen)
    return xr.Dataset({
        "errors": xr.DataArray(all_digits, axes), "digit_errors": xr.DataArray(digit, axes),
        "digit_right": shares.expand_dims(seed=SEEDS, digit_image=2),
    })


def test_errors_by_bias_are_of_each_student_on_all_digits_and_on_one():
    found = by_bias(missed([[6.0, 8.0], [14.0, 15.0]], [[30.0, 0.0], [100.0, 99.0]]))
    assert {name: found.sel(network=name).values.tolist() for name in found.network.values} == {
        "distilled": [6, 8], "distilled_on_digit": [30, 0], "labels": [14, 15], "labels_on_digit": [100, 99],
    }


def test_the_answer_names_the_largest_gain_and_both_shares_of_the_digit():
    networks = right({"student": 70.0, "virtual": 73.0, "weaker": 99.0}, [*TEACHERS, *STUDENTS])
    digits = right({"labels": 95.0, "soft": 97.0}, SOURCES)
    found = answer(3, digits, missed(*[np.zeros((2, 2))] * 2), networks)
    assert "errs on 5.0 % of the test digits after labels and on 3.0 % after" in found
    assert "recognises 10 % of the test images of 3, and 70 % with its bias corrected" in found
    assert "differs from labels only by +3.0 points (taught by a virtual teacher)" in found


def test_soft_labels_are_compared_with_each_of_the_others(root, monkeypatch):
    drawn = {}
    monkeypatch.setattr("stages.distillation.page.dots",
                        lambda name, caption, panels, labels, *_, **__: drawn.update(
                            panels | {"rows": labels}))
    monkeypatch.setattr("stages.distillation.page.lines", lambda *_, **__: None)
    digits = Digits(**load_yaml(root / "params.yaml")["distillation"]["digits"])
    values = right({"soft": 90.0, "labels": 85.0, "smoothed": 92.0}, SOURCES)
    digit_figures(digits, xr.Dataset({"right": values, "log_likelihood": -values / 1000}), {}, None)
    assert list(drawn["rows"]) == ["labels", "shuffled", "smoothed"]
    for title, wanted in {"Test accuracy, points": [5, 40, -2],
                          "Log-likelihood, hundredths of a nat": [-0.5, -4, 0.2]}.items():
        gained = drawn[title][""].mean(["seed", "image"])
        assert gained.sel(network=list(drawn["rows"])).values == pytest.approx(wanted)


def test_classifiers_of_be_your_own_teacher_have_rows_and_teachers_no_gain(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [*TEACHERS, *STUDENTS]
    for name in names:
        save(f"data/distillation/objects/{name}/1.safetensors", {}, axes={}, places={},
             facts={"parameters": 1000, "flops": 2000})
    means = {"student": 70.0, "own_teacher": 72.0}
    found = xr.Dataset({
        "right": right(means, names), "classifier_1": right({"own_teacher": 60.0}, names),
        "ensemble": right({"own_teacher": 74.0}, names),
    })
    rows = {row[0]: row[2:4] for row in objects_table(found, Poor(epochs=1), 1).rows}
    assert rows["weaker teacher"] == ["50.0 ± 0.0", None]
    assert rows["student, labels only"] == ["70.0 ± 0.0", None]
    assert rows["Be Your Own Teacher"] == ["72.0 ± 0.0", "2.0 ± 0.0"]
    assert rows["Be Your Own Teacher, classifier 1"] == ["60.0 ± 0.0", None]
    assert rows["Be Your Own Teacher, ensemble of its classifiers"] == ["74.0 ± 0.0", None]
