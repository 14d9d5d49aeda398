"""Seeds against the moments of the images that they are fitted to; what is measured of pictures, by hand."""

import pytest
import torch

from stages.core.data import Split, unit
from stages.synthesis.generation import NOISE, gaussian, other, seeds_of
from tests.conftest import some_images

SPLIT = some_images(60, (3, 4, 4), classes=3)


def test_seeds_have_mean_and_covariance_of_their_class():
    """Of 20,000 seeds before clamping: mean, trace, largest eigenvalue; noise stands on the diagonal."""
    images = unit(SPLIT.images[SPLIT.labels == 1]).flatten(1).double()
    covariance = images.T.cov() + NOISE**2 * torch.eye(48).double()
    seeds = gaussian(SPLIT, 1, 20_000, torch.Generator().manual_seed(0)).flatten(1).double()
    found = seeds.T.cov()
    torch.testing.assert_close(seeds.mean(0), images.mean(0), atol=0.01, rtol=0)
    assert found.trace().item() == pytest.approx(covariance.trace().item(), rel=0.01)
    least, largest = torch.linalg.eigvalsh(found)[[0, -1]].tolist()
    assert largest == pytest.approx(torch.linalg.eigvalsh(covariance)[-1].item(), rel=0.03)
    assert least == pytest.approx(NOISE**2, rel=0.1)                         # beyond the rank, which is 19
    torch.testing.assert_close(found, covariance, atol=0.01, rtol=0)


def test_only_images_of_the_class_count():
    changed = SPLIT.images.clone()
    changed[SPLIT.labels != 1] = 0
    first, second = (gaussian(Split(images, SPLIT.labels), 1, 9, torch.Generator().manual_seed(3))
                     for images in (SPLIT.images, changed))
    assert torch.equal(first, second)


def test_other_images_are_of_other_classes_and_none_twice():
    numbered = torch.arange(60).view(60, 1, 1, 1).expand(60, 3, 4, 4).to(torch.uint8)
    found = other(Split(numbered, SPLIT.labels), 2, 40, torch.Generator().manual_seed(0))
    numbers = (255 * found[:, 0, 0, 0]).round().long()
    assert sorted(numbers.tolist()) == [number for number in range(60) if number % 3 != 2]


def test_seeds_stand_class_by_class_in_range():
    x, y = seeds_of("gaussian", SPLIT, 5, torch.Generator().manual_seed(0))
    assert y.tolist() == [0] * 5 + [1] * 5 + [2] * 5
    assert x.shape == (15, 3, 4, 4)
    assert x.min() == 0
    assert x.max() == 1
    again = gaussian(SPLIT, 0, 5, torch.Generator().manual_seed(0))
    assert torch.equal(x[:5], again.clamp(0, 1))
