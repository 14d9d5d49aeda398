"""Writes docs/benchmarks.md and a table of docs/statistics.md: python -m bench PROFILE (as committed).

On a GPU it writes the page's section on GPUs alone, `python -m bench.gpu`, which asks no DVC.
"""

import platform

from bench import gpu, intervals, pipeline, scheduling, starts, training
from stages.core.compute import facts
from stages.core.files import write
from stages.core.stage import main


def run(profile: str):
    if training.ON_GPU:
        gpu.run()
    else:
        write_all(profile)


def write_all(profile):
    """Measures and writes everything but the section on GPUs, which stays as it is."""
    on_gpu = gpu.section()
    intervals.run()
    sections = [
        "## Training", "", *training.measured(), on_gpu, *starts.section(), *pipeline.section(profile),
        *scheduling.section(),
    ]
    here = facts()
    write(gpu.PAGE, "\n".join([
        "# Benchmarks", "",
        f"`make bench` writes this page. Here: {here['processor']}, `compute.threads: {here['threads']}`, "
        f"torch {here['torch']}, Python {platform.python_version()}.", "",
        *sections,
    ]))
    print(f"{gpu.PAGE} is written")


if __name__ == "__main__":
    main(run)
