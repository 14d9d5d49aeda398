"""YAML files keep what people wrote in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.documents import load_document, relisted, save_document
from stages.core.errors import UserError

NUMBERS = st.lists(st.integers(0, 9), unique=True, min_size=1)


OURS = ["params.yaml", "dvc.yaml", "stages/noise/dvc.yaml", "profiles/default.yaml", "profiles/smoke.yaml"]


@pytest.mark.parametrize("name", OURS)
def test_our_files_are_written_as_they_were_read(root, tmp_path, name):
    save_document(tmp_path / "x.yaml", load_document(root / name))
    assert (tmp_path / "x.yaml").read_text(encoding="utf-8") == (root / name).read_text(encoding="utf-8")


def block(numbers):
    """A list under a key, each item with a comment before and behind it, and what follows."""
    items = "".join(f"  # before {n}\n  - {n}  # behind {n}\n" for n in numbers)
    return f"key:\n{items}\n# after the list\nother: 1\n"


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_comments_go_with_their_items(tmp_path_factory, old, new):
    path = tmp_path_factory.getbasetemp() / "list.yaml"
    path.write_text(block(old))
    document = load_document(path)
    document["key"] = relisted(document["key"], new)
    save_document(path, document)
    lines = path.read_text().splitlines()
    assert load_document(path) == {"key": new, "other": 1}
    assert lines[-3:] == ["", "# after the list", "other: 1"]
    for number in new:
        assert (f"  - {number}  # behind {number}" in lines) == (number in old)
    for number in new[1:]:
        at = lines.index(next(line for line in lines if line.startswith(f"  - {number}")))
        assert (lines[at - 1] == f"  # before {number}") == (number in old and number != old[0])


def test_a_list_that_becomes_empty(tmp_path):
    (tmp_path / "x.yaml").write_text("key:\n  - 1\n\n# after\nother: 1\n")
    document = load_document(tmp_path / "x.yaml")
    document["key"] = relisted(document["key"], [])
    save_document(tmp_path / "x.yaml", document)
    assert load_document(tmp_path / "x.yaml") == {"key": [], "other": 1}


def test_invalid_yaml_is_one_line(tmp_path):
    (tmp_path / "x.yaml").write_text("a: [1\nb: 2\n")
    with pytest.raises(UserError) as error:
        load_document(tmp_path / "x.yaml")
    assert "x.yaml is no valid YAML" in str(error.value)
    assert "\n" not in str(error.value)
