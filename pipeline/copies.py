"""Copies of this project that can run by themselves."""

import shutil
import subprocess
from pathlib import Path

from pipeline.outputs import files_for_git

RESULTS = "metrics/", "plots/"


def copy(root, folder):
    """Copies what git has of the project in `root`, or would have, to `folder`, a repository of its own.

    Committed results stay out: in folders that stages read, files of other depths and rounds would be left.
    """
    for name in files_for_git(root):
        if not name.startswith(RESULTS) and Path(root, name).exists():   # what is deleted is listed, too
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(root, name), path)
    git(folder, "init", "--quiet", "--template=")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=restage", "-c", "user.email=restage@localhost", "commit", "--quiet",
        "--message", "A copy")


def git(folder, *words):
    subprocess.run(["git", *words], cwd=folder, check=True)
