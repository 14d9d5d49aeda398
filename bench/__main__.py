"""Writes docs/benchmarks.md and a table of docs/statistics.md: python -m bench PROFILE (as committed)."""

import platform

from bench import intervals, pipeline, scheduling, starts, training
from stages.core.compute import facts
from stages.core.files import write
from stages.core.stage import main


def run(profile: str):
    intervals.run()
    sections = [
        *training.section(), *starts.section(), *pipeline.section(profile), *scheduling.section(),
    ]
    here = facts()
    write("docs/benchmarks.md", "\n".join([
        "# Benchmarks", "",
        f"`make bench` writes this page. Here: {here['processor']}, `compute.threads: {here['threads']}`, "
        f"torch {here['torch']}, Python {platform.python_version()}.", "",
        *sections,
    ]))
    print("docs/benchmarks.md is written")


if __name__ == "__main__":
    main(run)
