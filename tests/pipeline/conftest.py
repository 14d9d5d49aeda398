"""A whole project in small, run once, for checks that need a healthy one and for breaking."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.copies import copy
from pipeline.project import project as opened

ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@localhost",
    "GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@localhost",
}

FILES = {
    "params.yaml": """\
        # Every number.
        data:
          words:
            folder: data/raw/words      # any text files
            most: 3

        demo:
          seeds:
            - 1
            - 2
          slow:
            rate: 1.0e-1                # one at a time
          fast:
            rate: 0.5
          page:
            digits: 2
        """,
    "profiles/default.yaml": """\
        data: {words: {folder: data/raw/words, most: 3}}
        demo: {seeds: [1, 2], slow: {rate: 1.0e-1}, fast: {rate: 0.5}, page: {digits: 2}}
        """,
    "profiles/quick.yaml": """\
        data:
          words:
            most: 1
        demo:
          seeds:
            - 2
        """,
    "profiles/precise.yaml": "demo: {page: {digits: 5}}\n",
    ".dvcignore": "__pycache__/\n",
    ".gitignore": "__pycache__/\n/data/*\n!/data/raw/\n",
    "data/raw/words/some.txt": "a few words\n",
    "dvc.yaml": """\
        # The map.
        stages:
          data:
            foreach: ${data}
            do:
              desc: Words
              cmd: python -m stages.sources.prepare ${key}
              deps: ['${item.folder}', stages/core/declared.py, stages/core/errors.py, stages/core/files.py,
                stages/core/params.py, stages/core/sections.py, stages/core/stage.py, stages/sources/prepare.py]
              params:
                - "data.${key}"
              outs:
                - data/${key}.txt

          demo:
            cmd: python -m stages.demo.claims
            deps: [data/demo, metrics/demo, stages/core/declared.py, stages/core/errors.py, stages/core/files.py,
              stages/core/params.py, stages/core/sections.py, stages/core/stage.py, stages/demo/claims.py, stages/demo/page.txt]
            params:
              - demo.page
            metrics:
              - metrics/demo.json:
                  cache: false

          report:
            cmd: python -m stages.report.page
            deps: [metrics/demo.json, plots/demo, stages/core/errors.py, stages/core/files.py, stages/core/stage.py,
              stages/report/page.py]
            plots:
              - plots/report.csv:
                  cache: false
        """,
    "stages/demo/dvc.yaml": """\
        vars:
          - ../../params.yaml:demo

        stages:
          train:
            matrix:
              speed:
                - slow
                - fast
              seed: ${demo.seeds}
            wdir: ../..
            cmd: python -m stages.demo.train ${item.speed} ${item.seed}
            deps: [data/words.txt, stages/core/declared.py, stages/core/errors.py, stages/core/files.py, stages/core/params.py,
              stages/core/sections.py, stages/core/stage.py, stages/demo/parts.py, stages/demo/train.py]
            params:
              - demo.${item.speed}
            outs:
              - data/demo/${item.speed}-${item.seed}.txt
            metrics:
              - metrics/demo/${item.speed}-${item.seed}.json:
                  cache: false

          figures:
            wdir: ../..
            cmd: python -m stages.demo.figures
            deps: [data/demo, stages/core/errors.py, stages/core/files.py, stages/core/stage.py, stages/demo/figures.py]
            plots:
              - plots/demo:
                  cache: false
        """,
    "stages/__init__.py": "",
    "stages/sources/__init__.py": "",
    "stages/sources/prepare.py": """\
        from pathlib import Path

        from stages.core.files import write
        from stages.core.params import Section, read
        from stages.core.stage import main


        class Words(Section):
            folder: str
            most: int


        def run(role: str):
            words = read(f"data.{role}", Words)
            text = " ".join(path.read_text() for path in sorted(Path(words.folder).glob("*.txt")))
            write(f"data/{role}.txt", " ".join(text.split()[: words.most]))


        if __name__ == "__main__":
            main(run)
        """,
    "stages/demo/__init__.py": "",
    "stages/demo/params.py": """\
        from stages.core.params import Section


        class Words(Section):
            folder: str
            most: int


        class Speed(Section):
            rate: float


        class Page(Section):
            digits: int


        class Demo(Section):
            seeds: list[int]
            slow: Speed
            fast: Speed
            page: Page


        SECTIONS = {"data.words": Words, "demo": Demo}
        """,
    "stages/demo/parts.py": """\
        from stages.core.params import Section, read


        class Speed(Section):
            rate: float


        def speed(name):
            return read(f"demo.{name}", Speed)


        def unused():
            return read("demo.page", Section)
        """,
    "stages/demo/train.py": """\
        from stages.core import files
        from stages.core.stage import main


        def run(speed: str, seed: int):
            from stages.demo import parts

            rate = parts.speed(speed).rate
            files.write(f"data/demo/{speed}-{seed}.txt", f"{rate * seed}")
            files.write_json(f"metrics/demo/{speed}-{seed}.json", {"score": rate * seed})


        if __name__ == "__main__":
            main(run)
        """,
    "stages/demo/figures.py": """\
        from pathlib import Path

        from stages.core.files import write
        from stages.core.stage import main


        def run():
            for path in sorted(Path("data/demo").iterdir()):
                write(f"plots/demo/{path.stem}.csv", f"score,\\n{path.read_text()},\\n")


        if __name__ == "__main__":
            main(run)
        """,
    "stages/demo/page.txt": "Scores:\n",
    "stages/demo/claims.py": """\
        from pathlib import Path

        from stages.core.files import read_json, write_json
        from stages.core.params import Section, read
        from stages.core.stage import main


        class Page(Section):
            digits: int


        def run():
            digits = read("demo.page", Page).digits
            title = Path(__file__).with_name("page.txt").read_text()
            paths = sorted(Path("metrics/demo").iterdir())
            scores = [round(read_json(path)["score"], digits) for path in paths]
            write_json("metrics/demo.json", {"scores": scores, "title": title})


        if __name__ == "__main__":
            main(run)
        """,
    "stages/report/__init__.py": "",
    "stages/report/page.py": """\
        from stages.core.files import read_json, write
        from stages.core.stage import main


        def run():
            scores = read_json("metrics/demo.json")["scores"]
            write("plots/report.csv", "".join(f"{score},\\n" for score in scores))


        if __name__ == "__main__":
            main(run)
        """,
}


@pytest.fixture(scope="session")
def repo(request):
    """DVC's view of this project, to read; it takes seconds."""
    with opened(request.config.rootpath) as repo:
        yield repo


