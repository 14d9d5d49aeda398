"""The three runs of `make stability`: their seeds, what is kept of them, when they are computed again."""

import subprocess

import pytest

from bench import stability
from stages.core.files import write_json
from stages.core.measurements import record
from stages.core.params import load_yaml
from tests.bench.test_agreement import run as metrics

PARAMS = """\
seeds:                # of all
  - 1
  - 2
  - 3
one:
  seeds: 3            # so many of them
"""


def test_all_seeds_are_moved(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(PARAMS)
    stability.move(path, 10)
    assert load_yaml(path) == {"seeds": [11, 12, 13], "one": {"seeds": 3}}
    assert "# of all" in path.read_text()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder in git, in which a run leaves made-up results at once."""
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)
    for name in "stages/one.py", "docs/page.md", "tests/test_one.py", "README.md", "dvc.lock", "params.yaml":
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("seeds: [1]\n")
    (tmp_path / ".gitignore").write_text("/.dvc\n")
    computed = []

    def compute(place, by):
        computed.append(by)
        results = place / str(by)
        results.mkdir(parents=True)
        listed = [seed + by for seed in range(1, 6)]
        (results / "params.yaml").write_text(f"seeds: {listed}\n")
        for name, content in metrics("supported", "inconclusive").items():
            write_json(results / f"metrics/{name}.json", content)
        for seed in listed:
            right = [seed % 2, 1, 0, seed % 3 > 0]
            record(results / f"{stability.PLAIN}/{seed}.safetensors", {"clean": ("image", right)})

    monkeypatch.setattr(stability, "compute", compute)
    return computed


def test_three_runs_make_a_page(project, tmp_path):
    stability.run()
    assert project == [0, 10, 20]
    text = (tmp_path / "docs/stability.md").read_text()
    assert "| experiment | claim | 1–5 | 11–15 | 21–25 |" in text
    assert "3 of 3 claims (100 %) have the same verdict" in text


def test_plain_networks_are_read_in_percent_by_seed_and_image(project, tmp_path):
    stability.run()
    (results,) = (tmp_path / stability.FOLDER).glob("*/10")
    right = stability.plain(results)
    assert right.shape == (5, 4)
    assert right[:, 0].tolist() == [100, 0, 100, 0, 100]     # seeds 11 to 15
    assert right[:, 1:3].mean(0).tolist() == [100, 0]


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("stages/one.py", True), ("params.yaml", True), ("stages/new.py", True), ("docs/page.md", False),
        ("tests/test_one.py", False), ("README.md", False), ("dvc.lock", False), ("metrics/one.json", False),
    ],
)
def test_finished_runs_are_computed_again_if_what_they_rest_on_has_changed(project, tmp_path, name, again):
    stability.run()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("seeds: [2]\n")
    stability.run()
    assert len(project) == (6 if again else 3)


def test_a_stopped_series_goes_on_with_the_run_that_was_not_finished(project, tmp_path, monkeypatch):
    compute = stability.compute

    def stopped(place, by):
        if by == 20:
            raise KeyboardInterrupt
        compute(place, by)

    with monkeypatch.context() as patch:
        patch.setattr(stability, "compute", stopped)
        with pytest.raises(KeyboardInterrupt):
            stability.run()
    stability.run()
    assert project == [0, 10, 20]
