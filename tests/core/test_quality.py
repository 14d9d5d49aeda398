"""Measures of made images, against closed forms, SciPy, scikit-learn and sets that are known by hand."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from sklearn.neighbors import NearestNeighbors
from torch import nn

from stages.core.quality import features, frechet, named, nearest, precision, recall


class Means(nn.Module):
    """Its features are the means of the channels, and so are its logits."""

    def features(self, x):
        return x.mean((2, 3))

    forward = features


def test_frechet_of_two_gaussians_is_the_closed_form():
    """One standard deviation and mean an axis: (m_1 - m_2)^2 + (s_1 - s_2)^2, summed over axes."""
    rng = torch.Generator().manual_seed(0)
    z = torch.randn(400, 3, generator=rng, dtype=torch.float64)
    z = z - z.mean(0)
    z = z @ torch.linalg.inv(torch.linalg.cholesky(z.T @ z / 399)).T         # mean 0, covariance 1, exactly
    s, t, shift = (torch.tensor(one) for one in ([1.0, 2.0, 0.5], [3.0, 2.0, 0.0], [1.0, 0.0, 2.0]))
    assert frechet(z * s, z * t + shift) == pytest.approx(1 + 4 + 4 + 0.25)
    assert frechet(z * s, (z * s).flip(0)) == pytest.approx(0, abs=1e-9)


def test_frechet_is_the_formula_with_scipys_root():
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5)), rng.normal(size=(30, 5)) + 1
    covariances = [np.cov(one, rowvar=False) for one in (real, made)]
    wanted = np.sum((real.mean(0) - made.mean(0)) ** 2) + sum(map(np.trace, covariances)) - 2 * np.trace(
        sqrtm(covariances[0] @ covariances[1]).real
    )
    assert frechet(torch.from_numpy(real), torch.from_numpy(made)) == pytest.approx(wanted)


def test_frechet_with_fewer_images_than_features():
    real, made = torch.randn(6, 20).double(), torch.randn(6, 20).double()
    assert frechet(real, real) == pytest.approx(0, abs=1e-9)
    assert frechet(real, made) == pytest.approx(frechet(made, real))


def test_precision_and_recall_by_scikit_learn():
    rng = np.random.default_rng(1)
    real, made = rng.normal(size=(50, 4)), 1.5 * rng.normal(size=(40, 4)) + 0.5
    radius = NearestNeighbors(n_neighbors=4).fit(real).kneighbors(real)[0][:, 3]
    inside = np.linalg.norm(made[:, None] - real, axis=2) <= radius
    found = precision(torch.from_numpy(real), torch.from_numpy(made), 3)
    assert found == inside.any(1).mean()
    assert 0 < found < 1
    assert recall(torch.from_numpy(real), torch.from_numpy(made), 3) == precision(
        torch.from_numpy(made), torch.from_numpy(real), 3
    )


def test_precision_of_points_on_a_line():
    """Neighbours of 0, 1, 2, 3 and 10 are 1 apart, or 7: 17 is as near to 10 as that."""
    real = torch.tensor([[0.0], [1.0], [2.0], [3.0], [10.0]]).double()
    made = torch.tensor([[-1.0], [-1.1], [17.0], [17.1]]).double()
    assert precision(real, made, 1) == 0.5
    with pytest.raises(AssertionError):
        precision(real, made, 5)


def test_nearest_is_a_root_mean_square_over_pixels():
    images, others = torch.zeros(2, 3, 4, 4), torch.ones(3, 3, 4, 4)
    images[1], others[1] = 0.75, 0.5
    assert nearest(images, others).tolist() == [0.5, 0.25]


def test_the_judge_sees_images_as_they_are():
    images, net = torch.rand(7, 3, 8, 8), Means().eval()
    assert torch.equal(features(net, images, batch_size=3), images.mean((2, 3)).double())
    labels = images.mean((2, 3)).argmax(1)
    labels[:2] = (labels[:2] + 1) % 3
    assert named(net, images, labels, batch_size=3).tolist() == [False] * 2 + [True] * 5
    for measure in (lambda: features(net.train(), images), lambda: named(net.train(), images, labels)):
        with pytest.raises(AssertionError):
            measure()
