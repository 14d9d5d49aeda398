"""Filling, enlarging and drawing edges, and how near images are, against scikit-image and cases by hand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from stages.core.attacks import input_gradient, lengths
from stages.core.nets import ResNet
from stages.synthesis.fidelity import psnr, ssim
from stages.synthesis.inpainting import filled, interpolated
from stages.synthesis.painting import activations, loudest, objective
from stages.synthesis.sketch import sketches
from stages.synthesis.super_resolution import enlarged
from stages.synthesis.translation import nearest_of


@pytest.fixture
def two():
    """Two sets of images, and boxes in them."""
    mask = torch.zeros(4, 1, 12, 12)
    mask[:, :, 3:8, 5:10] = 1
    return torch.rand(4, 3, 12, 12), torch.rand(4, 3, 12, 12), mask


def test_fidelity_is_that_of_scikit_image(two):
    one, other, _ = two
    pairs = list(zip(one.numpy(), other.numpy(), strict=True))
    assert psnr(one, other).tolist() == pytest.approx(
        [peak_signal_noise_ratio(b, a, data_range=1) for a, b in pairs], rel=1e-5)
    each = [np.mean([structural_similarity(a[c], b[c], data_range=1) for c in range(3)]) for a, b in pairs]
    assert ssim(one, other).tolist() == pytest.approx(each, rel=1e-5)


def test_fidelity_of_grey_images_by_hand():
    dark, light = torch.full((1, 3, 9, 9), 0.3), torch.full((1, 3, 9, 9), 0.5)
    assert psnr(dark, light).item() == pytest.approx(-20 * np.log10(0.2), rel=1e-4)
    assert ssim(dark, light).item() == pytest.approx((0.3 + 1e-4) / (0.34 + 1e-4), rel=1e-4)
    assert (psnr(dark, dark).item(), ssim(dark, dark).item()) == (100, 1)


def test_fidelity_in_a_box_is_that_of_the_box_alone(two):
    one, other, mask = two
    torch.testing.assert_close(psnr(one, other, mask), psnr(one[..., 3:8, 5:10], other[..., 3:8, 5:10]))


def test_boxes_are_filled_from_what_is_left(two):
    x, other, mask = two
    found = filled(x, mask)
    assert torch.equal(found * (1 - mask), x * (1 - mask))
    for image, box in zip(x, found[..., 3:8, 5:10], strict=True):
        for c in range(3):
            left = [image[c, i, j].item() for i in range(12) for j in range(12) if not mask[0, 0, i, j]]
            torch.testing.assert_close(box[c], torch.full((5, 5), sum(left) / len(left)))
    changed = x * (1 - mask) + other * mask
    torch.testing.assert_close(filled(changed, mask), found)                 # nothing of the box is known
    torch.testing.assert_close(interpolated(changed, mask), interpolated(x, mask))


def test_interpolation_continues_a_plane(two):
    rows, columns = torch.meshgrid(torch.arange(12.0), torch.arange(12.0), indexing="ij")
    plane = (0.1 + 0.03 * rows + 0.04 * columns).expand(4, 3, 12, 12).contiguous()
    torch.testing.assert_close(interpolated(plane * (1 - two[2]), two[2]), plane, atol=1e-4, rtol=0)


def test_pixels_become_squares():
    small = torch.rand(2, 3, 4, 5)
    assert torch.equal(enlarged(small, 3), F.interpolate(small, scale_factor=3, mode="nearest"))
    torch.testing.assert_close(F.avg_pool2d(enlarged(small, 3), 3), small)


def test_sketches_are_black_where_brightness_steps_and_white_elsewhere():
    step, plain = torch.zeros(3, 8, 8), torch.full((3, 8, 8), 0.7)
    step[:, :, 4:] = 0.5
    found = sketches(torch.stack([step, plain]))
    assert (found[1] == 1).all()
    assert found[0, 0, 2].tolist() == pytest.approx([1, 1, 1, 0, 0, 1, 1, 1])
    assert found.shape == (2, 3, 8, 8)


def test_the_least_distance_at_which_the_judge_agrees():
    x = torch.zeros(4, 1, 2, 2)
    path = [torch.full_like(x, level) for level in (0.1, 0.2, 0.3)]
    says = {0: [1, 0, 0, 0], 0.2: [1, 1, 0, 0], 0.4: [0, 0, 0, 0], 0.6: [0, 1, 1, 0]}   # distance -> images
    last, distance = nearest_of(
        iter(path), x, lambda at: torch.tensor(says[round(2 * at.max().item(), 1)]).bool(), 5.0)
    assert torch.equal(last, path[-1])
    assert distance.tolist() == pytest.approx([0, 0.2, 0.6, 5.0])


def test_the_loudest_unit_speaks_up():
    net = ResNet(8, 4, 3, [0.5] * 3, [0.2] * 3).eval()
    weight = torch.zeros(3, 16)
    weight[0, 5], weight[1, 2], weight[2, 9], weight[2, 1] = 1, 2, 3, -4
    net.linear.weight.data = weight
    unit = loudest(net, torch.tensor([2, 0, 1, 2]))
    assert unit.tolist() == [9, 5, 2, 9]
    x, mask = torch.rand(4, 3, 8, 8), torch.zeros(4, 1, 8, 8)
    at = x + 0.1
    with torch.no_grad():
        assert activations(net, x, unit).tolist() == pytest.approx(
            [net.features(x)[i, j].item() for i, j in enumerate([9, 5, 2, 9])])
        wanted = 7 * 0.01 - activations(net, at, unit)
        torch.testing.assert_close(objective(net, 7)(at, unit, x, mask), wanted)


def test_a_silent_unit_has_a_gradient():
    net = ResNet(8, 4, 3, [0.5] * 3, [0.2] * 3).eval()
    net.blocks[-1].norm2.bias.data -= 100
    x, unit = torch.rand(4, 3, 8, 8), torch.tensor([3, 0, 1, 2])
    assert activations(net, x, unit).tolist() == [0] * 4
    assert lengths(input_gradient(lambda at: net.features(at).sum(), x)).tolist() == [0] * 4
    assert (lengths(input_gradient(lambda at: activations(net, at, unit).sum(), x)) > 0).all()
