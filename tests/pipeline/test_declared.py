"""Our reading of dvc.yaml and params.yaml is DVC's."""

import datetime
import math

import pytest
from dvc.utils.serialize import load_yaml as load_as_dvc
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.project import declared, from_root, parameters, pipeline, title
from pipeline.project import project as opened
from stages.core import declared as ours
from stages.core.params import load_yaml


@pytest.mark.slow                # starts a process that imports much
@pytest.mark.parametrize("which", ["root", "demo"])
def test_what_a_stage_declares_is_what_dvc_resolves(which, request, monkeypatch):
    folder = request.getfixturevalue(which)
    monkeypatch.chdir(folder)
    with opened(folder) as repo:
        stages = pipeline(repo)
        assert len(stages) > 5
        for stage in stages:
            name = title(repo, stage)
            assert ours.declared(name, "params") == declared(stage), name
            deps = {from_root(repo, dep) for dep in stage.deps if dep not in parameters(stage)}
            assert set(ours.declared(name, "deps")) == deps, name


NESTED = """\
vars: [../../params.yaml]
stages:
  one:
    foreach:
      whole: {name: "${data.words.folder}", on: [a, "x${demo.page.digits}y"]}
      part: {name: "r${demo.page.digits}/s", on: [b, c]}
    do:
      wdir: ../..
      cmd: "true"
      deps: ["${item.name}", "${item.on[1]}", "${key}"]
      outs: ["data/${key}"]
"""


def test_templates_in_what_a_foreach_goes_through(demo, change, monkeypatch):
    change("stages/other/dvc.yaml", None, NESTED)
    monkeypatch.chdir(demo)
    with opened(demo) as repo:
        stages = {title(repo, stage): stage for stage in pipeline(repo) if "other" in stage.path}
        assert len(stages) == 2
        for name, stage in stages.items():
            assert set(ours.declared(name, "deps")) == {from_root(repo, dep) for dep in stage.deps}
    assert ours.declared("stages/other/dvc.yaml:one@part", "deps") == ["r2/s", "c", "part"]


SCALARS = [
    "1e-4", "1.0e-4", "5e4", "1E3", "no", "yes", "on", "off", "No", "true", "True", "null", "~", "", "012",
    "0o12", "0x1f", "0b11", "1_000", "1_000.5", "+1", "-0", "-0.0", ".5", "5.", ".inf", "-.inf", ".nan",
    "2020-01-02", "2020-01-02 03:04:05", "12:30:45", "1:30", "'1'", '"1"', "l2", "1 # 2", "[1, 2]", "{a: 1}",
    "|\n  a\n  b", "!!str 1", "&x 1", "é",
]


def same(one, other):
    """Equal in value and type, NaN also."""
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return one == other and type(one) is type(other)


@pytest.mark.parametrize("scalar", SCALARS)
def test_load_yaml_reads_what_dvc_reads(tmp_path, scalar):
    path = tmp_path / "x.yaml"
    path.write_text(f"key: {scalar}\n", encoding="utf-8")
    assert same(load_yaml(path)["key"], load_as_dvc(path)["key"])


def test_load_yaml_reads_what_is_meant(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: 1e-4\nb: no\nc: 012\nd: 1_000\ne: 2020-01-02\n")
    assert load_yaml(path) == {"a": 0.0001, "b": "no", "c": 12, "d": 1000, "e": datetime.date(2020, 1, 2)}


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=8))
def test_load_yaml_agrees_with_dvc_on_any_text(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(f"key: {text}\n", encoding="utf-8")
    found = []
    for load in load_yaml, load_as_dvc:
        try:
            found.append(load(path))
        except Exception:  # ours and DVC's differ in type: refused is refused
            found.append("refused")
    assert same(*found) or same(found[0]["key"], found[1]["key"])


def test_load_yaml_of_nothing(tmp_path):
    (tmp_path / "x.yaml").write_text("# nothing\n")
    assert load_yaml(tmp_path / "x.yaml") == load_as_dvc(tmp_path / "x.yaml") == {}
