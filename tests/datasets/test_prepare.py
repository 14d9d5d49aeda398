"""The data stage: what it writes, and which images it chooses."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stages.core.data import Split, load_role
from stages.core.errors import UserError
from stages.datasets import prepare


@pytest.mark.parametrize(("role", "shape"), [
    ("objects", (3, 32, 32)), ("digits", (1, 28, 28)), ("garments", (1, 28, 28)),
])
def test_writes_a_role_in_random_order(params, capsys, role, shape):
    params(role, train=200, test=100)
    prepare.run(role)
    written = load_role(role)
    assert written.train.images.shape == (200, *shape)
    assert written.test.images.shape == (100, *shape)
    assert written.train.labels.bincount().tolist() == [20] * 10
    assert len(written.train.labels[:60].unique()) == 10
    assert written.train.labels.diff().ne(0).sum() > 100
    assert capsys.readouterr().out.startswith(f"{role}: 200 training and 100 test images, ")


@pytest.mark.parametrize("role", ["scenes", "textures", "faces", "text"])
def test_writes_a_role_without_classes(params, capsys, role):
    params(role, test=30)
    prepare.run(role)
    written = load_role(role)
    assert written.test.images.shape == (30, 3, 32, 32)
    assert (len(written.train), written.test.labels.unique().tolist()) == (0, [0])
    assert capsys.readouterr().out.startswith(f"{role}: 0 training and 30 test images, ")


def test_a_folder_without_classes_may_hold_other_sizes(params, tmp_path):
    (tmp_path / "images").mkdir()
    Image.new("RGB", (40, 20), "red").save(tmp_path / "images/one.png")
    params("scenes", source="folder", resize=True)
    prepare.run("scenes")
    assert load_role("scenes").test.images.flatten(2).tolist() == [[[255] * 1024, [0] * 1024, [0] * 1024]]


def test_writes_the_same_images_twice(params):
    params("digits")
    prepare.run("digits")
    first = load_role("digits")
    prepare.run("digits")
    again = load_role("digits")
    assert torch.equal(first.train.images, again.train.images)
    assert torch.equal(first.test.labels, again.test.labels)
    assert (first.classes, first.source) == (again.classes, again.source)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(1, 70), st.integers(0, 5))
def test_a_sample_is_as_even_as_the_classes_allow(labels, most, seed):
    labels = torch.tensor(labels)
    split = prepare.sample(Split(torch.arange(len(labels)), labels), most, seed)
    assert len(split) == min(most, len(labels))
    assert len(split.images.unique()) == len(split)
    assert torch.equal(labels[split.images], split.labels)
    there, taken = labels.bincount(minlength=5), split.labels.bincount(minlength=5)
    for scarce in range(5):
        if taken[scarce] < there[scarce]:
            assert taken[scarce] >= taken.max() - 1


def test_a_sample_is_shuffled():
    labels = torch.arange(1000) % 10
    split = prepare.sample(Split(torch.arange(1000), labels), 1000, seed=0)
    assert abs(np.corrcoef(split.images, np.arange(1000))[0, 1]) < 0.15


@pytest.mark.parametrize(("values", "message"), [
    ({"source": "cifar"}, "`data.objects.source` is 'cifar', but should be 'photos', 'cifar10' or 'folder'"),
    ({"train": 0}, "`data.objects.train` is 0, but should be greater than or equal to 1"),
    ({"tests": 1}, "`data.objects.tests` is unknown"),
])
def test_a_bad_parameter_is_named(params, values, message):
    params("objects", **values)
    with pytest.raises(UserError) as error:
        prepare.run("objects")
    assert message in str(error.value)


def test_a_misspelt_role_ends_in_one_line(complaint):
    wanted = (
        "error: there is no data role `objcts`: there are objects, digits, outliers, scenes, textures, "
        "faces, text; did you mean `objects`?\n"
    )
    assert complaint("objcts") == wanted
