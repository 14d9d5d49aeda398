"""`make diff` and `make show` on small metrics: what differs, in lines that a terminal holds."""

import subprocess

import pytest

from pipeline import experiments
from pipeline.changes import changes
from pipeline.changes import run as diff
from pipeline.comment import comment
from pipeline.comment import run as comment_on
from pipeline.experiments import run as show
from pipeline.revisions import metrics_at, verdicts
from stages.core.errors import UserError
from stages.core.files import write_json


def metrics(numbers=(), **claims):
    """Metrics of one experiment; claims as id -> (verdict, effect)."""
    named = {name: {"verdict": verdict, "effect": effect} for name, (verdict, effect) in claims.items()}
    return {"claims": named, "numbers": dict(numbers)}


BEFORE = {
    "noise": metrics({"accuracy": 86.9, "λ": 39.0}, flat=("supported", 3.25), bears=("inconclusive", 0.5),
                     attack=("supported", 6.0)),
    "ood": metrics(odin=("supported", 1.0)),
    "older": metrics(one=("supported", 1.0)),
}
AFTER = {
    "noise": metrics({"accuracy": 83.1234567, "λ": 39.0}, flat=("contradicted", -1.5),
                     bears=("inconclusive", 0.25), attack=("supported", 6.0)),
    "ood": metrics(odin=("supported", 1.0)),
    "newer": metrics(one=("not tested", 0.0)),
}


def words(lines):
    """Lines without what only sets them in columns."""
    return [" ".join(line.split()) for line in lines]


def test_changed_verdicts_come_first_and_what_is_equal_does_not():
    assert words(changes(BEFORE, AFTER)) == [
        "newer (new)", "one – – → not tested +0", "",
        "noise",
        "flat supported +3.25 → contradicted -1.5",
        "bears inconclusive +0.5 → inconclusive +0.25",
        "accuracy 86.9 → 83.12", "",
        "older (gone)", "one supported +1 → – –", "",
        "3 verdicts of 6 claims changed, 1 from supported to contradicted or back",
    ]


def test_nothing_changed():
    assert changes(BEFORE, BEFORE) == [
        "0 verdicts of 5 claims changed, 0 from supported to contradicted or back"
    ]


def test_lines_fit_whatever_the_names_and_numbers():
    old = {"x": metrics({"n" * 90: 1.5}, **{"c" * 90: ("contradicted", -1234567.8)})}
    new = {"x": metrics({"n" * 90: -2e-9}, **{"c" * 90: ("inconclusive", 0.000012345)})}
    lines = changes(old, new)
    assert len(lines) == 5
    assert max(map(len, lines)) <= 100
    assert len({line.index("→") for line in lines[1:3]}) == 1


@pytest.mark.parametrize("n", [0, 1, 400, 5000, 100_000])
def test_a_comment_is_one_that_github_takes(n):
    details = [f"{i:>10} {'–' * 80}" for i in range(n)]
    text = comment("origin/main", [*details, "3 verdicts changed"])
    assert text.startswith("### Verdicts, against `origin/main`\n\n3 verdicts changed")
    assert len(text) < 60_000
    assert text.count("```") == (2 if n else 0)
    shown = text.count("–" * 80)
    assert shown == n or text.endswith(f"… and {n - shown:,} more lines: `make diff REV=origin/main`")
    assert shown >= min(n, 500)


def test_it_is_what_the_workflow_comments_with(root):
    workflow = (root / ".github/workflows/check.yml").read_text(encoding="utf-8")
    assert 'python -m pipeline.comment "origin/${{ github.base_ref }}" > changes.md' in workflow
    assert "--body-file changes.md" in workflow


def test_a_comment_on_what_cannot_be_compared(project, capsys):
    state(0.05, BEFORE)
    kept("Before")
    for revision in "main", "elsewhere":
        comment_on(revision)
    nothing, unknown = capsys.readouterr().out.split("### ")[1:]
    assert "0 verdicts of 5 claims changed" in nothing
    for name, content in BEFORE.items():
        assert f"\n| {name} | {verdicts({name: content})} |\n" in nothing
    assert nothing.endswith(f"\n| all | {verdicts(BEFORE)} |\n")
    assert "there is no revision `elsewhere` here" in unknown


