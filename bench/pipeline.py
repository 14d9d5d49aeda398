"""How long pipelines take by `dvc repro`, by several of them, and by our runner.

    plain      dvc repro, one stage at a time
    several    as many processes as cores, each with one stage at a time: dvc --wait-for-lock repro -s STAGE
    ours       python -m pipeline.runner --jobs N

Two pipelines: a generated one, of chains of stages that sleep, in several dvc.yaml files as ours are, so that
all time beyond the sleeping is overhead; and the committed one under a profile.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.project import pipeline, project, title
from stages.core.words import counted

FILES, CHAINS, LENGTH, SECONDS = 10, 2, 10, 1.0              # 200 stages of a second
CORES = 2
PLAIN, SEVERAL = "`dvc repro`", f"{CORES} processes of `dvc --wait-for-lock repro -s`"
ROOT = Path(__file__).resolve().parents[1]
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def generated(folder):
    """Writes the pipeline that sleeps into `folder`."""
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True, env=os.environ | GIT)
    python(folder, "dvc", "init", "-q")
    (folder / ".gitignore").write_text("/out\n")
    (folder / "source.txt").write_text("source\n")
    (folder / "out").mkdir()
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
        (folder / f"p{file}").mkdir()
        (folder / f"p{file}/dvc.yaml").write_text("\n".join([*lines, ""]))
    last = [f"out/{file}-s{chain}-{LENGTH - 1}" for file in range(FILES) for chain in range(CHAINS)]
    root = ["stages:", "  all:", "    cmd: cat out/* > all.txt", "    outs: [all.txt]", "    deps:"]
    (folder / "dvc.yaml").write_text("\n".join([*root, *(f"    - {one}" for one in last), ""]))


def committed(profile, threads):
    """What clones this project as it is committed, under a profile and with so many threads a stage."""
    def prepare(folder):
        subprocess.run(["git", "clone", "-q", ROOT, folder], check=True, env=os.environ | GIT)
        for results in "metrics", "plots":
            shutil.rmtree(folder / results)
        for lock in folder.rglob("dvc.lock"):
            lock.unlink()
        python(folder, "pipeline.profile", profile)
        text = (folder / "params.yaml").read_text(encoding="utf-8")
        text = text.replace("threads: 1 ", f"threads: {threads} ")
        (folder / "params.yaml").write_text(text, encoding="utf-8")

    return prepare


def python(folder, *words):
    """Runs a module of Python in a folder."""
    # Our package is the one of the folder, if that has one.
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    subprocess.run([sys.executable, "-m", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, env=env)


def plain(folder):
    python(folder, "dvc", "repro", "-q")


def several(folder):
    """A stage begins when those before it are done; the pool takes them in order, so none waits for ever."""
    with project(folder) as repo, ThreadPoolExecutor(CORES) as pool:
        graph, runs = repo.index.graph, {}

        def run(stage, before):
            for one in before:
                one.result()
            python(folder, "dvc", "--wait-for-lock", "repro", "-q", "-s", title(repo, stage))

        for stage in in_order(pipeline(repo), graph):
            runs[stage] = pool.submit(run, stage, [runs[one] for one in graph.successors(stage)])
        for one in runs.values():
            one.result()


def in_order(stages, graph):
    """Stages in an order in which those that others need come first."""
    from networkx import dfs_postorder_nodes

    found = {}
    for stage in stages:
        found |= dict.fromkeys(dfs_postorder_nodes(graph, stage))
    return list(found)


def ours(jobs):
    """The way of our runner with so many jobs."""
    return lambda folder: python(folder, "pipeline.runner", f"--jobs={jobs}")


def measured(prepare, way):
    """Seconds of a way: from nothing, and with nothing to do."""
    folder = Path(tempfile.mkdtemp()) / "pipeline"
    prepare(folder)
    found = [seconds(way, folder), seconds(way, folder)]
    shutil.rmtree(folder.parent)
    print(f"{found[0]:.1f} s, with nothing to do {found[1]:.1f} s", flush=True)
    return found


def seconds(way, folder):
    """How long a way takes."""
    began = time.perf_counter()
    way(folder)
    return time.perf_counter() - began


def sleeping():
    """Rows of the generated pipeline."""
    ways = [(PLAIN, plain, 1), (SEVERAL, several, CORES), ("ours, 1 job", ours(1), 1),
            (f"ours, {CORES} jobs", ours(CORES), CORES)]
    count, rows = FILES * CHAINS * LENGTH, []
    for name, way, jobs in ways:
        print(f"generated pipeline, {name}: ", end="", flush=True)
        run, again = measured(generated, way)
        overhead = 1000 * (run - count * SECONDS / jobs) / count
        rows.append(f"| {name} | {run:.1f} | {overhead:.0f} | {again:.1f} |")
    return rows


def computing(profile):
    """Rows of the committed pipeline."""
    ways = [(PLAIN, plain, 1), (PLAIN, plain, CORES), (SEVERAL, several, 1), ("ours, 1 job", ours(1), 1),
            (f"ours, {CORES} jobs", ours(CORES), 1)]
    found = []
    for name, way, threads in ways:
        print(f"committed pipeline, {name}, {counted(threads, 'thread')}: ", end="", flush=True)
        found.append((name, threads, *measured(committed(profile, threads), way)))
    best = min(run for name, _, run, _ in found if name == PLAIN)
    return [
        f"| {name} | {threads} | {run:.0f} | {best / run:.2f} | {again:.1f} |"
        for name, threads, run, again in found
    ]


def section(profile):
    """The sections of docs/benchmarks.md."""
    return [
        "## Stages side by side", "",
        f"A generated pipeline of {FILES * CHAINS * LENGTH} stages that sleep {SECONDS:g} s, in {FILES} "
        f"dvc.yaml files, on {CORES} cores. Overhead is what a stage costs beyond its sleep.", "",
        "| way | seconds | overhead of a stage, ms | seconds with nothing to do |", "|---|---:|---:|---:|",
        *sleeping(), "",
        f"The committed pipeline under the profile `{profile}`, on {CORES} cores; threads are a stage's.", "",
        "| way | threads | seconds | times as fast as the better `dvc repro` | seconds with nothing to do |",
        "|---|---:|---:|---:|---:|", *computing(profile), "",
    ]
