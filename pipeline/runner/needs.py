"""What a stage needs, and how long it is likely to take.

    meta:
      needs:
        cores: 2
        memory: 4        # GB
        gpus: 0.5        # a share of one, beside other stages, or whole ones: 1, 2, ...

A stage that reads `compute` needs as many cores as `compute.threads` says and SHARE of a GPU, others one core
and no GPU. Where no worker has so many GPUs, and under `compute.device: cpu`, a stage does without.
"""

import json
from pathlib import Path
from statistics import mean, median

from pipeline.project import parameters, title
from pipeline.runner.schedule import Resources
from stages.core.errors import UserError
from stages.core.files import write_json

SHARE = 0.2                                                  # of a GPU: five stages fill it, as measured
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
    gpus = declared.get("gpus", 0)
    if gpus > 1 and gpus % 1:
        raise UserError(
            f"{title(repo, stage)}: `meta.needs.gpus` is {gpus}: it takes a share of one GPU, up to 1, or a "
            "whole number of them"
        )
    compute = parameters_of(stage, "compute")
    wanted = Resources(**{"cores": compute.get("threads", 1), "gpus": SHARE if compute else 0} | declared)
    return wanted._replace(gpus=0) if compute.get("device") == "cpu" else wanted


def parameters_of(stage, section):
    """A section of parameters, if a stage reads all of it; else nothing."""
    for dep in parameters(stage):
        values = dep.read_params().get(section)
        if isinstance(values, dict):
            return values
    return {}


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
