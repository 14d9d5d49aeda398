"""What the README says of results on real data is what their pages say."""

import re
from collections import Counter

import pytest

from stages.core.files import read_json
from tests.conftest import ROOT

KEPT = sorted(ROOT.glob("docs/results/*/*/page.json"))
VERDICTS = "supported", "contradicted", "inconclusive"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.parent.name)
def test_the_readme_counts_the_verdicts_of_a_page(path):
    notes = path.parent.with_suffix(".md").relative_to(ROOT).as_posix()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"\({re.escape(notes)}\) \| ([\d, ]+) \|", readme)
    assert row, f"README.md has no row of {notes} with verdicts"
    counts = Counter(claim["verdict"] for claim in read_json(path)["claims"])
    assert row[1] == ", ".join(str(counts[one]) for one in VERDICTS)
