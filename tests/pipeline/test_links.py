"""Links on pages of documentation lead somewhere."""

import pytest

from tests.conftest import ROOT

GITHUB = "../../actions/"                                    # GitHub's own pages, seen from the README there
PAGES = sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("stages/*/README.md"),
                                                        *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root, page):
    folder = (root / page).parent
    text = (root / page).read_text(encoding="utf-8")
    links = [part.split(")")[0] for part in text.split("](")[1:]]
    ours = [link for link in links if "://" not in link and not link.startswith(GITHUB)]
    assert [link for link in ours if not (folder / link).exists()] == []
