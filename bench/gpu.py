"""Writes the section of docs/benchmarks.md on training on a GPU: python -m bench.gpu"""

from pathlib import Path

from bench import training
from pipeline.documents import between, parted
from stages.core.compute import facts
from stages.core.errors import UserError
from stages.core.files import write
from stages.core.stage import main

PAGE, NAME = "docs/benchmarks.md", "GPU"


def run():
    if not training.ON_GPU:
        raise UserError("bench.gpu measures training on a GPU: there is none here, or params.yaml has "
                        "`compute.device: cpu`")
    here = facts()
    where = f"{here['processor']}, torch {here['torch']}."
    lines = ["## Training on a GPU", "", where, "", *training.measured(), ""]
    write(PAGE, between(Path(PAGE).read_text(encoding="utf-8"), NAME, "\n".join(lines), PAGE))
    print(f"{PAGE}: training on {here['processor']} is written")


def section():
    """The section as it stands in the page, for a page that is written anew."""
    inside = parted(Path(PAGE).read_text(encoding="utf-8"), NAME, PAGE)[1]
    return f"<!-- {NAME} -->\n{inside}<!-- end of {NAME} -->\n"


if __name__ == "__main__":
    main(run)
