"""Batches against a slow loop, moments against torch."""

import pytest
import torch
import torch.nn.functional as F

from stages.core.data import Batches, Role, Split, load_role, save_role, unit
from stages.core.errors import UserError
from stages.core.files import save
from stages.core.params import Subset
from tests.conftest import some_images


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_an_epoch_shows_every_image_once_unchanged():
    split = some_images(12)
    seen = torch.cat([(255 * x).round().byte() for x, _ in Batches(split, 4, rng())])
    assert sorted(map(bytes, seen.numpy())) == sorted(map(bytes, split.images.numpy()))


def test_labels_stay_with_their_images():
    split = some_images(10)
    by_image = {bytes(image): label for image, label in zip(split.images.numpy(), split.labels, strict=True)}
    for x, y in Batches(split, 5, rng()):
        assert [by_image[bytes(image)] for image in (255 * x).round().byte().numpy()] == y.tolist()


def test_shifts_and_mirrors_are_those_of_padding_and_slicing():
    split = some_images(200, classes=200)
    padded = F.pad(split.images, (2, 2, 2, 2))
    kinds = set()
    for x, y in Batches(split, 100, rng(), pad=2, flip=True):
        for image, label in zip((255 * x).round().byte(), y, strict=True):
            kind = next(
                (top, left, flip) for top in range(5) for left in range(5) for flip in (False, True)
                if torch.equal(image, cut(padded[label], top, left, flip))
            )
            kinds.add(kind)
    assert len(kinds) > 40                                   # of 50; 200 draws leave 50 * (49/50)^200 < 1 out


def cut(padded, top, left, flip):
    image = padded[:, top : top + 32, left : left + 32]
    return image.flip(2) if flip else image


def test_the_generator_decides_everything():
    split = some_images(20)
    first, again, other = (list(Batches(split, 10, rng(seed), 4, True)) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for (a, _), (b, _) in zip(first, again, strict=True))
    assert not torch.equal(first[0][0], other[0][0])


def test_batches_are_what_convolutions_like():
    x, y = next(iter(Batches(some_images(8), 8, rng(), 4, True)))
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert x.dtype == torch.float32
    assert y.dtype == torch.int64
    assert 0 <= x.min() <= x.max() <= 1


def test_too_few_images_for_a_batch():
    with pytest.raises(UserError, match="7 training images do not fill a batch of 8"):
        Batches(some_images(7), 8, rng())


def test_moments_are_those_of_all_pixels():
    split = some_images(30)
    role = Role(split, split, [], "")
    mean, std = role.moments
    pixels = unit(split.images).double().transpose(0, 1).flatten(1)
    torch.testing.assert_close(torch.tensor(mean).double(), pixels.mean(1), atol=1e-6, rtol=0)
    torch.testing.assert_close(torch.tensor(std).double(), pixels.std(1, correction=0), atol=1e-6, rtol=0)


def test_a_role_comes_back_as_it_was(project):
    role = Role(some_images(6), some_images(4, seed=1), ["cat", "dog"], "two of them")
    save_role("pets", role)
    again = load_role("pets")
    assert torch.equal(again.train.images, role.train.images)
    assert torch.equal(again.test.labels, role.test.labels)
    assert (again.classes, again.source) == (role.classes, role.source)


def test_a_file_that_is_no_role(project):
    save("data/pets.safetensors", {"weight": torch.zeros(1)})
    with pytest.raises(UserError, match=r"data/pets.safetensors holds weight, not test_images"):
        load_role("pets")


def test_smaller_images_are_means():
    split = some_images(4, (3, 7, 7))
    found = split.smaller(3)
    assert found.images.shape == (4, 3, 2, 2)
    assert found.images.dtype == torch.uint8
    assert found.images[1, 2, 1, 0] == split.images[1, 2, 3:6, 0:3].double().mean().round()
    assert torch.equal(split.smaller(1).images, split.images)
    assert torch.equal(found.labels, split.labels)
    with pytest.raises(UserError, match="images of 7 pixels cannot be made 8 times smaller: lower `pool`"):
        split.smaller(8)


def test_numbered_images_are_the_same_ones():
    split = some_images(4)
    found = split.numbered()
    assert torch.equal(found.images, split.images)
    assert found.labels.tolist() == [0, 1, 2, 3]


def test_a_subset_is_the_first_images_of_both_splits():
    role = Role(some_images(6), some_images(5, seed=1), list("ab"), "random images")
    found = role.first(Subset(role="objects", train=4, test=3), "demo.data")
    assert torch.equal(found.train.images, role.train.images[:4])
    assert torch.equal(found.test.labels, role.test.labels[:3])
    for wanted, line in (({"train": 7, "test": 1}, "`demo.data.train` is 7, but there are 6"),
                         ({"train": 1, "test": 6}, "`demo.data.test` is 6, but there are 5")):
        with pytest.raises(UserError, match=line):
            role.first(Subset(role="objects", **wanted), "demo.data")


def test_the_first_images_of_each_class():
    split = Split(torch.zeros(7, 1, 2, 2), torch.tensor([2, 0, 1, 0, 2, 1, 0]))
    assert split.of_each(1, 3, "demo.n").tolist() == [1, 2, 0]
    assert split.of_each(2, 3, "demo.n").tolist() == [1, 3, 2, 5, 0, 4]
    for n, classes, fewest in ((3, 3, 2), (1, 4, 0)):
        with pytest.raises(UserError, match=f"`demo.n` needs {n} of each class, but one has {fewest} images"):
            split.of_each(n, classes, "demo.n")


def test_images_that_are_chosen_keep_their_labels():
    split = some_images(12)
    for chosen in (torch.tensor([3, 0]), split.labels == 1, slice(2, 5)):
        found = split.at(chosen)
        assert torch.equal(found.images, split.images[chosen])
        assert torch.equal(found.labels, split.labels[chosen])


def test_known_classes():
    role = Role(some_images(100, (1, 8, 8)), some_images(50, (1, 8, 8)), list("abcdefghij"), "random")
    known = role.known(6)
    assert known.classes == list("abcdef")
    assert known.train.labels.bincount().tolist() == [10] * 6
    assert known.test.labels.bincount().tolist() == [5] * 6