def shell(folder, *command, fails=False):
    """Runs a command in `folder` and returns what it prints; it must succeed, or fail."""
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == fails, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def without_own_sections(path):
    """Empties the SECTIONS of core, which the small project's params.yaml has not."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"^SECTIONS = \{[^}]*\}", "SECTIONS = {}", text, flags=re.MULTILINE), encoding="utf-8")


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The small project after `dvc repro`, committed."""
    folder = tmp_path_factory.mktemp("finished")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    root = Path(__file__).resolve().parents[2]
    for package in "stages/core", "pipeline":
        shutil.copytree(root / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    without_own_sections(folder / "stages/core/params.py")
    shell(folder, "git", "init", "--quiet", "--template=")
    shell(folder, sys.executable, "-m", "dvc", "init", "--quiet")
    shell(folder, sys.executable, "-m", "dvc", "config", "core.analytics", "false")
    shell(folder, sys.executable, "-m", "dvc", "repro", "--quiet")
    shell(folder, "git", "add", "--all")
    shell(folder, "git", "commit", "--quiet", "--message", "Run everything")
    return folder


@pytest.fixture(scope="session")
def clone(request, tmp_path_factory):
    """A clone of this project, with what is not committed yet, under the profile `smoke`."""
    folder = tmp_path_factory.mktemp("smoke")
    copy(request.config.rootpath, folder / "source")
    shell(folder, "git", "clone", "--quiet", "source", "clone")
    shell(folder / "clone", sys.executable, "-m", "pipeline.profile", "smoke")
    return folder / "clone"


@pytest.fixture(scope="session")
def first_run(clone, stages_run):
    """What `make repro` says in the clone while it runs the stages."""
    return shell(clone, sys.executable, "-m", "pipeline.runner")


@pytest.fixture
def demo(finished, tmp_path):
    """A copy of the small project, to break."""
    return Path(shutil.copytree(finished, tmp_path / "demo"))


@pytest.fixture
def change(demo):
    """change(file, old, new): replaces `old`, which the file must have once, or all of it if that is None."""

    def change(name, old, new):
        path = demo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if old is not None:
            text = path.read_text()
            assert text.count(old) == 1, f"{name} has {old!r} {text.count(old)} times"
            new = text.replace(old, new)
        path.write_text(new)

    return change


@pytest.fixture
def check(demo):
    """check(complaints): what a check that takes DVC's view of a project says of the small one."""

    def check(complaints):
        with opened(demo) as repo:
            return complaints(repo)

    return check
