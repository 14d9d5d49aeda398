"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import pytest
import torch
import torch.nn.functional as F

from stages.core.data import Role, Split
from stages.core.errors import UserError
from stages.core.files import load
from stages.core.measurements import record, recorded
from stages.core.params import read
from stages.patch import transfer
from stages.patch.params import DEFENCES, GROUPS, POOL, Patch, pixels_path
from tests.conftest import call, change, published, refused, written

SMALL = {
    "networks.vgg_width": 2, "networks.growth": 2, "networks.epochs": 1, "sizes": [3, 16],
    "learning.images": 3, "images": 40, "train": 60, "map.stride": 8, "map.images": 10,
}
CHAIN = [
    *(f"patch.network {name}" for name in ("vgg", "dense", "cutout")),
    *(f"patch.learned {group}" for group in GROUPS), *(f"patch.{name}" for name in (
        "success", "transfer", "defences", "page"))
]


@pytest.fixture
def small(project):
    """A project of small networks."""
    change({"seeds": [1], "training.width": 2, "training.epochs": 1, "robust.epochs": 1,
            "judge.objects.width": 2, "judge.objects.epochs": 1})
    change(SMALL, "patch")


def test_all_stages_twice(small, project):
    for command in ("baseline.train 8", "baseline.robust", "baseline.judge objects", *CHAIN):
        call(command)
    first = written(project)
    pixels = load(pixels_path("resnet", 3, 1))[0]["pixels"]
    assert pixels.shape == (11, 3, 3, 3)
    assert 0 <= pixels.min() < pixels.max() <= 1
    assert sorted(path.name for path in (project / "data/patch/learned/ensembles").iterdir()) == [
        "but_deeper", "but_dense", "but_resnet", "but_vgg"]
    success = recorded("data/patch/success/16/1.safetensors")
    assert success.named.sizes == {"kind": 5, "image": 40}
    assert list(success.kind.values) == ["targeted", "untargeted", "grey", "noise", "piece"]
    assert recorded("data/patch/map/1.safetensors").named.sizes == {"row": 3, "column": 3, "image": 10}
    transfer = recorded("data/patch/transfer/vgg/1.safetensors")
    assert transfer.named.sizes == {"source": 5, "kind": 2, "image": 40}
    assert list(transfer.source.values) == [*POOL, "ensemble"]
    own = transfer.by_size.sel(square="patch", size=16)
    assert own.equals(transfer.named.sel(source="resnet", kind="targeted").drop_vars(["source", "kind"])
                      .assign_coords(own.coords))
    for name in ("resnet", *DEFENCES):
        found = recorded(f"data/patch/defences/{name}/1.safetensors")
        assert found.named.sizes == {"kind": 4, "image": 40}
        assert name != "resnet" or found.named.sel(kind="own").values.tolist() == (
            success.named.sel(kind="targeted").values.tolist())
    assert published(project, "patch") == ([10, 4, 7], set())
    for command in ("patch.network cutout", "patch.learned ensembles", "patch.transfer"):
        call(command)
    assert written(project) == first                         # the same stage twice is the same bytes


def test_patches_are_carried_by_size_and_source(small, monkeypatch):
    """White patches on black images, a network that says 1 of more than a hundred white pixels; only the
    ensemble's patch without target is black.
    """
    black = Split(torch.zeros(40, 3, 32, 32, dtype=torch.uint8), torch.arange(40) % 10)
    monkeypatch.setattr(transfer, "load_role", lambda name: Role(black, black, list("abcdefghij"), "black"))
    monkeypatch.setattr(transfer, "networks", lambda names, seed: dict.fromkeys(names, counts_white))
    for source in (*POOL, *(f"but_{name}" for name in POOL)):
        for side in (3, 16):
            pixels = torch.ones(11, 3, side, side)
            pixels[-1] = not source.startswith("but_")
            record(pixels_path(source, side, 1), {"pixels": ("patch channel row column", pixels)})
    call("patch.transfer")
    found = recorded("data/patch/transfer/dense/1.safetensors")
    assert found.by_size.mean("image").values.tolist() == [[0, 0], [1, 0]]               # size, square
    assert found.named.mean("image").values.tolist() == [[1, 1]] * 4 + [[1, 0]]          # source, kind


def counts_white(x):
    return F.one_hot(((x > 0.9).all(1).flatten(1).sum(1) > 100).long(), 10).float()


@pytest.mark.parametrize(("values", "line"), [
    ({"sizes": [3, 40]}, "`patch.sizes.1` is 40, but should be less than or equal to 32"),
    ({"sizes": [0, 3]}, "`patch.sizes.0` is 0, but should be greater than or equal to 1"),
    ({"sizes": [5, 3]}, "each number larger than the one before"),
    ({"sizes": [16]}, "at least 2 items"),
    ({"learning.images": 2}, "greater than or equal to 3"),
    ({"learning.epochs": 0}, "`patch.learning.epochs` is 0, but should be greater than or equal to 1"),
    ({"placing.shape": "star"}, "`patch.placing.shape` is 'star', but should be 'square' or 'circle'"),
    ({"placing.smallest": 2.0}, "should be `smallest` at most `largest`, not 2 and 1"),
    ({"map.stride": 9}, "`map.stride` at most 8, so that patches of 16 pixels have places besides"),
    ({"median": 4}, "`patch.median` is 4, but should be odd"),
    ({"seeds": 2}, "`patch.seeds` is 2, but should be greater than or equal to 3"),
    ({"networks.cutout": 33}, "less than or equal to 32"),
])
def test_bad_parameters(small, values, line):
    change(values, "patch")
    with pytest.raises(UserError) as error:
        read("patch", Patch)
    assert line in str(error.value)


@pytest.mark.parametrize(("command", "line"), [
    ("network lenet", "there is no network `lenet` to be trained: there are vgg, dense, cutout"),
    ("learned all", "there is no group `all` of networks: there are resnet, others, defences, ensembles"),
    ("success", "`patch.images` is 41, but there are 40 images: lower it"),
    ("network vgg", "`patch.train` is 61, but there are 60 images: lower it"),
    ("learned others", "`patch.train` is 61, but there are 60 images: lower it"),
])
def test_one_line_of_error(small_stage, project, command, line):
    change({"images": 41, "train": 61}, "patch")
    refused(small_stage(command), line, project)


def test_a_depth_that_vgg_has_not(small_stage, project):
    change({"networks.vgg_depth": 12}, "patch")
    refused(small_stage("network vgg"), "a VGG has depth 11, 13, 16, 19, not 12", project)


def test_missing_weights(small_stage, project):
    refused(small_stage("learned resnet"), "models/resnet8/sgd/1.safetensors does not exist: run", project)