def test_counts():
    assert verdicts(AFTER) == "2 supported, 1 contradicted, 1 inconclusive, 1 not tested"
    assert verdicts({}) == "no claims"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project in git, in which `write` sets parameters and metrics and `commit` keeps them."""
    monkeypatch.chdir(tmp_path)
    for name in "AUTHOR", "COMMITTER":
        monkeypatch.setenv(f"GIT_{name}_NAME", "test")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@localhost")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git("init", "--quiet", "--initial-branch=main")
    return tmp_path


def git(*command):
    return subprocess.run(["git", *command], check=True, capture_output=True, encoding="utf-8").stdout.strip()


def state(rho, metrics):
    """Writes parameters and metrics."""
    with open("params.yaml", "w", encoding="utf-8") as file:
        file.write(f"sam:\n  rho: {rho}\n  steps: 1\nlist:\n  - {'x' * 150}\n")
    for name, content in metrics.items():
        write_json(f"metrics/{name}.json", content)


def kept(message):
    git("add", "--all")
    git("commit", "--quiet", "--message", message)
    return git("rev-parse", "HEAD")


def test_diff_compares_with_a_revision(project, capsys):
    state(0.05, BEFORE)
    kept("Before")
    state(0.05, AFTER)
    (project / "metrics/older.json").unlink()
    diff("main")
    assert capsys.readouterr().out.splitlines() == changes(BEFORE, AFTER)


@pytest.mark.parametrize("revision", ["elsewhere", "--all", "", "HEAD~1"])
def test_a_revision_that_is_not_there(project, revision):
    state(0.05, BEFORE)
    kept("Before")
    with pytest.raises(UserError, match=f"there is no revision `{revision}` here"):
        diff(revision)


def test_metrics_of_an_older_form(project):
    state(0.05, {"noise": {"flat": {"effect": 1.0, "verdict": "supported"}}})
    with pytest.raises(UserError, match=r"metrics/noise\.json at .* is not claims and numbers"):
        metrics_at(kept("Older"))


def experiment(name, base):
    """What `dvc exp run` leaves: a commit on `base` that only a reference keeps."""
    revision = kept(name)
    git("update-ref", f"refs/exps/{base[:2]}/{base[2:]}/{name}", revision)
    git("reset", "--quiet", "--hard", base)


def test_show_has_the_parameters_that_differ(project, capsys):
    state(0.05, BEFORE)
    first = kept("The first")
    state(0.2, AFTER)
    experiment("old-one", first)
    state(0.1, BEFORE)
    second = kept("The second, whose subject is " + "long " * 20)
    state(0.4, AFTER)
    experiment("new-one", second)
    git("update-ref", "refs/exps/exec/EXEC_BRANCH", second)
    state(0.1, AFTER)
    show()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    mixed = "3 supported, 1 contradicted, 1 inconclusive, 1 not tested"      # AFTER, and `older` of BEFORE
    assert lines[0].startswith(f"{second[:7]} The second, whose")
    start = next(i for i, line in enumerate(lines) if line.startswith("  as it is here"))
    assert words(lines[start:]) == [
        f"as it is here {mixed}",
        f"new-one {mixed}", "sam.rho: 0.1 → 0.4", "",
        f"{first[:7]} The first 4 supported, 1 inconclusive",
        f"old-one {mixed}", "sam.rho: 0.05 → 0.2",
    ]


def test_parameters_of_any_length_fit():
    old = experiments.State("a", {"one": "x" * 300, "two": 1, "three": 1}, "v" * 90)
    new = experiments.State("b", {"one": "y " * 300, "two": 1.0, "four": [1]}, "v" * 90)
    lines = experiments.listed(old, [new])
    assert max(map(len, lines)) <= 100
    assert "      two: 1 → 1.0" in lines
    assert "      three: 1 → none" in lines
    assert "      four: none → [1]" in lines
