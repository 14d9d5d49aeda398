"""Corruptions: compared with the untouched package where it still runs, and with the paper's constants."""

import importlib.util
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import pytest
import scipy.ndimage
import scipy.stats
import torch
from PIL import Image
from sklearn.datasets import load_sample_image

from stages.core.errors import UserError
from stages.datasets import corruptions
from stages.datasets.corruption_names import NAMES, SEVERITIES
from stages.datasets.corruptions import corrupt, corrupt_all

DETERMINISTIC = {
    "defocus_blur", "zoom_blur", "brightness", "contrast", "pixelate", "jpeg_compression", "gaussian_blur",
    "saturate",
}
# These want what NumPy 2 or scikit-image 0.19 dropped, or draw from a generator that no seed reaches.
ADAPTED = {"glass_blur", "fog", "gaussian_blur", "impulse_noise"}


@pytest.fixture(scope="module")
def image():
    return np.ascontiguousarray(load_sample_image("china.jpg")[180:212, 300:332])


@pytest.fixture(scope="module")
def images(image):
    several = np.stack([image, image[::-1], image[:, ::-1], 255 - image])
    return torch.from_numpy(several.transpose(0, 3, 1, 2).copy())


@pytest.fixture(scope="module")
def untouched():
    """The package's module, a second time and without our adaptations; only its import is helped."""
    folder = Path(importlib.util.find_spec("imagecorruptions").submodule_search_locations[0])
    spec = importlib.util.spec_from_file_location("untouched", folder / "corruptions.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        helper = types.SimpleNamespace(resource_filename=lambda _, name: str(folder / name))
        patch.setitem(sys.modules, "pkg_resources", helper)
        spec.loader.exec_module(module)
    return module


def by_package(module, image, name, severity, seed):
    """What the package makes of an image after NumPy's global generator was seeded."""
    before = np.random.get_state()
    np.random.seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = np.uint8(getattr(module, name)(Image.fromarray(image), severity))
    np.random.set_state(before)
    return result


def test_names_are_the_papers():
    corruptions.adapted()
    assert sys.modules["imagecorruptions"].get_corruption_names("all") == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_severity_changes_the_image_and_repeats(image, name, capfd):
    for severity in SEVERITIES:
        one = corrupt(image, name, severity, seed=2)
        assert (one.shape, one.dtype) == (image.shape, np.uint8)
        assert not np.array_equal(one, image)
        assert np.array_equal(corrupt(image, name, severity, seed=2), one)
        assert np.array_equal(corrupt(image, name, severity, seed=3), one) == (name in DETERMINISTIC)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ADAPTED])
def test_as_the_untouched_package(untouched, image, name):
    for severity in SEVERITIES:
        wanted = by_package(untouched, image, name, severity, 7)
        assert np.array_equal(corrupt(image, name, severity, 7), wanted)


@pytest.mark.parametrize("name", ["glass_blur", "fog"])
def test_as_the_package_beside_the_versions_it_was_written_for(untouched, image, name, monkeypatch):
    def blurred(x, sigma, multichannel):
        assert multichannel
        return scipy.ndimage.gaussian_filter(x, (sigma, sigma, 0), mode="nearest")

    monkeypatch.setattr(untouched, "gaussian", blurred)
    monkeypatch.setattr(np, "float_", np.float64, raising=False)
    for severity in SEVERITIES:
        wanted = by_package(untouched, image, name, severity, 7)
        assert np.array_equal(corrupt(image, name, severity, 7), wanted)


def test_gaussian_blur_is_scipys(image):
    for severity, sigma in zip(SEVERITIES, (1, 2, 3, 4, 6), strict=True):
        wanted = scipy.ndimage.gaussian_filter(image / 255, (sigma, sigma, 0), mode="nearest") * 255
        assert np.abs(corrupt(image, "gaussian_blur", severity, 0) - wanted).max() <= 1   # it rounds down


def test_impulse_noise_is_salt_and_pepper_in_the_papers_amounts():
    grey = np.full((128, 128, 3), 128, np.uint8)
    for severity, amount in zip(SEVERITIES, (0.03, 0.06, 0.09, 0.17, 0.27), strict=True):
        found = corrupt(grey, "impulse_noise", severity, 0)
        assert set(np.unique(found)) == {0, 128, 255}
        assert np.mean(found != 128) == pytest.approx(amount, abs=4 * (amount / found.size) ** 0.5)


