"""Your own images: a round trip, and one clear line for whatever is wrong with them."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from stages.core.errors import UserError
from stages.datasets import folder

SIZES = {"objects": (32, 32, 3), "digits": (28, 28)}


def pixels(i, size=(32, 32, 3)):
    return np.random.default_rng(i).integers(256, size=size, dtype=np.uint8)


def write(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


@pytest.fixture
def images(tmp_path):
    """A folder of six images of 32x32 pixels in colour."""
    names = ["train/cat/0", "train/cat/1", "train/bird/0", "train/bird/1", "test/cat/0", "test/bird/0"]
    for i, name in enumerate(names):
        write(tmp_path / "images" / f"{name}.png", pixels(i))
    return tmp_path / "images"


@pytest.mark.parametrize("role", ["objects", "digits"])
def test_images_come_back_as_they_were_written(tmp_path, section, role):
    size, suffixes = SIZES[role], ["png", "bmp", "tif", "webp"]
    wanted = {}
    for part, count in (("train", 2 * folder.BLOCK + 3), ("test", 5)):
        for i in range(count):
            name = f"{part}/{'zebra' if i % 3 else 'ape'}/{i:04}.{suffixes[i % 4]}"
            wanted[name] = pixels(len(wanted), size)
            array = np.stack([wanted[name]] * 3, -1) if role == "digits" and i % 4 == 3 else wanted[name]
            write(tmp_path / "images" / name, array, lossless=True)
    found = folder.load(section(role))
    assert found.classes == ["ape", "zebra"]
    assert found.source == "folder images"
    for part, split in (("train", found.train), ("test", found.test)):
        names = sorted(name for name in wanted if name.startswith(part))
        arrays = np.stack([wanted[name].reshape(*size[:2], -1) for name in names]).transpose(0, 3, 1, 2)
        assert np.array_equal(split.images.numpy(), arrays)
        assert split.labels.tolist() == [int("zebra" in name) for name in names]


def test_colour_and_grey_become_what_the_role_needs(images, section):
    grey = pixels(7, (32, 32))
    write(images / "train/cat/2.png", grey)
    write(images / "train/cat/3.png", np.dstack([pixels(8), pixels(9, (32, 32))]))
    cats = folder.load(section("objects")).train.images[-2:].numpy()
    assert np.array_equal(cats[0], np.stack([grey] * 3))
    assert np.array_equal(cats[1], pixels(8).transpose(2, 0, 1))             # without its transparency


def test_hidden_files_and_files_beside_the_classes_are_passed_over(images, section):
    before = folder.load(section("objects"))
    for name in (".DS_Store", "train/.DS_Store", "train/cat/.DS_Store", "test/.cache/x", "train/README.txt"):
        (images / name).parent.mkdir(exist_ok=True)
        (images / name).write_bytes(b"no image")
    after = folder.load(section("objects"))
    assert after.classes == before.classes
    assert len(after.train) == len(before.train)


def without(name):
    return lambda images: shutil.rmtree(images / name)


def emptied(name):
    return lambda images: [path.unlink() for path in (images / name).iterdir()]


def linked(name):
    """Puts a link in the place of a folder, which moves elsewhere."""

    def link(images):
        (images / name).rename(images.parent / "elsewhere")
        (images / name).symlink_to(images.parent / "elsewhere")

    return link


def with_image(array, **options):
    return lambda images: write(images / "train/cat/new.png", array, **options)


def with_bytes(content):
    return lambda images: (images / "train/cat/new.png").write_bytes(content)


@pytest.mark.parametrize(("spoil", "message"), [
    (without("."), "images is no folder: set `folder` in params.yaml"),
    (without("test"), "images has no folder test, only train: it needs train/<class>/*.png and test/<class>"),
    (without("train/cat"), "images/train has 1 class folders, not two or more"),
    (emptied("test/bird"), "images/test has no images of bird"),
    (lambda images: (images / "test/cat").rename(images / "test/dog"),
     "images has other classes in train than in test: train lacks dog; test lacks cat"),
    (with_image(pixels(0, (32, 40, 3))), "images/train/cat/new.png is 40x32 pixels, not 32x32"),
    (with_image(pixels(0, (32, 32)).astype(np.uint16) * 100),
     "images/train/cat/new.png has more than 8 bits a channel"),
    (with_bytes(b"no image"), "images/train/cat/new.png is no image that Pillow knows"),
    (with_bytes(b""), "images/train/cat/new.png is no image that Pillow knows"),
    (lambda images: (images / "train/cat/new").mkdir(), "images/train/cat/new cannot be read as an image"),
    (linked("train"), "images/train is a link to a folder, which DVC does not follow"),
    (linked("test/cat"), "images/test/cat is a link to a folder, which DVC does not follow"),
    (linked("train/cat"), "images/train/cat is a link to a folder, which DVC does not follow"),
    (lambda images: os.mkfifo(images / "train/cat/new.png"),
     "images/train/cat/new.png is neither a file nor a folder (but a pipe, say"),
    (lambda images: (images / "test/cat/new.png").symlink_to("nothing"),
     "images/test/cat/new.png is neither a file nor a folder"),
])
def test_what_is_wrong_is_named(images, section, spoil, message):
    spoil(images)
    with pytest.raises(UserError) as error:
        folder.load(section("objects"))
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_links_to_images_and_to_the_whole_folder_are_followed_as_dvc_does(images, section):
    before = folder.load(section("objects")).train.images
    (images / "train/cat/1.png").rename(images.parent / "moved.png")
    (images / "train/cat/1.png").symlink_to(images.parent / "moved.png")
    images.rename(images.parent / "moved")
    images.symlink_to(images.parent / "moved")
    assert (folder.load(section("objects")).train.images == before).all()


@pytest.mark.parametrize(("orientation", "turned"), [
    (1, lambda image: image),
    (2, np.fliplr),
    (3, lambda image: np.rot90(image, 2)),
    (6, lambda image: np.rot90(image, -1)),                  # the camera was turned: clockwise puts it right
    (8, np.rot90),
])
@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_an_image_is_turned_as_its_camera_notes(images, section, orientation, turned, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    write(images / f"train/cat/2.{suffix}", pixels(7), exif=exif, lossless=True)
    found = folder.load(section("objects")).train.images[-1].numpy()
    assert np.array_equal(found, turned(pixels(7)).transpose(2, 0, 1))


def test_the_size_is_that_of_the_turned_image(images, section):
    exif = Image.Exif()
    exif[0x0112] = 6
    write(images / "train/cat/2.png", pixels(7, (32, 40, 3)), exif=exif)
    with pytest.raises(UserError, match=r"2\.png is 32x40 pixels, not 32x32"):
        folder.load(section("objects"))


@pytest.mark.parametrize("name", ["images", "nowhere"])
def test_a_copy_for_an_experiment_says_where_images_are(tmp_path, section, monkeypatch, name):
    copy = tmp_path / ".dvc/tmp/exps/standalone/copy"
    (copy / "images").mkdir(parents=True)
    (copy / "images/README.md").write_text("what git tracks")
    monkeypatch.chdir(copy)
    with pytest.raises(UserError, match=r"`dvc exp run --queue` .* absolute path, or .* `dvc add` tracks$"):
        folder.load(section("objects", folder=name))
    with pytest.raises(UserError) as error:
        folder.load(section("objects", folder=str(copy / name)))
    assert "--queue" not in str(error.value)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp"])
def test_a_truncated_image_is_named(images, section, suffix):
    path = images / f"train/cat/new.{suffix}"
    write(path, pixels(0))
    path.write_bytes(path.read_bytes()[:-500])
    message = rf"images/train/cat/new.{suffix} cannot be read as an image \(.+\): mend it"
    with pytest.raises(UserError, match=message):
        folder.load(section("objects"))


@pytest.mark.slow                # starts a process that imports much
def test_the_stage_ends_in_one_line(images, params, complaint):
    params("objects", source="folder")
    path = images / "train/bird/0.png"
    path.write_bytes(path.read_bytes()[:-500])
    assert "images/train/bird/0.png cannot be read" in complaint("objects")
    (images / "test/cat").rename(images / "test/dog")
    assert "train lacks dog; test lacks cat" in complaint("objects")
    shutil.rmtree(images)
    assert "images is no folder" in complaint("objects")
