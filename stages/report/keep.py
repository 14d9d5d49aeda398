"""Keeps an experiment's page and figures where the report shows them beside those of later runs.

    python -m stages.report.keep cifar10 noise          after a run with `make profile NAME=cifar10`
"""

from pathlib import Path

from stages.core.errors import UserError
from stages.core.files import read_json, write
from stages.core.stage import main
from stages.report.pages import KEPT, drawn


def run(profile: str, experiment: str):
    if not Path("profiles", f"{profile}.yaml").is_file():
        known = ", ".join(sorted(path.stem for path in Path("profiles").glob("*.yaml")))
        raise UserError(f"there is no profile {profile}: choose one of {known}")
    source, folder = Path("data", experiment, "page.json"), Path(KEPT, profile, experiment)
    figures = {Path(one["path"]).name: drawn(one["path"])["content"] for one in read_json(source)["figures"]}
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, content in {"page.json": source.read_bytes(), **figures}.items():
        write(folder / name, content)
    print(f"{folder}: page.json and {len(figures)} figures; `dvc repro report` shows them")


if __name__ == "__main__":
    main(run)
