"""What docs/benchmarks.md says of training, with rates and a page that are made up."""

from pathlib import Path

import pytest

from bench import gpu, training
from stages.core.compute import facts
from stages.core.errors import UserError

RATES = {"ours": [100.0, 300.0, 200.0], "SAM": [50.0, 100.0, 400.0]}
PAGE = "# Benchmarks\n\n<!-- GPU -->\n## Training on a GPU\n\nold\n<!-- end of GPU -->\n\n## Scheduling\n"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page with a section on GPUs, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    path = Path(gpu.PAGE)
    path.parent.mkdir()
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_ratios_are_taken_within_a_round():
    lines = training.table(RATES)
    assert f"| ours: `Batches`, channels last, {facts()['precision']} | 200 | 1.00 |" in lines
    assert "| sharpness-aware minimisation, one ascent step | 100 | 2.00 |" in lines


def test_a_page_written_anew_keeps_its_section_on_gpus(page):
    assert gpu.section() == "<!-- GPU -->\n## Training on a GPU\n\nold\n<!-- end of GPU -->\n"


def test_on_a_gpu_its_section_is_written_anew_and_nothing_else(page, monkeypatch):
    monkeypatch.setattr(training, "ON_GPU", True)
    monkeypatch.setattr(training, "measured", lambda: training.table(RATES))
    gpu.run()
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\n<!-- GPU -->\n## Training on a GPU\n\n")
    assert text.endswith("<!-- end of GPU -->\n\n## Scheduling\n")
    assert "| 200 | 1.00 |" in text
    assert "old" not in text


def test_without_a_gpu_nothing_is_measured(page):
    with pytest.raises(UserError, match="there is none here"):
        gpu.run()
    assert page.read_text(encoding="utf-8") == PAGE
