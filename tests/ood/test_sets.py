"""Noises, digits in colour, and outliers that are in no test set."""

import pytest
import torch

from stages.core.data import Split
from stages.core.errors import UserError
from stages.ood.sets import apart, coloured, hashes, noise
from tests.conftest import some_images


def drawn(name):
    return noise(name, (400, 3, 32, 32), torch.Generator().manual_seed(0)).double() / 255


def test_gaussian_noise_is_cut_off_at_black_and_white():
    """N(1/2, 1) is below 0 for 30.85 % of values, above 1 for as many; what is cut off is black or white."""
    values = drawn("gaussian")
    beyond = torch.special.ndtr(torch.tensor(-0.5, dtype=torch.float64)).item()
    for end in 0, 1:
        assert (values == end).double().mean().item() == pytest.approx(beyond, abs=0.003)
    assert values.mean().item() == pytest.approx(0.5, abs=0.002)


def test_uniform_noise_is_flat():
    values = drawn("uniform")
    assert values.mean().item() == pytest.approx(0.5, abs=0.002)
    assert values.var().item() == pytest.approx(1 / 12, abs=0.001)
    counts = (values * 255).round().long().flatten().bincount(minlength=256)[1:-1]
    assert counts.max() / counts.min() < 1.2


def test_digits_get_a_black_frame_and_three_equal_channels():
    grey = some_images(5, (1, 28, 28)).images
    images = coloured(grey, (3, 32, 32))
    assert images.shape == (5, 3, 32, 32)
    assert all(images[:, c, 2:30, 2:30].equal(grey[:, 0]) for c in range(3))
    assert images.sum() == 3 * grey.sum()


def test_images_that_are_too_large_are_refused():
    with pytest.raises(UserError, match=r"images of \(40, 40\) pixels do not fit into \(32, 32\)"):
        coloured(some_images(2, (3, 40, 40)).images, (3, 32, 32))


def test_hashes_are_equal_for_equal_images_only():
    images = some_images(20).images
    changed = images.clone()
    changed[3, 0, 0, 0] += 1
    same = [a == b for a, b in zip(hashes(images), hashes(changed), strict=True)]
    assert same == [i != 3 for i in range(20)]


def test_an_outlier_in_a_test_set_is_refused():
    outliers, other, own = some_images(30), some_images(20, seed=1).images, some_images(10, seed=2).images
    assert apart(outliers, own, {"scenes": other}).images.equal(outliers.images)
    other[7] = outliers.images[12]
    with pytest.raises(UserError, match=r"the outliers share 1 image\(s\) with the test set `scenes`"):
        apart(outliers, own, {"scenes": other})


def test_an_outlier_among_its_own_test_images_is_left_out():
    outliers = some_images(30, classes=3)
    own = torch.cat([outliers.images[[4, 9]], some_images(3, seed=1).images])
    kept = apart(outliers, own, {})
    rest = [i for i in range(30) if i not in (4, 9)]
    assert isinstance(kept, Split)
    assert kept.images.equal(outliers.images[rest])
    assert kept.labels.equal(outliers.labels[rest])
