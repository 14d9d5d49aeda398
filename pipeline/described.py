"""Has README.md and every dvc.yaml say of an experiment what its stages/<experiment>/about.py says.

    python -m pipeline.described     or `make deps`

In the README it is a row of the table of experiments; in dvc.yaml the `desc` of the stage that is named like
the experiment, and its page and figures among the deps of `report`; in stages/<experiment>/dvc.yaml the
section `plots:`, of those tables that there are.
"""

import importlib
from fnmatch import fnmatch
from pathlib import Path

from pipeline.documents import between, bracketed, load_document, put_bracketed, text_of
from pipeline.plotted import header
from stages.core.errors import UserError
from stages.core.files import write
from stages.core.stage import main

HEAD = "| experiment | question | papers |\n|---|---|---|\n"
SHOWN = "data/{}/page.json", "plots/{}/figures"              # what the report shows of an experiment
DRAWN = "`dvc plots show` and `dvc plots diff` draw these."    # above plots: where it is new
ENDS = "_low", "_high"                   # of columns that an interval has beside its mean
MOST = 7                                 # lines that a plot may have


def run():
    changes = different(".", abouts("."))
    for path, text in changes.items():
        write(path, text)
    print("\n".join(map(str, changes)) or "nothing changes: experiments are described as in their about.py")


def abouts(root):
    """What all experiments of the project, whose code this is, say of themselves, by name."""
    names = sorted({path.parent.name for path in Path(root, "stages").glob("*/about.py")} - {"core"})
    found = [importlib.import_module(f"stages.{name}.about").ABOUT for name in names]
    for name, about in zip(names, found, strict=True):
        if about.name != name:
            raise UserError(f"stages/{name}/about.py has the name `{about.name}`: take the folder's, {name}")
    return found


def different(root, abouts):
    """The files that say anything else of experiments, and what their text should be."""
    wanted = {Path(root, "README.md"): rows(root, abouts), Path(root, "dvc.yaml"): descriptions(root, abouts)}
    wanted |= {Path(root, "stages", about.name, "dvc.yaml"): plots(root, about) for about in abouts}
    return {path: text for path, text in wanted.items() if path.read_text(encoding="utf-8") != text}


def complaints(root):
    """The same, a line each."""
    return [f"{path}: not what about.py says (`make deps` does)" for path in different(root, abouts(root))]


def rows(root, abouts):
    """README.md with a row for each experiment."""
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in map(row, abouts))
    text = Path(root, "README.md").read_text(encoding="utf-8")
    return between(text, "experiments", f"{HEAD}{table}", "README.md")


def row(about):
    """The cells of an experiment's row."""
    papers = ", ".join(f"[{source}]({source.url})" for source in about.sources)
    return f"[{about.name}](stages/{about.name}/README.md)", about.question, papers


def descriptions(root, abouts):
    """dvc.yaml with a `desc` for each experiment, and what the report shows of it."""
    document = load_document(Path(root, "dvc.yaml"))
    for about in abouts:
        stage = document["stages"].get(about.name)
        if stage is None:
            raise UserError(f"dvc.yaml has no stage `{about.name}`, which stages/{about.name} needs: "
                            "write it like `noise`; CONTRIBUTING.md says what it needs")
        if "desc" not in stage:
            stage.insert(0, "desc", "")
        stage["desc"] = f"{about.title} ({', '.join(map(str, about.sources))})"
    shown = sorted(path.format(about.name) for about in abouts for path in SHOWN)
    report = document["stages"]["report"]
    others = [dep for dep in report["deps"] if not any(fnmatch(dep, path.format("*")) for path in SHOWN)]
    put_bracketed(report, "deps", shown + others)
    return text_of(document)


def plots(root, about):
    """An experiment's dvc.yaml with a plot for each table of `about.curves`."""
    document = load_document(Path(root, "stages", about.name, "dvc.yaml"))
    if "plots" not in document:
        document.yaml_set_comment_before_after_key("plots", before=f"\n{DRAWN}")
    document["plots"] = []
    for name, title in about.curves.items():
        table = f"plots/{about.name}/curves/{name}.csv"
        x, *columns = header(Path(root, table)) or [None]
        lines = [column for column in columns if not column.endswith(ENDS)]
        if lines:                                            # none before the first run
            document["plots"].append({title: {"x": x, "y": {f"../../{table}": bracketed(lines[:MOST])}}})
    return text_of(document)


if __name__ == "__main__":
    main(run)
