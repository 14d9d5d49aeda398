"""How alike images are and what is measured of them, against scikit-image, SciPy and scikit-learn."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from scipy.stats import multivariate_normal
from skimage.measure import block_reduce
from skimage.metrics import structural_similarity
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import KernelDensity
from torch import nn

from stages.core.quality import features
from stages.gan.measuring import Judge, measures
from stages.gan.parzen import WIDTHS, likelihood, parzen, squares
from stages.gan.rates import collapsed, spread
from stages.gan.similarity import WEIGHTS, cosine, ms_ssim, pairs

RNG = torch.Generator().manual_seed(0)


def two_images(side, noise=0.2):
    """Smooth images and disturbed copies, so that all parts are well above 0."""
    coarse = torch.rand(4, 3, side // 4, side // 4, generator=RNG)
    x = nn.functional.interpolate(coarse, size=side, mode="bilinear")
    return x, (0.9 * x + noise * torch.rand(x.shape, generator=RNG)).clamp(0, 1)


def theirs(x, y):
    """By scikit-image a scale at a time: with K1 so large that luminance is 1, it gives c s alone."""
    parts, x, y = [], x.double().numpy(), y.double().numpy()
    while x.shape[1] >= 7 and len(parts) < 5:
        both = [structural_similarity(x, y, data_range=1.0, channel_axis=0, K1=k1) for k1 in (1e6, 0.01)]
        parts.append(both)
        x, y = (block_reduce(one, (1, 2, 2), np.mean) for one in (x, y))
    weights = np.array(WEIGHTS[: len(parts)])
    values = np.array([contrast for contrast, _ in parts[:-1]] + [parts[-1][1]])
    return np.prod(values ** (weights / weights.sum())), len(parts)


@pytest.mark.parametrize(("side", "scales"), [(32, 3), (28, 3), (12, 1)])
def test_ms_ssim_by_scikit_image(side, scales):
    x, y = two_images(side)
    for mine, one, other in zip(ms_ssim(x, y), x, y, strict=True):
        wanted, parts = theirs(one, other)
        assert parts == scales
        assert mine.item() == pytest.approx(wanted, rel=1e-5)
    assert ms_ssim(x, x).tolist() == pytest.approx([1] * 4)
    assert ms_ssim(x, 1 - x).max() < 0.05                    # a mean below 0 counts as 0


def test_cosine_by_scikit_learn():
    x = torch.rand(9, 1, 4, 4, generator=RNG)
    table = cosine_similarity(x.flatten(1).numpy())
    assert cosine(x) == pytest.approx(table[~np.eye(9, dtype=bool)].mean(), rel=1e-6)
    assert cosine(x[:1].expand(5, -1, -1, -1)) == pytest.approx(1)


def test_pairs_are_of_different_images_and_of_all():
    first, second = pairs(4, 500, RNG)
    assert (first != second).all()
    assert len({(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True)}) == 12


def test_parzen_windows_by_scikit_learn():
    samples, points = torch.rand(30, 1, 3, 4, generator=RNG), torch.rand(7, 1, 3, 4, generator=RNG)
    for sigma in (0.05, 0.3):
        known = KernelDensity(bandwidth=sigma).fit(samples.flatten(1)).score_samples(points.flatten(1))
        assert likelihood(squares(points, samples), 12, sigma).numpy() == pytest.approx(known, rel=1e-4)


def test_one_window_is_a_gaussian():
    sample, points = torch.rand(1, 5), torch.rand(6, 5)
    gaussian = multivariate_normal(sample[0].double().numpy(), 0.2**2 * np.eye(5))
    known = gaussian.logpdf(points.double().numpy())
    assert likelihood(squares(points, sample), 5, 0.2).numpy() == pytest.approx(known, rel=1e-5)


def test_the_width_is_the_one_that_fits_what_was_held_out():
    rng = torch.Generator().manual_seed(3)
    centres = torch.rand(200, 20, generator=rng)
    held_out = centres[torch.arange(400) % 200] + 0.1 * torch.randn(400, 20, generator=rng)
    found, sigma = parzen(centres, held_out[:200], held_out[200:])
    assert sigma == 0.1
    others = [likelihood(squares(held_out[:200], centres), 20, one).mean() for one in WIDTHS]
    assert max(others) == others[WIDTHS.index(0.1)]
    assert torch.equal(found, likelihood(squares(held_out[200:], centres), 20, 0.1))


def test_images_are_taken_in_parts(monkeypatch):
    samples, validation, test = torch.rand(3, 40, 5).unbind()
    whole = parzen(samples, validation, test)
    monkeypatch.setattr("stages.gan.parzen.PART", 7)
    parts = parzen(samples, validation, test)
    torch.testing.assert_close(parts[0], whole[0])
    assert parts[1] == whole[1]


class Brightness(nn.Module):
    """Names the class whose brightness the mean of an image is nearest to; its features are the pixels.

    The nearest c to a mean m has the largest 2 c m - c^2.
    """

    def __init__(self, *brightness, pixels=64, sharpness=50):
        super().__init__()
        c = torch.tensor(brightness)
        self.linear = nn.Linear(pixels, len(c)).requires_grad_(False)
        self.linear.weight[:] = 2 * sharpness * c[:, None] / pixels
        self.linear.bias[:] = -sharpness * c.square()

    def features(self, x):
        return x.flatten(1)

    def forward(self, x):
        return self.linear(self.features(x))


@pytest.fixture
def judge():
    net = Brightness(0.1, 0.3, 0.6, 0.9).eval()
    real = torch.rand(40, 1, 8, 8, generator=RNG)
    return Judge(net, real, real, features(net, real))


def test_numbers_of_images_by_hand(judge):
    levels = torch.tensor([0.1, 0.1, 0.3, 0.9]).repeat(5)
    images = levels[:, None, None, None].expand(-1, 1, 8, 8) + 0.02 * torch.rand(20, 1, 8, 8, generator=RNG)
    labels = torch.tensor([0, 0, 1, 2]).repeat(5)
    found = measures(judge, images, RNG, labels)
    shares = np.array([0.5, 0.25, 0.25])
    assert found["classes"] == pytest.approx(np.exp(-(shares * np.log(shares)).sum()))
    assert found["named"] == 0.75
    assert found["sure"] == pytest.approx(judge.net(images).softmax(1).max(1).values.mean().item(), rel=1e-5)
    assert "named" not in measures(judge, images, RNG)


def test_copies_of_the_data_are_at_no_distance(judge):
    found = measures(judge, judge.real, RNG)
    assert found["frechet"] == pytest.approx(0, abs=1e-6)
    assert (found["precision"], found["recall"]) == (1, 1)
    assert found["nearest"] == pytest.approx(0, abs=1e-3)


def test_spread_is_the_root_mean_square_difference_of_two_images():
    x = torch.rand(12, 1, 3, 3, generator=RNG)
    known = np.sqrt((pdist(x.flatten(1).numpy()) ** 2).mean() / 9)
    assert spread(x) == pytest.approx(known, rel=1e-5)


class Rule:
    spread, classes = 0.3, 3


def test_when_a_training_has_collapsed(judge):
    levels = torch.tensor([0.1, 0.3, 0.6, 0.9]).repeat(5)[:, None, None, None]
    varied = (levels + 0.3 * torch.randn(20, 1, 8, 8, generator=RNG)).clamp(0, 1)
    assert not collapsed(varied, judge, Rule)
    assert collapsed(levels.mean() + 0.01 * varied, judge, Rule)                    # all alike
    assert collapsed(0.05 + 0.1 * (varied > 0.5), judge, Rule)                      # one class
    alike = judge.real.mean(0) + 0.29 * (varied - varied.mean(0)) * spread(judge.real) / spread(varied)
    Rule.classes = 1
    assert collapsed(alike, judge, Rule)
    Rule.spread = 0.28
    assert not collapsed(alike, judge, Rule)
    Rule.spread, Rule.classes = 0.3, 3
