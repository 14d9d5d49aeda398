"""Every mistake in params.yaml is one line that names the key, what was found and what is allowed."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from stages.core.errors import UserError
from stages.core.params import Section, read


class Inner(Section):
    epochs: Annotated[int, Field(ge=1)]
    lr: Annotated[float, Field(gt=0)]


class Outer(Section):
    norm: Literal["l2", "linf"]
    training: Inner
    sigmas: list[float]


GOOD = "outer:\n  norm: l2\n  training:\n    epochs: 3\n    lr: 1e-4\n  sigmas:\n    - 1\n    - 0.5\n"


@pytest.fixture
def params(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)

    def written(text):
        (tmp_path / "params.yaml").write_text(text)

    return written


def test_a_good_section(params):
    params(GOOD)
    outer = read("outer", Outer)
    assert outer.training.lr == 0.0001                       # a number, which PyYAML takes for a word
    assert outer.sigmas == [1.0, 0.5]
    assert read("outer.training", Inner) == outer.training


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("epochs: 3", "epochs: three", "`outer.training.epochs` is 'three', but should be a valid integer"),
        ("epochs: 3", "epochs: 2.5", "`outer.training.epochs` is 2.5, but should be a valid integer"),
        ("epochs: 3", "epochs: true", "`outer.training.epochs` is True, but should be a valid integer"),
        ("epochs: 3", "epochs: 0", "`outer.training.epochs` is 0, but should be greater than or equal to 1"),
        ("lr: 1e-4", "lr: -1", "`outer.training.lr` is -1, but should be greater than 0"),
        ("lr: 1e-4", "lr: .nan", "`outer.training.lr` is nan, but should be a finite number"),
        ("lr: 1e-4", "lr: '0.1'", "`outer.training.lr` is '0.1', but should be a valid number"),
        ("norm: l2", "norm: l3", "`outer.norm` is 'l3', but should be 'l2' or 'linf'"),
        ("epochs", "epoch", "`outer.training.epoch` is unknown: there are epochs, lr; did you mean `epochs`"),
        ("    lr: 1e-4\n", "", "`outer.training.lr` is missing: add it"),
        ("    - 0.5", "    - half", "`outer.sigmas.1` is 'half', but should be a valid number"),
        ("outer:", "other:", "params.yaml has no `outer`: there are other; did you mean `other`?"),
        ("outer:", "outer: [", "params.yaml is no valid YAML"),
    ],
)
def test_bad_values(params, old, new, line):
    params(GOOD.replace(old, new))
    with pytest.raises(UserError) as caught:
        read("outer", Outer)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_params_at_all(params):
    with pytest.raises(UserError, match=r"params\.yaml does not exist"):
        read("outer", Outer)


def test_under_dvc_a_stage_reads_only_what_it_declares(params, tmp_path, monkeypatch):
    params(GOOD)
    (tmp_path / "dvc.yaml").write_text("stages:\n  one:\n    cmd: x\n    params:\n      - outer.training\n")
    monkeypatch.setenv("DVC_STAGE", "one")
    assert read("outer.training", Inner).epochs == 3
    with pytest.raises(UserError, match=r"one reads `outer`, which its dvc\.yaml does not declare"):
        read("outer", Outer)
