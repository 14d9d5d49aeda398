"""Which of our modules a stage's `cmd` runs, and with which words."""

import shlex

from pipeline.code import PACKAGE
from stages.core.errors import UserError


def runs(code, stage, cmd):
    """The modules that `cmd`, a string or a list of them, runs by `python -m`, each with its words.

    `stage` is what an error calls the stage.
    """
    lines = [shlex.split(line) for line in ([cmd] if isinstance(cmd, str) else cmd)]
    found = [
        (name, line[i + 2:])
        for line in lines
        for i, name in enumerate(line[1:])
        if line[i] == "-m" and name.split(".")[0] == PACKAGE
    ]
    if not found:
        raise UserError(f"{stage}: cmd `{cmd}` runs no module of ours: write `python -m {PACKAGE}.<module>`")
    return [(_module(code, stage, name), words) for name, words in found]


def _module(code, stage, name):
    if "$" in name:
        raise UserError(f"{stage}: cmd runs `{name}`: write the module out and pass what varies as a word")
    module = code.module(name)
    if not module or module.is_package:
        file = f"{name.replace('.', '/')}.py"
        raise UserError(f"{stage}: cmd runs {name}, but there is no {file}: mend cmd or add the file")
    return module
