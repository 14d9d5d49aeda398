"""The runner against `dvc repro` on generated pipelines: the same commands, the same bytes."""

import io
import tempfile
from pathlib import Path

import dvc
import pytest
from dvc.exceptions import DvcException
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pipeline.runner.books import Books
from stages.core.errors import UserError
from tests.pipeline.runner.conftest import Project

KINDS = "plain", "param", "metric", "frozen", "always", "matrix", "foreach", "lines"


def yaml(value):
    text = io.StringIO()
    YAML().dump(value, text)
    return text.getvalue()


def stage(name, kind, reads):
    """A stage that writes <name>.txt from the files it reads, as in dvc.yaml, and notes that it did."""
    out = f"{name}{ {'matrix': '-${item.v}', 'foreach': '-${item}'}.get(kind, '') }.txt"
    cmd = f"cat source.txt {' '.join(reads)} > {out}; echo {out} >> $NOTES"
    body = {"cmd": cmd, "deps": ["source.txt", *reads], "outs": [out]}
    if kind == "param":
        body |= {"cmd": f"{cmd}; echo ${{{name}}} >> {out}", "params": [name]}
    if kind == "metric":
        body |= {"outs": [], "metrics": [{out: {"cache": False}}]}
    if kind == "always":
        body |= {"always_changed": True}
    if kind == "lines":
        body |= {"cmd": [cmd, f"echo more >> {out}"]}
    if kind == "matrix":
        return {"matrix": {"v": ["a", "b"]}, **body}
    return {"foreach": ["a", "b"], "do": body} if kind == "foreach" else body


@st.composite
def pipelines(draw):
    """Files of a project, the same with stages frozen, and names of its stages."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6))
    stages, outs = {}, {}
    for i, kind in enumerate(kinds):
        name = f"s{i}"
        before = draw(st.sets(st.sampled_from(sorted(outs)), max_size=3)) if outs else set()
        stages[name] = stage(name, kind, sorted(out for one in before for out in outs[one]))
        outs[name] = [f"{name}-a.txt", f"{name}-b.txt"] if kind in ("matrix", "foreach") else [f"{name}.txt"]
    order = draw(st.permutations(sorted(stages)))
    files = {"params.yaml": yaml(dict.fromkeys(stages, 1)), "source.txt": "source\n"}
    files[".gitignore"] = "/s[0-9]*.txt\n"                   # or DVC adds rules, in the order of events
    entries = {name: stages[name] for name in order}
    frozen = {name: one | {"frozen": kinds[int(name[1:])] == "frozen"} for name, one in entries.items()}
    frozen |= {name: one for name, one in entries.items() if "do" in one}
    return files | {"dvc.yaml": yaml({"stages": entries})}, yaml({"stages": frozen}), sorted(outs)


def edits(files, frozen, names):
    """Changes of a project: file -> its new text, None if it is deleted."""
    victim = st.sampled_from(names)
    return st.one_of(
        st.just({"source.txt": "other\n"}),
        victim.map(lambda name: {"params.yaml": files["params.yaml"].replace(f"{name}: 1", f"{name}: 2")}),
        victim.map(lambda name: {f"{name}.txt": None}),
        st.just({"dvc.lock": None}),
        st.just({"dvc.yaml": frozen, "source.txt": "third\n"}),
        st.just({}),
    )


def state(project):
    """All that a run leaves behind."""
    own = {name: data for name, data in project.files().items() if not name.startswith((".git/", ".dvc/"))}
    runs, cache = project.files(".dvc/cache/runs"), set(project.files(".dvc/cache/files"))
    return {"files": own, "runs": runs, "cache": cache, "status": project.status()}


def outcome(run, **options):
    """Whether a run brought everything up to date."""
    try:
        result = run(**options)
    except DvcException:
        return False
    return not getattr(result, "failed", False)


@pytest.mark.slow
@given(st.data())
@settings(
    deadline=None, max_examples=10, phases=[Phase.explicit, Phase.generate],         # shrinking takes minutes
    derandomize=True,                                        # look for more by more examples, not by luck
)
def test_the_runner_leaves_what_dvc_leaves(data):
    files, frozen, names = data.draw(pipelines())
    changes = [{}, *data.draw(st.lists(edits(files, frozen, names), min_size=1, max_size=2))]
    options = data.draw(st.sampled_from([{}, {"force": True}]))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        theirs, ours = (Project(Path(folder) / name, files) for name in ("theirs", "ours"))
        for change in changes:
            for project in theirs, ours:
                project.edit(change)
            patch.setenv("NOTES", f"{folder}/ran-theirs")
            well = outcome(theirs.by_dvc, **options)
            patch.setenv("NOTES", f"{folder}/ran-ours")
            assert outcome(ours.by_us, **options) == well
            if not well:                                     # which stages came before the failure may differ
                return
            assert state(ours) == state(theirs)
            ran = [sorted((Path(folder) / f"ran-{name}").read_text().split()) for name in ("theirs", "ours")]
            assert ran[0] == ran[1]


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_a_frozen_stage_is_looked_at_when_dvc_looks_at_it(make, monkeypatch, names):
    """Forced, it is saved with what it reads as that is by then; DVC does not order the two."""
    early, late = names
    stages = {
        early: stage(early, "plain", []), late: stage(late, "frozen", [f"{early}.txt"]),
        "c": stage("c", "plain", [f"{early}.txt", f"{late}.txt"]),
    }
    projects = [make({"source.txt": "1\n", "dvc.yaml": yaml({"stages": stages})}, one) for one in ("x", "y")]
    stages[late]["frozen"] = True
    for change in {}, {"source.txt": "2\n", "dvc.yaml": yaml({"stages": stages})}:
        for project, run in zip(projects, (projects[0].by_dvc, projects[1].by_us), strict=True):
            monkeypatch.setenv("NOTES", str(project.folder.parent / "notes"))
            project.edit(change)
            run(force=True)
    assert projects[1].files()["dvc.lock"] == projects[0].files()["dvc.lock"]


def test_another_version_of_dvc_is_refused_in_a_line(monkeypatch):
    monkeypatch.setattr(dvc, "__version__", "3.68.0")
    with pytest.raises(UserError, match=r"3\.68\.0 is installed, .* of 3\.67\.1: run `make setup`"):
        Books()
