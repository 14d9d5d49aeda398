"""What a stage needs, and how long it is likely to take.

    meta:
      needs:
        cores: 2
        memory: 4        # GB
        gpus: 1          # if there are any: a stage that can use one runs without, where no worker has one

A stage that reads `compute` needs as many cores as `compute.threads` says, others one.
"""

import json
from pathlib import Path
from statistics import mean, median

from pipeline.project import parameters, title
from pipeline.runner.schedule import Resources
from stages.core.errors import UserError
from stages.core.files import write_json

UNKNOWN = 10.0                                               # seconds, where no stage has been run before


def needs(repo, stage):
    """What a stage declares, or the defaults."""
    declared = (stage.meta or {}).get("needs", {})
    unknown = set(declared) - set(Resources._fields)
    if unknown or not all(type(value) in (int, float) and value >= 0 for value in declared.values()):
        raise UserError(
            f"{title(repo, stage)}: `meta.needs` is {dict(declared)}: it takes numbers for "
            f"{', '.join(Resources._fields)}"
        )
    return Resources(**{"cores": threads(stage)} | declared)


def threads(stage):
    """`compute.threads`, if a stage reads it."""
    for dep in parameters(stage):
        compute = dep.read_params().get("compute")
        if isinstance(compute, dict) and "threads" in compute:
            return compute["threads"]
    return 1


class Seconds:
    """How long stages took when they last ran, kept from run to run; `path` may not exist yet."""

    def __init__(self, path):
        self.path = Path(path)
        try:
            self.known = json.loads(self.path.read_text())
        except (OSError, ValueError):
            self.known = {}

    def expected(self, stage):
        """The last duration of a stage, else the mean of its variants, else the median of all."""
        group = [seconds for name, seconds in self.known.items() if name.split("@")[0] == stage.split("@")[0]]
        return self.known.get(stage) or (mean(group) if group else median(self.known.values() or [UNKNOWN]))

    def took(self, stage, seconds):
        self.known[stage] = seconds

    def write(self):
        write_json(self.path, self.known)
