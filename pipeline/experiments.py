"""Lists what `dvc exp run` made, each experiment with the parameters that differ from its commit's.

    python -m pipeline.experiments          or `make show`

`dvc exp show` has a column for every parameter and every number; this has what was changed, and how many
claims came out how. What waits in the queue is in `dvc queue status`.
"""

import textwrap
from typing import NamedTuple

from pipeline.profile import flat
from pipeline.revisions import commit, git, metrics_at, metrics_here, shown, verdicts
from stages.core.errors import UserError
from stages.core.params import FILE, content, load_yaml
from stages.core.stage import main

WIDTH = 100                              # columns of a terminal
LATER = " " * 6                          # before the parameters of an experiment


class State(NamedTuple):
    """The project in a commit, in an experiment or as it is; parameters by dotted name, verdicts in words."""

    title: str
    parameters: dict
    verdicts: str


def run():
    head, found = commit("HEAD"), experiments()
    here = State("as it is here", flat(load_yaml(FILE)), told(metrics_here))
    lines = listed(kept(head, subject(head)), [here, *found.pop(head, [])])
    for base, ones in found.items():
        lines += ["", *listed(kept(base, subject(base)), ones)]
    print("\n".join(lines))


def experiments():
    """The experiments on each commit, oldest first: hash of the commit -> list of States."""
    found = {}
    words = "--sort=creatordate", "--format=%(refname) %(objectname)", "refs/exps"
    for line in git("for-each-ref", *words).splitlines():
        name, revision = line.split()
        _, _, *base, last = name.split("/")
        if len(base) == 2 and len("".join(base)) == len(revision):       # DVC keeps other things there, too
            found.setdefault("".join(base), []).append(kept(revision, last))
    return found


def kept(revision, title):
    """The State in a revision of git."""
    return State(title, flat(content(shown(revision, FILE), FILE)), told(lambda: metrics_at(revision)))


def told(metrics):
    """The verdicts in `metrics()` in words."""
    try:
        return verdicts(metrics())
    except UserError:
        return "verdicts of an older form"


def subject(revision):
    """A commit's short hash and the first line of its message."""
    return git("show", "--no-patch", "--format=%h %s", revision).strip()


def listed(base, others):
    """A commit's State and those of the experiments on it, as lines of WIDTH columns at most."""
    lines = [*entry(base.title, base.verdicts, "")]
    for one in others:
        lines += entry(one.title, one.verdicts, "  ")
        for line in differences(base.parameters, one.parameters):
            lines += wrapped(line, LATER)
    return lines


def entry(title, words, indent):
    """A title with the verdicts behind it, or below it if there is no room."""
    line = f"{indent}{title}"
    if len(line) + 2 + len(words) <= WIDTH:
        return [f"{line}{words:>{WIDTH - len(line)}}"]
    return [*wrapped(title, indent), f"{words:>{WIDTH}}"]


def differences(old, new):
    """The parameters that differ, a line each, with both values."""
    return [
        f"{name}: {old.get(name, 'none')} → {new.get(name, 'none')}"
        for name in sorted({*old, *new}) if repr(old.get(name)) != repr(new.get(name))
    ]


def wrapped(text, indent):
    """A text in lines of WIDTH columns at most."""
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")


if __name__ == "__main__":
    main(run)
