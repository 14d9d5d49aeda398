"""Crops and colours against torchvision's, image by image."""

import pytest
import torch

from stages.datasets.torchvision_import import import_torchvision
from stages.selfsup import augment
from stages.selfsup.augment import blended, boxes, crops, grey, hue_shifted, jittered, random_crops, view

N, SIDE = 12, 32


@pytest.fixture(scope="module")
def tv():
    """torchvision's functions, which act on one image."""
    import_torchvision()
    from torchvision.transforms import functional

    return functional


def close(found, wanted):
    torch.testing.assert_close(found, wanted, rtol=0, atol=2e-5)


@pytest.fixture
def x():
    return torch.rand(N, 3, SIDE, SIDE)


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(3)


@pytest.mark.parametrize("size", [12, 32, 40])
def test_crops_are_those_of_torchvision(tv, x, rng, size):
    box = boxes(N, SIDE, (0.05, 1.0), rng)
    box[0] = torch.tensor([0, 0, SIDE, SIDE])
    box[1] = torch.tensor([4, 5, 1, 7])
    mirrored = torch.arange(N) % 2 == 0
    found = crops(x, box, size, mirrored)
    for i, (top, left, height, width) in enumerate(box.int().tolist()):
        wanted = tv.resized_crop(x[i], top, left, height, width, [size, size], antialias=False)
        close(found[i], tv.hflip(wanted) if mirrored[i] else wanted)


def test_a_box_of_the_whole_image_is_the_image(x):
    assert torch.equal(crops(x, torch.tensor([[0.0, 0, SIDE, SIDE]]).expand(N, 4), SIDE), x)


def test_boxes_are_in_the_image_and_of_the_area_asked_for(rng):
    top, left, height, width = boxes(20_000, SIDE, (0.2, 0.5), rng).T
    assert all((value == value.round()).all() for value in (top, left, height, width))
    assert (top.min(), left.min()) == (0, 0)
    assert ((top + height).max(), (left + width).max()) == (SIDE, SIDE)
    area = height * width / SIDE**2
    assert 0.17 < area.min() < area.max() < 0.53
    assert area.mean() == pytest.approx(0.35, abs=0.005)
    ratio = (width / height).log()
    assert ratio.mean() == pytest.approx(0, abs=0.01)
    assert ratio.abs().max() < 0.4                           # 4 : 3, and whole pixels


def test_half_of_the_crops_are_mirrored(rng):
    ramp = torch.arange(8.0).expand(1000, 1, 8, 8) / 8
    found = random_crops(ramp, 8, (1.0, 1.0), rng, torch.tensor([[0.0, 0, 8, 8]]).expand(1000, 4))
    mirrored = found[:, 0, 0, 0] > found[:, 0, 0, -1]
    assert 420 < mirrored.sum() < 580
    assert torch.equal(found[~mirrored], ramp[~mirrored])


@pytest.mark.parametrize("factor", [0.0, 0.6, 1.0, 1.4])
def test_colours_are_those_of_torchvision(tv, x, factor):
    of = torch.full((N,), factor)
    close(blended(x, torch.zeros_like(x), of), tv.adjust_brightness(x, factor))
    close(blended(x, grey(x).mean((1, 2, 3), keepdim=True), of), tv.adjust_contrast(x, factor))
    close(blended(x, grey(x), of), tv.adjust_saturation(x, factor))


@pytest.mark.parametrize("shift", [-0.5, -0.1, 0.0, 0.07, 0.4])
def test_hue_is_that_of_torchvision(tv, x, shift):
    x[0] = 0.5                                               # a grey, a black and two equal channels
    x[1] = 0.0
    x[2, 1] = x[2, 0]
    close(hue_shifted(x, torch.full((N,), shift)), tv.adjust_hue(x, shift))


def test_grey_is_that_of_torchvision(tv, x):
    close(grey(x), tv.rgb_to_grayscale(x))


def test_jitter_draws_for_every_image(tv, x):
    """The same draws, applied by torchvision one after another."""
    s, rng = 0.5, torch.Generator().manual_seed(5)
    chosen = torch.rand(N, generator=rng) < 0.8
    factors = [0.6 + 0.8 * torch.rand(N, generator=rng) for _ in range(3)]
    hue, drained = 0.2 * torch.rand(N, generator=rng) - 0.1, torch.rand(N, generator=rng) < 0.2
    found = jittered(x, s, torch.Generator().manual_seed(5))
    assert chosen.any()
    assert not chosen.all()
    assert drained.any()
    for i in range(N):
        wanted = x[i]
        if chosen[i]:
            for act, factor in zip((tv.adjust_brightness, tv.adjust_contrast, tv.adjust_saturation), factors,
                                   strict=True):
                wanted = act(wanted, factor[i].item())
            wanted = tv.adjust_hue(wanted, hue[i].item())
        close(found[i], tv.rgb_to_grayscale(wanted, 3) if drained[i] else wanted)


def test_grey_images_change_in_brightness_and_contrast_only(monkeypatch):
    x, rng = torch.rand(N, 1, 8, 8), torch.Generator().manual_seed(5)
    monkeypatch.setattr(augment, "hue_shifted", None)
    assert jittered(x, 0.5, rng).shape == x.shape
    assert grey(x) is x


def test_views_without_colour_are_crops(x):
    seen = view(x, 16, (0.2, 1.0), 0.0, torch.Generator().manual_seed(1))
    assert torch.equal(seen, random_crops(x, 16, (0.2, 1.0), torch.Generator().manual_seed(1)))
    assert seen.is_contiguous(memory_format=torch.channels_last)
