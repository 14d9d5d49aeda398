"""Rule 7, second half: commands that pages of documentation show are understood."""

import pytest

from pipeline.shown import commands, complaints

MAKEFILE = """\
repro: setup  ## compute
\t@python -m pipeline.runner
profile:  ## apply one
\t@python -m pipeline.profile $(NAME)
diff:  ## compare
\t@python -m pipeline.changes $(or $(REV),HEAD)
hidden:
"""


def test_this_project(repo):
    assert complaints(repo) == []


def test_what_is_a_command():
    page = """\
Call `make repro`, `.venv/bin/dvc repro
demo` or `dvc.yaml`, `dvc`, then

```
make test      # prove it
cd elsewhere
dvc exp run -S 'a.b=1' \\
    --queue
python -m pipeline.runner | head -1
```

and `make profile NAME=x`; `dvc don't`.
"""
    assert list(commands(page)) == [
        ["make", "test"], ["dvc", "exp", "run", "-S", "a.b=1", "--queue"],
        ["python", "-m", "pipeline.runner"], ["make", "repro"], ["dvc", "repro", "demo"],
        ["make", "profile", "NAME=x"],
    ]


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("make repro", []),
        ("make profile NAME=quick", []),
        ("make diff REV=main", []),
        ("make profile NAME=quik", ["there is no profile quik"]),
        ("make diff REVISION=main", ["the Makefile uses no REVISION"]),
        ("make hidden", ["there is no target hidden with a line of help"]),
        ("make rep", ["there is no target rep with a line of help"]),
        ("dvc repro demo", []),
        ("dvc repro stages/demo/dvc.yaml:train@slow-1", []),
        ("dvc repro stages/demo/dvc.yaml:train", []),
        ("dvc repro -s stages/demo/dvc.yaml", []),
        ("dvc repro <name>", []),
        ("dvc repro train", ["there is no stage train"]),
        ("dvc repro stages/demo/dvc.yaml:sgd", ["there is no stage stages/demo/dvc.yaml:sgd"]),
        ("dvc repro --fast", ["dvc has no such command or option"]),
        ("dvc exp apply", []),
        ("dvc exp ran", ["dvc has no such command or option"]),
        ("dvc exp run -S demo.slow.rate=0.1 report", []),
        ("dvc exp run --queue -S 'demo.slow.rate=0.1,0.2' -S +demo.slow.more=1", []),
        ("dvc exp run -S '<parameter>=<value>'", []),
        ("dvc exp run -S demo.slow.rates=0.1", ["params.yaml: `demo.slow` has no `rates`"]),
        ("dvc exp run -S +demo.slower.more=1", ["params.yaml: `demo` has no `slower`"]),
        ("dvc exp run demos", ["there is no stage demos"]),
        ("python -m pipeline.lock", []),
        ("python -m pipeline.profile quick", []),
        ("python -m stages.demo.train slow 1", []),
        ("python -m pytest tests/demo", []),
        ("python -m stages.…", []),
        ("python -m pipeline.profile quik", ["there is no profile quik"]),
        ("python -m stages.demo.train slow", ["stages.demo.train takes 2 words"]),
        ("python -m stages.demo.training", ["there is no module stages.demo.training to run"]),
        ("python -m stages.demo", ["there is no module stages.demo to run"]),
    ],
)
def test_what_is_wrong_is_said(change, check, command, found):
    change("Makefile", None, MAKEFILE)
    change("docs/page.md", None, f"# Page\n\n```\n{command}\n```\n")
    lines = check(complaints)
    assert len(lines) == len(found)
    for line, wrong in zip(lines, found, strict=True):
        assert line.startswith("docs/page.md: `")
        assert f"`: {wrong}" in line


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("report --jobs 2", []),
        ("stages/demo/dvc.yaml:sgd --downstream", ["there is no stage stages/demo/dvc.yaml:sgd"]),
        ("--fast", ["pipeline.runner has no such option or word"]),
    ],
)
def test_the_runner(change, check, words, found):
    change("Makefile", None, MAKEFILE)
    change("pipeline/runner/__init__.py", None, "")
    change("pipeline/runner/__main__.py", None, "def run(words):\n    pass\n")
    change("README.md", None, f"```\npython -m pipeline.runner {words}\n```\n")
    assert [line.partition("`: ")[2] for line in check(complaints)] == found
