"""Prints how verdicts, effects and numbers differ from those of a revision in git.

    python -m pipeline.changes main          or `make diff REV=main`
"""

from pipeline.revisions import commit, metrics_at, metrics_here
from stages.core.stage import main
from stages.core.words import counted

WIDTH = 100                              # columns of a terminal
NAME = 44                                # the most columns of a claim's id or of a number's name
NONE = {"verdict": "–", "effect": None}


def run(revision: str):
    print("\n".join(changes(metrics_at(commit(revision)), metrics_here())))


def changes(before, after):
    """What differs between metrics, experiment -> {claims, numbers}, a line each, WIDTH columns at most."""
    lines, every, turned, reversed_ = [], 0, 0, 0
    for name in sorted({*before, *after}):
        old, new = before.get(name, {}), after.get(name, {})
        claims = pairs(old.get("claims", {}), new.get("claims", {}), NONE)
        numbers = pairs(old.get("numbers", {}), new.get("numbers", {}), None)
        found = [claim_line(*one) for one in claims if one[1] != one[2]]
        found += [number_line(*one) for one in numbers if one[1] != one[2]]
        lines += [f"{name}{note(old, new)}", *found, ""] if found else []
        every += len(claims)
        turned += sum(a["verdict"] != b["verdict"] for _, a, b in claims)
        reversed_ += sum({a["verdict"], b["verdict"]} == {"supported", "contradicted"} for _, a, b in claims)
    return [*lines, f"{counted(turned, 'verdict')} of {counted(every, 'claim')} changed, {reversed_} from "
                    "supported to contradicted or back"]


def pairs(old, new, none):
    """Name, value before and value after; first claims whose verdict changed, then in the order of names."""
    found = [(name, old.get(name, none), new.get(name, none)) for name in sorted({*old, *new})]
    return sorted(found, key=lambda one: none is None or one[1]["verdict"] == one[2]["verdict"])


def note(old, new):
    """What to say of an experiment that only one side has."""
    return "" if old and new else " (new)" if new else " (gone)"


def claim_line(name, old, new):
    """Verdict and effect before and after."""
    before, after = (f"{one['verdict']:<13}{number(one['effect'], '+'):>10}" for one in (old, new))
    return f"  {short(name):<{NAME}} {before}  →  {after}"


def number_line(name, old, new):
    """A number before and after."""
    return f"  {short(name):<{NAME}} {number(old):>23}  →  {number(new):>23}"


def number(value, sign=""):
    """A number in four figures, nothing as a dash; with the `sign` +, also positive ones have one."""
    return "–" if value is None else f"{value:{sign}.4g}"


def short(name):
    """A name in at most NAME columns."""
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


if __name__ == "__main__":
    main(run)
