"""The README says what the committed results say."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("stages/*/README.md"),
                                                        *ROOT.glob("docs/**/*.md")])
VERDICTS = "supported", "contradicted", "inconclusive"
LARGER = [page for page in PAGES if page.startswith("docs/results/")]


def experiments(root):
    """The verdicts of every experiment: name -> list."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in root.glob("metrics/*.json")}
    return {name: [claim["verdict"] for claim in claims.values()] for name, claims in found.items()}


def assert_told(root, start, verdicts):
    """The README's table row with this start ends with how many claims have each verdict."""
    text = (root / "README.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(start))
    assert row.endswith(f"| {', '.join(f'{verdicts.count(one)} {one}' for one in VERDICTS)} |")


def test_verdicts(root):
    assert experiments(root)
    for name, verdicts in experiments(root).items():
        assert_told(root, f"| [{name}](stages/", verdicts)


@pytest.mark.parametrize("page", LARGER)
def test_verdicts_at_larger_scale(root, page):
    text = (root / page).read_text(encoding="utf-8")
    last = [row.split("|")[-2].strip() for row in text.splitlines() if row.endswith("|")]
    verdicts = [cell for cell in last if cell in VERDICTS]
    assert verdicts
    assert_told(root, f"| [{Path(page).stem}]({page})", verdicts)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root, page):
    folder = (root / page).parent
    text = (root / page).read_text(encoding="utf-8")
    links = [part.split(")")[0] for part in text.split("](")[1:]]
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


def test_commands_exist(root):
    """Every `make <target>` in the README is a target with a line of help."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    text = (root / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE))
    assert {"repro", "test", "profile"} <= targets
    assert [target for target in targets if f"\n{target}: " not in makefile] == []
