"""dvc.lock in parts against DVC's way of writing it: parse it, change it, dump it whole."""

import pytest
from dvc.utils.serialize import dumps_yaml, parse_yaml_for_update
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.runner.lock import LockFile

NAMES = st.sampled_from(["dense", "data@1", "01", "on", "ü", "a: b # c " + 20 * "long "])
# Of floats with 16 digits, DVC changes the last one whenever it dumps them again.
FLOATS = st.builds(lambda digits, power: digits * 10.0**power, st.integers(-9999, 9999), st.integers(-9, 3))
SIMPLE = st.integers() | FLOATS.map(lambda x: float(f"{x:.4g}")) | st.booleans() | st.text(max_size=90)
PARAMS = st.recursive(SIMPLE, lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=3))
ENTRIES = st.fixed_dictionaries({
    "cmd": st.sampled_from(["python -m stages.lottery.dense", "echo 'a: b' # c", "one\ntwo"]),
    "params": st.dictionaries(st.just("params.yaml"), st.dictionaries(NAMES, PARAMS, max_size=2), max_size=1),
})
UPDATES = st.lists(st.dictionaries(NAMES, ENTRIES, min_size=1, max_size=3), min_size=1, max_size=3)


def as_dvc(text, entries):
    """What DVC makes of a dvc.lock when these stages end one after the other."""
    data = parse_yaml_for_update(text, "dvc.lock") or {"schema": "2.0"}
    data["stages"] = data.get("stages", {})
    data["stages"].update(entries)
    return dumps_yaml(data)


@settings(deadline=None, max_examples=50)
@given(UPDATES)
def test_the_bytes_are_those_of_dvc(tmp_path_factory, updates):
    path = tmp_path_factory.mktemp("lock") / "dvc.lock"
    lock, text = LockFile(path), ""
    for entries in updates:
        text = as_dvc(text, entries)
        ours = dict(reversed(entries.items()))               # they ended in another order
        lock.update(ours, list(dict.fromkeys(name for one in updates for name in one)))
        assert path.read_text(encoding="utf-8") == text


@settings(deadline=None, max_examples=30)
@given(st.permutations("abcdef"), st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), max_size=6))
def test_the_order_is_one_whatever_is_finished_first(tmp_path_factory, order, finished):
    """A run that is killed again and again, against one run of everything by DVC."""
    path = tmp_path_factory.mktemp("lock") / "dvc.lock"
    for names in [*finished, set(order)]:
        LockFile(path).update({name: {"cmd": name} for name in names}, order)
    text = ""
    for name in order:
        text = as_dvc(text, {name: {"cmd": name}})
    assert path.read_text(encoding="utf-8") == text


def test_entries_that_are_there_stay_where_they_are(tmp_path):
    """Those that DVC has put in another order, and one of no stage that we know."""
    path = tmp_path / "dvc.lock"
    path.write_text(as_dvc("", {name: {"cmd": name} for name in ("d", "gone", "b")}), encoding="utf-8")
    LockFile(path).update({name: {"cmd": "new"} for name in "abcde"}, "abcde")
    stages = parse_yaml_for_update(path.read_text(encoding="utf-8"), path)["stages"]
    assert list(stages) == ["c", "d", "gone", "a", "b", "e"]


def test_what_others_write_in_between_stays(tmp_path):
    path = tmp_path / "dvc.lock"
    path.write_text(dumps_yaml({"schema": "2.0", "stages": {"ours": {"cmd": "z"}}}), encoding="utf-8")
    lock = LockFile(path)
    lock.update({"ours": {"cmd": "a"}}, ["ours"])
    theirs = dumps_yaml({
        "schema": "2.0", "datasets": [{"name": "d"}],
        "stages": {"ours": {"cmd": "b"}, "theirs": {"cmd": "c"}}, "last": 1,
    })
    path.write_text(theirs, encoding="utf-8")
    lock.update({"new": {"cmd": "e"}}, ["ours", "new"])
    assert path.read_text(encoding="utf-8") == as_dvc(theirs, {"new": {"cmd": "e"}})


@pytest.mark.parametrize("text", ["", "schema: '2.0'\n", "schema: '2.0'\nstages: {}\n"])
def test_a_lock_without_stages(tmp_path, text):
    path = tmp_path / "dvc.lock"
    path.write_text(text, encoding="utf-8")
    LockFile(path).update({"one": {"cmd": "a"}}, ["one"])
    assert path.read_text(encoding="utf-8") == "schema: '2.0'\nstages:\n  one:\n    cmd: a\n"
