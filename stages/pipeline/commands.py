"""Which of our modules a stage's `cmd` runs, and with which words."""

import shlex
from pathlib import Path

from stages.core.errors import UserError
from stages.pipeline.imports import PACKAGE


def runs(root, stage, cmd):
    """The modules that `cmd`, a string or a list of them, runs by `python -m stages.<...>`: pairs of name and words.

    `stage` is what an error calls the stage.
    """
    lines = [shlex.split(line) for line in ([cmd] if isinstance(cmd, str) else cmd)]
    found = [
        (module, line[i + 2:])
        for line in lines
        for i, module in enumerate(line[1:])
        if line[i] == "-m" and module.split(".")[0] == PACKAGE
    ]
    if not found:
        raise UserError(f"{stage}: cmd `{cmd}` runs none of our modules: write `python -m {PACKAGE}.<module>`")
    for module, _ in found:
        file = f"{module.replace('.', '/')}.py"
        if "$" in module:
            raise UserError(f"{stage}: cmd runs `{module}`: write the module out and pass what varies as a word")
        if not Path(root, file).is_file():
            raise UserError(f"{stage}: cmd runs {module}, but there is no {file}: mend cmd or add the file")
    return found
