"""How long pipelines take by `dvc repro`, by several of them, and by our runner.

The generated pipeline has chains of stages that sleep, in several dvc.yaml files as ours are; so all time
beyond the sleeping is overhead:

    plain      dvc repro, one stage at a time
    several    as many processes as cores, each with its own chains: dvc --wait-for-lock repro -s STAGE
    ours       python -m stages.runner --jobs N
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FILES, CHAINS, LENGTH, SECONDS = 10, 2, 10, 1.0              # 200 stages of a second
CORES = 2
ROOT = Path(__file__).resolve().parents[1]


def generated(folder):
    """Writes the pipeline into `folder`; returns its chains, lists of stages as DVC addresses them."""
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    dvc(folder, "init", "-q")
    (folder / ".gitignore").write_text("/out\n")
    (folder / "source.txt").write_text("source\n")
    (folder / "out").mkdir()
    chains = []
    for file in range(FILES):
        lines = ["stages:"]
        for chain in range(CHAINS):
            names = [f"s{chain}-{i}" for i in range(LENGTH)]
            before = ["source.txt", *(f"out/{file}-{name}" for name in names)]
            for name, source in zip(names, before, strict=False):
                lines += [
                    f"  {name}:", "    wdir: ..", f"    cmd: sleep {SECONDS}; cp {source} out/{file}-{name}",
                    f"    deps: [{source}]", f"    outs: [out/{file}-{name}]",
                ]
            chains.append([f"p{file}/dvc.yaml:{name}" for name in names])
        (folder / f"p{file}").mkdir()
        (folder / f"p{file}/dvc.yaml").write_text("\n".join([*lines, ""]))
    last = [f"out/{file}-s{chain}-{LENGTH - 1}" for file in range(FILES) for chain in range(CHAINS)]
    root = ["stages:", "  all:", "    cmd: cat out/* > all.txt", "    outs: [all.txt]", "    deps:"]
    (folder / "dvc.yaml").write_text("\n".join([*root, *(f"    - {one}" for one in last), ""]))
    return chains


def dvc(folder, *words):
    """Runs DVC in a folder."""
    subprocess.run([sys.executable, "-m", "dvc", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def plain(folder, chains):
    dvc(folder, "repro", "-q")


def several(folder, chains):
    """Chains are shared out; within one, stages run in order."""
    def one(chain):
        for stage in chain:
            dvc(folder, "--wait-for-lock", "repro", "-q", "-s", stage)

    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(one, chains))
    one(["all"])


def ours(jobs):
    """The way of our runner with so many jobs."""
    def way(folder, chains):
        command = [sys.executable, "-m", "stages.runner", f"--jobs={jobs}"]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)

    return way


WAYS = {
    "`dvc repro`": (plain, 1),
    f"{CORES} processes of `dvc --wait-for-lock repro -s`": (several, CORES),
    "ours, 1 job": (ours(1), 1),
    f"ours, {CORES} jobs": (ours(CORES), CORES),
}


def measured():
    """Seconds of each way: from nothing, with nothing to do, and of overhead for a stage."""
    found = {}
    count = FILES * CHAINS * LENGTH
    for name, (way, jobs) in WAYS.items():
        folder = Path(tempfile.mkdtemp()) / "pipeline"
        chains = generated(folder)
        run, again = seconds(way, folder, chains), seconds(way, folder, chains)
        shutil.rmtree(folder.parent)
        found[name] = run, again, (run - count * SECONDS / jobs) / count
        print(f"{name}: {run:.1f} s, nothing to do {again:.1f} s", flush=True)
    return found


def seconds(way, folder, chains):
    """How long a way takes."""
    began = time.perf_counter()
    way(folder, chains)
    return time.perf_counter() - began


def section():
    """The section of docs/benchmarks.md."""
    rows = [
        f"| {name} | {run:.1f} | {1000 * overhead:.0f} | {again:.1f} |"
        for name, (run, again, overhead) in measured().items()
    ]
    return [
        "## Stages side by side", "",
        f"A generated pipeline of {FILES * CHAINS * LENGTH} stages that sleep {SECONDS:g} s, in {FILES} "
        f"dvc.yaml files, on {CORES} cores. Overhead is what a stage costs beyond its sleep.", "",
        "| way | seconds | overhead of a stage, ms | seconds with nothing to do |", "|---|---:|---:|---:|",
        *rows, "",
    ]
