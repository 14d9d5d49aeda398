"""What git has at a revision: the metrics of every experiment, and the parameters."""

import json
import subprocess
from pathlib import Path

from stages.core.claims import VERDICTS
from stages.core.errors import UserError
from stages.core.files import read_json

METRICS = "metrics"                      # metrics/<experiment>.json: {"claims": {...}, "numbers": {...}}


def git(*words):
    """What a git command prints."""
    done = subprocess.run(["git", *words], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise UserError(f"git {words[0]} failed: {' '.join(done.stderr.split())}")
    return done.stdout


def commit(revision):
    """The hash of a revision: a branch, a tag, an experiment's name, ..."""
    words = "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    done = subprocess.run(["git", *words], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise UserError(f"there is no revision `{revision}` here: give a branch, a tag or a commit")
    return done.stdout.strip()


def metrics_at(revision):
    """The metrics of every experiment at a revision: name -> content."""
    names = git("ls-tree", "--name-only", revision, f"{METRICS}/").splitlines()
    found = {Path(name).stem: json.loads(shown(revision, name)) for name in names if name.endswith(".json")}
    return known_form(found, f"at {revision}")


def metrics_here():
    """The metrics of every experiment in the working directory: name -> content."""
    return known_form({path.stem: read_json(path) for path in sorted(Path(METRICS).glob("*.json"))}, "here")


def shown(revision, name):
    """The text of a file at a revision."""
    return git("show", f"{revision}:./{name}")


def known_form(found, where):
    """`found`, name -> content, if each is claims and numbers."""
    for name, content in found.items():
        if set(content) != {"claims", "numbers"}:
            raise UserError(
                f"{METRICS}/{name}.json {where} is not claims and numbers, but of an older form: "
                f"compare another revision, or run `dvc repro {name}`"
            )
    return found


def verdicts(metrics):
    """How many claims of all experiments have each verdict, in words."""
    found = [claim["verdict"] for content in metrics.values() for claim in content["claims"].values()]
    return ", ".join(f"{found.count(one)} {one}" for one in VERDICTS if one in found) or "no claims"
