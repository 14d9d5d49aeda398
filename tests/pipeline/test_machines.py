"""Files for other machines (Docker, a devcontainer, GitHub, pre-commit) name what is there."""

import json
import re
from fnmatch import fnmatchcase

import pytest
from ruamel.yaml import YAML

SUPPORTED = {"3.11", "3.12", "3.13"}
WORKFLOWS = ["check", "nightly", "pages"]


@pytest.fixture
def dockerfile(root):
    return (root / "Dockerfile").read_text().replace("\\\n", " ")


def workflow(root, name):
    return YAML(typ="safe").load(root / f".github/workflows/{name}.yml")["jobs"]


def targets(root):
    """The targets of make that have a line of help."""
    return re.findall(r"^([a-z-]+):.*## ", (root / "Makefile").read_text(), flags=re.MULTILINE)


def test_the_image_is_of_a_python_that_we_support(dockerfile):
    assert set(re.findall(r"^FROM python:(\S+)-slim", dockerfile, flags=re.MULTILINE)) <= SUPPORTED


def test_what_the_image_copies_and_calls_is_there(root, dockerfile):
    copied = [line.split()[2:-1] for line in dockerfile.splitlines() if line.startswith("COPY")]
    assert [path for paths in copied for path in paths if not (root / path).exists()] == []
    assert json.loads(re.search(r"^CMD (.*)", dockerfile, flags=re.MULTILINE)[1]) == ["make", "repro"]
    assert set(re.findall(r"\bmake (\w+)", dockerfile.replace("git make", ""))) <= {*targets(root)}
    assert re.search(r"^USER (?!root)", dockerfile, flags=re.MULTILINE)


def test_the_image_lacks_no_file_of_git(root, repo):
    """.dockerignore leaves out nothing that is tracked: DVC and git would take it for deleted."""
    lines = (root / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert [name for name in repo.scm.gitpython.git.ls_files().splitlines() if ignored(name, rules)] == []
    assert ignored("models/resnet8/sgd/1.safetensors", rules)
    assert ignored("data/raw/objects/train/cat/1.png", rules)


def test_keys_get_neither_into_git_nor_into_the_image(root, repo):
    """In the folder of certificates that the page on clusters shows."""
    folder = re.search(r"-m pipeline\.runner\.certificates (\w+)", (root / "docs/clusters.md").read_text())[1]
    assert repo.scm.is_ignored(str(root / folder / "worker-key.pem"))
    assert ignored(f"{folder}/worker-key.pem", (root / ".dockerignore").read_text().splitlines())


def ignored(name, rules):
    """Whether a file is left out: the last rule that fits it or a folder above it decides."""
    parts, out = name.split("/"), False
    for rule in rules:
        if fits(parts, rule.removeprefix("!")):
            out = not rule.startswith("!")
    return out


def fits(parts, pattern):
    """Whether a pattern means a file or a folder above it."""
    if pattern.startswith("**/"):
        return any(fnmatchcase(part, pattern[3:]) for part in parts)
    patterns = pattern.split("/")
    return len(parts) >= len(patterns) and all(map(fnmatchcase, parts, patterns))


def test_the_devcontainer_is_a_stage_of_the_image(root, dockerfile):
    folder = root / ".devcontainer"
    container = json.loads((folder / "devcontainer.json").read_text())
    assert (folder / container["build"]["dockerfile"]).resolve() == root / "Dockerfile"
    assert f" AS {container['build']['target']}\n" in dockerfile
    assert f"useradd --create-home {container['remoteUser']} " in dockerfile
    assert container["postCreateCommand"].removeprefix("make ") in targets(root)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_use_pythons_that_we_support_and_targets_of_make(root, name):
    for job in workflow(root, name).values():
        pythons = set(job.get("strategy", {}).get("matrix", {}).get("python", []))
        for step in job["steps"]:
            pythons.add(step.get("with", {}).get("python-version", "3.11"))
            assert set(re.findall(r"\bmake (\w+)", step.get("run", ""))) <= {*targets(root)}
        assert {one for one in pythons if "{{" not in one} <= SUPPORTED


def test_check_runs_at_both_ends_of_what_we_support(root):
    matrix = workflow(root, "check")["check"]["strategy"]["matrix"]
    assert set(matrix["python"]) == {min(SUPPORTED), max(SUPPORTED)}
    assert {one.split("-")[0] for one in matrix["os"]} == {"ubuntu", "macos"}


def test_pre_commit_has_our_ruff(root):
    rev = YAML(typ="safe").load(root / ".pre-commit-config.yaml")["repos"][0]["rev"]
    assert f"\nruff=={rev.removeprefix('v')}\n" in (root / "requirements/test.in").read_text()
