"""What docs/stability.md says, on small made-up metrics."""

import numpy as np
import pytest

from bench import agreement
from bench.agreement import page, plain_against_plain
from stages.core.errors import UserError


def run(*verdicts):
    """A run with an experiment `one` of a claim a verdict, and `two` of one that is always inconclusive."""
    claims = {f"c{i}": {"verdict": verdict, "effect": float(i)} for i, verdict in enumerate(verdicts)}
    other = {"same": {"verdict": "inconclusive", "effect": -0.5}}
    return {"two": {"claims": other, "numbers": {}}, "one": {"claims": claims, "numbers": {"x": 1.0}}}


RUNS = {
    "1–5": run("supported", "supported", "contradicted", "not tested"),
    "11–15": run("supported", "inconclusive", "supported", "not tested"),
    "21–25": run("supported", "supported", "inconclusive", "not tested"),
}


def test_the_page_counts():
    lines = page(RUNS, 4.96, "a processor").splitlines()
    assert "- 3 of 5 claims (60 %) have the same verdict in all runs." in lines
    assert "- Two runs agree on 67 %, on average." in lines
    assert "- 1 are supported in one run and contradicted in another." in lines
    assert "- Decided, supported or contradicted, are 3, 2, 2 of 5." in lines
    assert "  5.0 % of 2,000 random choices. They are the same, and 5 % are nominal." in lines
    assert [line for line in lines if line.startswith("| one | c")] == [
        "| one | c0 | supported +0 | supported +0 | supported +0 |",
        "| one | c1 | **supported** +1 | **inconclusive** +1 | **supported** +1 |",
        "| one | c2 | **contradicted** +2 | **supported** +2 | **inconclusive** +2 |",
        "| one | c3 | not tested +3 | not tested +3 | not tested +3 |",
    ]
    assert "| two | same | inconclusive -0.5 | inconclusive -0.5 | inconclusive -0.5 |" in lines
    heading = lines.index("| experiment | seeds | supported | contradicted | inconclusive | not tested |")
    assert lines[heading + 2 : heading + 5] == [
        "| one | 1–5 | 2 | 1 | 0 | 1 |", "| one | 11–15 | 2 | 0 | 1 | 1 |", "| one | 21–25 | 2 | 0 | 1 | 1 |",
    ]


def test_runs_with_other_claims_are_no_comparison():
    with pytest.raises(UserError, match="not every run has the claim c1 of one"):
        page({"a": run("supported", "supported"), "b": run("supported")}, 5.0, "a processor")


@pytest.mark.parametrize("spread", [0.0, 0.03, 0.1])
def test_a_method_differs_from_itself_about_as_often_as_is_nominal(spread):
    """Networks whose accuracies differ by seed, on images of which some are hard for all of them."""
    found = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        chance = rng.beta(2, 1, 300) + spread * rng.standard_normal((15, 1))
        found.append(plain_against_plain(100.0 * (rng.random((15, 300)) < chance), pairs=200))
    assert 2 < np.mean(found) < 7


def test_groups_have_as_many_seeds_and_none_in_common(monkeypatch):
    seen = []

    def noted(terms, scale):
        seen.append(terms[0])
        return 0.0, *((1.0, 2.0) if len(seen) % 4 == 0 else (-1.0, 1.0))

    monkeypatch.setattr(agreement, "interval", noted)
    assert plain_against_plain(np.eye(11), group=5, pairs=100) == 25   # an image that one seed gets right
    for difference in seen:
        assert difference.shape == (5, 11)
        assert sorted(difference.sum(0)) == [-1] * 5 + [0] + [1] * 5
    assert len({difference.tobytes() for difference in seen}) == 100


def test_too_few_seeds_for_two_groups():
    with pytest.raises(UserError, match="two groups of 5 seeds are needed, and there are 9"):
        plain_against_plain(np.zeros((9, 4)))
