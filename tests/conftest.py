"""What several test modules use."""

import importlib
import inspect
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from pipeline.documents import load_document, save_document
from stages.core import compute
from stages.core.data import Role, Split, save_role
from stages.core.errors import UserError
from stages.core.files import read_json
from stages.core.params import checked, load_yaml
from stages.core.train import cross_entropy
from tests.warm import Warm

ROOT = Path(__file__).resolve().parents[1]
torch.set_num_threads(1)                 # `make test` has a process for every core


@pytest.fixture
def root():
    """The project's folder."""
    return ROOT


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Every test begins with the same seed, and in float32, whatever stages ran before it."""
    monkeypatch.setattr(compute, "_precision", torch.float32)
    torch.manual_seed(0)


def some_images(n, shape=(3, 32, 32), classes=10, seed=0):
    """A split of random images, every class as often as any other, give or take one."""
    rng = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (n, *shape), generator=rng, dtype=torch.uint8)
    return Split(images, torch.arange(n) % classes)


@pytest.fixture(scope="session")
def stages_run():
    """Whatever trains networks or runs stages asks for this, which makes the test a slow one."""


def pytest_collection_modifyitems(items):
    for item in items:
        if "stages_run" in item.fixturenames:
            item.add_marker("slow")
    items.sort(key=lambda item: "first_run" not in item.fixturenames)      # the longest file begins first


@pytest.fixture
def project(tmp_path, monkeypatch, stages_run):
    """The working directory of the test: params.yaml and a small `objects` of random images."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    save_role("objects", Role(some_images(60), some_images(40, seed=1), list("abcdefghij"), "random images"))
    return tmp_path


def random_digits(train, side=28):
    """Writes a `digits` of random images, so many of them for training, into the working directory."""
    parts = some_images(train, (1, side, side)), some_images(40, (1, side, side), seed=1)
    save_role("digits", Role(*parts, list("0123456789"), "random images"))


def change(values, section=None):
    """Sets dotted names, of a section or of all of params.yaml in the working directory."""
    document = load_document("params.yaml")
    put(document, {f"{section}.{name}" if section else name: value for name, value in values.items()})
    save_document("params.yaml", document)


def put(document, values):
    """Sets dotted names in nested mappings and lists."""
    for name, value in values.items():
        *path, last = name.split(".")
        place = document
        for key in path:
            place = place[key]
        place[last] = value


def complaint(section, kind, values):
    """What is said of our params.yaml if a section, of the type `kind`, has these other values."""
    content = load_yaml(ROOT / "params.yaml")[section]
    put(content, values)
    with pytest.raises(UserError) as error:
        checked(section, content, kind)
    return str(error.value)


def call(command):
    """Does in this process what `python -m stages.<command>` does."""
    module, *words = command.split()
    run = importlib.import_module(f"stages.{module}").run
    kinds = inspect.get_annotations(run).values()
    run(*(kind(word) for kind, word in zip(kinds, words, strict=True)))


class Linear(nn.Module):
    """The logit of class 1 is w·(x - 1/2), that of class 0 is 0; |w| = 1."""

    def __init__(self):
        super().__init__()
        w = torch.randn(3 * 8 * 8)
        self.w = w / w.norm()

    def forward(self, x):
        score = (x - 0.5).flatten(1) @ self.w
        return torch.stack([torch.zeros_like(score), score], 1)


def taught(step, monkeypatch):
    """What the module `step` gives to `fit`, which here trains nothing."""
    given = SimpleNamespace()

    def fit(net, batches, recipe, title, loss=cross_entropy):
        given.batches, given.recipe, given.loss = batches, recipe, loss
        return [{"epoch": 1, "train_loss": 0.0}]

    monkeypatch.setattr(step, "fit", fit)
    return given


def refused(done, line, project=None):
    """A command that ended in one line of error, printed nothing else and, in `project`, wrote nothing."""
    assert (done.returncode, done.stdout) == (1, "")
    assert line in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    if project:
        assert not (project / "models").exists()
        assert not (project / "metrics").exists()


def written(project):
    """The bytes of all files that stages of experiments wrote."""
    paths = [path for pattern in ("data/*/", "models/", "metrics/", "plots/")
             for path in project.glob(f"{pattern}**/*")]
    return {str(path.relative_to(project)): path.read_bytes() for path in paths if path.is_file()}


def published(project, experiment):
    """How many claims, tables and figures a page has, and which claims no figure shows; all figures exist."""
    page = read_json(project / f"data/{experiment}/page.json")
    assert all((project / one["path"]).exists() for one in page["figures"])
    shown = {name for one in page["figures"] for name in one["claims"]}
    counts = [len(page[part]) for part in ("claims", "tables", "figures")]
    return counts, {one["id"] for one in page["claims"]} - shown


@pytest.fixture(scope="session")
def warm():
    """A process from which commands are forked."""
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def ran(project, warm):
    """Runs `python -m stages.<command>` in the project."""
    return lambda command: warm.run(*f"stages.{command}".split(), cwd=project)


@pytest.fixture
def small_stage(small, ran, request):
    """Runs a stage of the module's experiment in the project that its fixture `small` makes."""
    experiment = request.module.__name__.split(".")[1]
    return lambda command: ran(f"{experiment}.{command}")


@pytest.fixture
def stage(project, ran, request):
    """Runs a stage after replacing texts, old -> new, in params.yaml; first those of the module's SMALL."""

    def edit(changes):
        path = project / "params.yaml"
        text = path.read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)

    def changed_and_ran(command, changes=()):
        edit(dict(changes))
        return ran(command)

    edit(request.module.SMALL)
    return changed_and_ran
