"""What is in a folder of images, of whichever layout, as DVC sees it."""

import os
from pathlib import Path

from stages.core.errors import UserError


def require_folder(root, layout=""):
    """UserError if there is no folder `root`; its message ends in what the folder shall hold."""
    if not root.is_dir():
        wanted = f"set `folder` in params.yaml to that of your images{layout}{elsewhere(root)}"
        raise UserError(f"{root} is no folder: {wanted}")


def elsewhere(root):
    """What to do about images that DVC left behind: it runs some experiments in a copy of what git tracks."""
    if root.is_absolute() or "/.dvc/tmp/exps/" not in Path.cwd().as_posix():
        return ""
    return (
        f". `dvc exp run --queue` and `--temp` run in a copy that has only what git or DVC tracks of {root}: "
        "give `folder` an absolute path, or a folder that `dvc add` tracks"
    )


def visible(folder):
    """What is in `folder` as entries of os.scandir, sorted by name, without hidden files such as .DS_Store.

    UserError for links to folders, whose images DVC does not look at, and for what would be waited for.
    """
    try:
        with os.scandir(folder) as there:
            found = sorted((one for one in there if not one.name.startswith(".")), key=lambda one: one.name)
        for entry in found:
            if entry.is_symlink() and entry.is_dir():
                raise UserError(
                    f"{entry.path} is a link to a folder, which DVC does not follow, so that it would not "
                    "see images change: put the folder itself here"
                )
            if not (entry.is_dir() or entry.is_file()):
                raise UserError(
                    f"{entry.path} is neither a file nor a folder (but a pipe, say, or a link to nothing): "
                    "remove it"
                )
    except OSError as error:
        raise UserError(f"{folder} cannot be read ({error.strerror}): mend its permissions") from None
    return found
