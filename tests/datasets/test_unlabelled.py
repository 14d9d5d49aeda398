"""Images without classes: any depth, any size that the role allows, and one clear line for what is wrong."""

import os

import numpy as np
import pytest
import torch
from PIL import Image

from stages.core.errors import UserError
from stages.datasets import unlabelled


def pixels(i, size=(32, 32, 3)):
    return np.random.default_rng(i).integers(256, size=size, dtype=np.uint8)


def write(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


@pytest.fixture
def images(tmp_path):
    """A folder of five images at several depths, one of them grey, beside files that are passed over."""
    root = tmp_path / "images"
    for i, name in enumerate(["a.png", "b/c.bmp", "b/d/e.png", "b/d/f.webp"]):
        write(root / name, pixels(i))
    write(root / "grey.png", pixels(4, (32, 32)))
    (root / "README.md").write_text("not an image")
    (root / "b/.hidden").write_text("not an image")
    return root


def test_all_images_at_any_depth(images, section):
    found = unlabelled.load(section("scenes", source="folder"))
    assert found.source == "folder images"
    assert (len(found.train), found.test.labels.tolist()) == (0, [0] * 5)
    read = {image.numpy().tobytes() for image in found.test.images}
    written = {pixels(i).transpose(2, 0, 1).tobytes() for i in range(3)}     # webp loses a little
    assert written <= read
    assert np.stack([pixels(4, (32, 32))] * 3).tobytes() in read


def test_only_what_is_wanted_is_read_and_always_the_same(images, section):
    for i in range(40):
        write(images / f"more/{i:02}.png", pixels(100 + i))
    few = unlabelled.load(section("scenes", source="folder", test=12)).test.images
    again = unlabelled.load(section("scenes", source="folder", test=12)).test.images
    assert (len(few), len(few.flatten(1).unique(dim=0))) == (12, 12)
    assert torch.equal(few, again)


def test_other_sizes_only_where_the_role_says_so(images, section):
    large = pixels(7, (48, 64, 3))
    write(images / "z.png", large)
    with pytest.raises(UserError, match=r"z.png is 64x48 pixels, not 32x32: resize it"):
        unlabelled.load(section("scenes", source="folder"))
    found = unlabelled.load(section("scenes", source="folder", resize=True)).test.images
    wanted = np.asarray(Image.fromarray(large).resize((32, 32), Image.Resampling.LANCZOS))
    assert wanted.transpose(2, 0, 1).tobytes() in {image.numpy().tobytes() for image in found}
    assert pixels(0).transpose(2, 0, 1).tobytes() in {image.numpy().tobytes() for image in found}


@pytest.mark.parametrize(("folder", "line"), [
    ("empty", "empty holds no images: put some there, at any depth, in any image format"),
    ("nowhere", "nowhere is no folder: set `folder` in params.yaml to that of your images"),
    ("broken", "broken/a.png is no image that Pillow knows: mend it or remove it"),
])
def test_what_is_wrong_is_one_line(tmp_path, section, folder, line):
    (tmp_path / "empty/deeper").mkdir(parents=True)
    (tmp_path / "empty/README.md").write_text("not an image")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/a.png").write_text("not an image")
    with pytest.raises(UserError) as error:
        unlabelled.load(section("scenes", source="folder", folder=folder))
    assert str(error.value) == line


@pytest.mark.parametrize(("spoil", "line"), [
    (lambda b: b.symlink_to(b.parent), "images/a is a link to a folder, which DVC does not follow"),
    (os.mkfifo, "images/a is neither a file nor a folder"),
])
def test_what_dvc_does_not_see_is_refused(images, section, spoil, line):
    spoil(images / "a")
    with pytest.raises(UserError) as error:
        unlabelled.load(section("scenes", source="folder"))
    assert str(error.value).startswith(line)


def test_a_copy_for_an_experiment_says_where_images_are(tmp_path, section, monkeypatch):
    copy = tmp_path / ".dvc/tmp/exps/standalone/copy"
    (copy / "images").mkdir(parents=True)
    (copy / "images/README.md").write_text("what git tracks")
    monkeypatch.chdir(copy)
    for name in ("images", "nowhere"):
        with pytest.raises(UserError, match=r"`dvc exp run --queue` .* `dvc add` tracks$"):
            unlabelled.load(section("scenes", source="folder", folder=name))
