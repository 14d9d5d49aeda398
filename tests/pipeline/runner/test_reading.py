"""What is read quickly against what DVC reads."""

import json

import pytest
from dvc import output
from dvc.utils.serialize import _yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.runner.reading import Reading, as_json

SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
DATA = st.recursive(
    SIMPLE, lambda one: st.lists(one) | st.dictionaries(st.text() | st.integers() | st.booleans(), one)
)


@pytest.fixture
def counted(monkeypatch):
    """Texts that DVC has parsed."""
    parsed, parse = [], _yaml.parse_yaml

    def counting(text, *what):
        parsed.append(text)
        return parse(text, *what)

    monkeypatch.setattr(_yaml, "parse_yaml", counting)
    return parsed


@pytest.mark.parametrize("text", [
    "stages: {a: {cmd: x, deps: [b], outs: [no, 1e-4, 0o7, ~]}}\n", "", "a: 1.0\nb: 1\nc: true\n",
    "z: 1\na: é\n",
])
def test_a_text_is_parsed_once_and_means_the_same(tmp_path, counted, text):
    expected = repr(_yaml.loads_yaml(text) or {})
    for times in 1, 1:
        with Reading(tmp_path / "parsed.json"):
            assert [repr(_yaml.parse_yaml(text, "dvc.yaml")) for _ in range(2)] == [expected] * 2
        assert counted == [text] * times


@pytest.mark.parametrize("text", ["1: a\n", "a: 2020-01-01\n", "true: 1\n"])
def test_what_json_cannot_hold_is_parsed_again(tmp_path, counted, text):
    expected = repr(_yaml.loads_yaml(text))
    with Reading(tmp_path / "parsed.json"):
        assert [repr(_yaml.parse_yaml(text, "dvc.yaml")) for _ in range(2)] == [expected] * 2
    assert counted == [text] * 2


@settings(deadline=None)
@given(DATA)
def test_just_the_same_comes_back_or_nothing_is_kept(data):
    kept = as_json(data)
    assert kept is None or repr(json.loads(kept)) == repr(data)


def test_nobody_changes_what_is_kept(tmp_path):
    with Reading(tmp_path / "parsed.json"):
        _yaml.parse_yaml("a: [1]\n", "dvc.yaml")["a"].append(2)
        assert _yaml.parse_yaml("a: [1]\n", "dvc.yaml") == {"a": [1]}


def test_what_is_no_longer_used_is_not_kept_and_what_is_damaged_is_made_anew(tmp_path, counted):
    path = tmp_path / "parsed.json"
    for texts in ["a: 1\n", "b: 1\n"], ["b: 1\n"]:
        with Reading(path):
            for text in texts:
                _yaml.parse_yaml(text, "dvc.yaml")
    assert len(json.loads(path.read_text())) == 1
    path.write_text("{")
    with Reading(path):
        assert _yaml.parse_yaml("b: 1\n", "dvc.yaml") == {"b": 1}
    assert counted == ["a: 1\n", "b: 1\n", "b: 1\n"]


def test_errors_are_those_of_dvc(tmp_path):
    with Reading(tmp_path / "parsed.json"), pytest.raises(_yaml.YAMLFileCorruptedError):
        _yaml.parse_yaml("a: [\n", "dvc.yaml")
    assert _yaml.parse_yaml.__module__ == "dvc.utils.serialize._yaml"


PATHS = "a.txt", "b/c", "/d/e", "../f", "g h", "s3://bucket/key", "remote://storage/x", "file:///y"


def test_every_path_is_where_dvc_finds_it(tmp_path):
    config = {"core": {"checksum_jobs": 3}, "remote": {"storage": {"url": "/z"}}}
    expected = [repr(output.get_cloud_fs(config, url=path)) for path in PATHS]
    with Reading(tmp_path / "parsed.json"):
        found = [repr(output.get_cloud_fs(config, url=path)) for path in PATHS]
        aware = output.get_cloud_fs(config, url="s3://bucket/key", version_aware=True)
    assert found == expected
    assert aware[1]["version_aware"]
    assert output.get_cloud_fs.__module__ == "dvc.fs"
