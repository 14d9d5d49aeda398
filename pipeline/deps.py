"""Brings the code under `deps` of every stage up to date with what its command imports.

    python -m pipeline.deps          or `make deps`

DVC does not look into code, so dvc.yaml has to list it. What is in stages/ counts as code, also a template
that a module names; all else is data, comes first and stays as it is.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.code import PACKAGE, Code
from pipeline.commands import runs
from pipeline.documents import load_document, put_bracketed, save_document
from stages.core.errors import UserError
from stages.core.params import load_yaml
from stages.core.stage import main


@dataclass(frozen=True)
class Entry:
    """A stage as it is written; those of a `foreach` or `matrix` are one."""

    title: str
    body: dict                                               # what holds `cmd` and `deps`
    wdir: str                                                # where paths start, from the project's folder

    @property
    def deps(self):
        return list(self.body.get("deps", []))

    def is_code(self, dep):
        """Whether a dependency is in stages/."""
        return Path(os.path.normpath(Path(self.wdir, dep))).parts[0] == PACKAGE

    def relative(self, file):
        """A file of the project as a dependency of this stage."""
        return Path(os.path.relpath(file, self.wdir)).as_posix()


def run():
    changes = [line for path in pipelines(".") for line in rewrite(".", path)]
    print("\n".join(changes or ["nothing changes: every stage lists the code that it runs"]))


def rewrite(root, path):
    """Brings one dvc.yaml up to date and returns what changes, a line each; no changes, no writing."""
    document = load_document(path)
    code, changes = Code(root), []
    for entry in entries(root, path, document):
        wanted = exact(code, entry)
        if entry.deps != wanted:
            changes += [entry.title, *(f"  {line}" for line in difference(entry.deps, wanted))]
            put_deps(entry, wanted)
    if changes:
        save_document(path, document)
    return changes


def complaints(root):
    """Where the code under `deps` is not what the command imports."""
    code = Code(root)
    return [
        f"{entry.title}: deps: {line} (`make deps` does)"
        for path in pipelines(root)
        for entry in entries(root, path, load_yaml(path))
        for line in difference(entry.deps, exact(code, entry))
    ]


def exact(code, entry):
    """What `deps` of a stage should be."""
    data = [dep for dep in entry.deps if not entry.is_code(dep)]
    modules = [module for module, _ in runs(code, entry.title, entry.body["cmd"])]
    files = set().union(*(code.files(module) for module in modules))
    return data + [entry.relative(file) for file in sorted(files)]


def difference(old, new):
    """What makes the list `new` of `old`, a line each; no lines if they are equal."""
    lines = [f"- {dep}" for dep in old if dep not in new] + [f"+ {dep}" for dep in new if dep not in old]
    return lines or ([] if old == new else ["data first, then code in alphabetical order"])


def put_deps(entry, wanted):
    """Puts `deps` where it was, or behind `cmd`."""
    if "deps" not in entry.body:
        entry.body.insert(list(entry.body).index("cmd") + 1, "deps", [])
    try:
        put_bracketed(entry.body, "deps", wanted)
    except ValueError:
        raise UserError(f"{entry.title}: move the comments in `deps` above the stage: the list is put in "
                        "brackets") from None


def entries(root, path, document):
    """The stages in a dvc.yaml."""
    path = Path(os.path.relpath(path, root))
    for name, definition in document.get("stages", {}).items():
        body = definition.get("do", definition)
        wdir = os.path.normpath(path.parent / body.get("wdir", "."))
        yield Entry(f"{path.as_posix()}: {name}", body, wdir)


def pipelines(root):
    """The dvc.yaml of the project and of each experiment."""
    if not Path(root, "dvc.yaml").exists():
        raise UserError("dvc.yaml does not exist: run from the project's folder")
    return [Path(root, "dvc.yaml"), *sorted(Path(root, PACKAGE).glob("*/dvc.yaml"))]


if __name__ == "__main__":
    main(run)