def test_gaussian_noise_has_the_papers_deviations():
    grey = np.full((256, 256, 3), 128, np.uint8)
    for severity, sigma in zip(SEVERITIES, (0.08, 0.12, 0.18, 0.26, 0.38), strict=True):
        clipped = scipy.stats.norm(128 / 255, sigma).expect(lambda x: np.clip(x, 0, 1))
        square = scipy.stats.norm(128 / 255, sigma).expect(lambda x: np.clip(x, 0, 1) ** 2)
        found = corrupt(grey, "gaussian_noise", severity, 0) / 255
        assert found.std() == pytest.approx((square - clipped**2) ** 0.5, rel=0.01)


def test_where_no_drop_falls_spatter_leaves_the_image(untouched, image):
    black = [seed for seed in range(300) if not by_package(untouched, image, "spatter", 1, seed).any()]
    assert black                                                             # 0 / 0 in the package
    for seed in black:
        assert np.array_equal(corrupt(image, "spatter", 1, seed), image)


@pytest.mark.parametrize("name", ["gaussian_noise", "impulse_noise", "frost", "contrast"])
def test_a_set_can_be_corrupted_in_parts_and_in_any_order(images, name):
    whole = corrupt_all(images, name, 3, seed=5)
    assert (whole.shape, whole.dtype) == (images.shape, torch.uint8)
    second = corrupt_all(images[2:].numpy(), name, 3, seed=5, first=2)
    first = corrupt_all(images[:2], name, 3, seed=5)
    assert torch.equal(torch.cat([first, second]), whole)
    alone = corrupt(images[3].permute(1, 2, 0).numpy(), name, 3, corruptions.seed_of(5, 3))
    assert np.array_equal(alone.transpose(2, 0, 1), whole[3].numpy())


def test_images_of_a_set_and_sets_of_other_seeds_get_other_noise(image):
    same = torch.from_numpy(image.transpose(2, 0, 1).copy()).expand(20, -1, -1, -1)
    noisy = torch.cat([corrupt_all(same, "gaussian_noise", 1, seed) for seed in (0, 1)])
    assert len({one.numpy().tobytes() for one in noisy}) == 40


def test_nothing_global_changes(image):
    before = np.random.get_state()
    for name in NAMES:
        corrupt(image, name, 1, seed=0)
    after = np.random.get_state()
    assert np.array_equal(before[1], after[1])
    assert before[2:] == after[2:]
    assert not hasattr(np, "float_")
    assert isinstance(sys.modules.get("pkg_resources"), types.ModuleType | None)
    assert isinstance(sys.modules.get("scipy.ndimage.interpolation"), types.ModuleType | None)
    assert sys.modules.get("scipy.ndimage.interpolation") is not scipy.ndimage


@pytest.mark.parametrize(("name", "severity", "message"), [
    ("gausian_noise", 1, "there is no corruption `gausian_noise`: .*; did you mean `gaussian_noise`?"),
    ("fog", 0, "the severity of `fog` is 0, but should be 1, 2, 3, 4 or 5"),
    ("fog", 6, "the severity of `fog` is 6"),
])
def test_an_unknown_name_or_severity_is_named(image, images, name, severity, message):
    with pytest.raises(UserError, match=message):
        corrupt(image, name, severity, 0)
    with pytest.raises(UserError, match=message):
        corrupt_all(images[:0], name, severity, 0)


@pytest.mark.parametrize(("shape", "dtype", "message"), [
    ((28, 28, 1), np.uint8, "not uint8 of 28x28x1: use the role `objects`"),
    ((31, 32, 3), np.uint8, "not uint8 of 31x32x3"),
    ((32, 32, 3), np.float32, "not float32 of 32x32x3"),
    ((32, 32), np.uint8, "not uint8 of 32x32"),
])
def test_another_kind_of_image_is_named(shape, dtype, message):
    with pytest.raises(UserError, match=message):
        corrupt(np.zeros(shape, dtype), "fog", 1, 0)


def test_a_single_image_is_no_set(images):
    with pytest.raises(UserError, match=r"a set of images, \(n, 3, h, w\), not \(3, 32, 32\)"):
        corrupt_all(images[0], "fog", 1, 0)
