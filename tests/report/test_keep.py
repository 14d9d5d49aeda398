from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.files import write
from stages.core.pages import write_page
from stages.report import keep
from tests.report.made import flat, rendered


@pytest.fixture
def profile(project):
    write("profiles/cifar10.yaml", "seeds: [1]\n")
    write("profiles/smoke.yaml", "seeds: [1]\n")
    return project / "docs/results/cifar10/flat"


def test_a_run_that_is_kept_is_shown_beside_the_next_one(profile):
    write_page(flat(title="Of long ago"))
    write(profile / "old.svg", "<svg/>")
    keep.run("cifar10", "flat")
    assert sorted(path.name for path in profile.iterdir()) == ["other.svg", "page.json", "rise.svg"]
    assert (profile / "rise.svg").read_bytes() == Path("plots/flat/figures/rise.svg").read_bytes()
    trees = rendered(flat())
    assert trees["cifar10/flat.html"].all("h1")[0].text == "Of long ago"
    assert trees["flat.html"].all("h1")[0].text == "Flat minima"


def test_a_profile_is_one_of_those_there_are(profile):
    write_page(flat())
    with pytest.raises(UserError, match="no profile cifar11: choose one of cifar10, smoke"):
        keep.run("cifar11", "flat")


def test_what_was_not_run_cannot_be_kept(profile):
    with pytest.raises(UserError, match=r"data/flat/page.json does not exist"):
        keep.run("cifar10", "flat")
    write_page(flat())
    Path("plots/flat/figures/rise.svg").unlink()
    with pytest.raises(UserError, match=r"plots/flat/figures/rise.svg does not exist"):
        keep.run("cifar10", "flat")
    assert not profile.exists()
