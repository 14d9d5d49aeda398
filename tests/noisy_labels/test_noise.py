"""Wrong labels counted one by one, and labels that people gave, read from a file made here."""

import os
import zipfile

import numpy as np
import pytest
import torch

from stages.core.errors import UserError
from stages.datasets.prepare import sample
from stages.noisy_labels.human import FILE, KEYS, human
from stages.noisy_labels.noise import PAIRS, asymmetric, confusion, symmetric, transition
from tests.conftest import some_images

LABELS = np.arange(10).repeat(50)[np.random.default_rng(1).permutation(500)]


def counted(true, given):
    """How many labels of each class are given as which, by a loop."""
    counts = np.zeros((10, 10), dtype=int)
    for label, other in zip(true, given, strict=True):
        counts[label, other] += 1
    return counts


@pytest.mark.parametrize("percent", [1, 20, 40, 60, 80, 99])
def test_symmetric_noise_is_exact_in_every_class_and_never_the_true_label(percent):
    given = symmetric(LABELS, percent / 100, 10, np.random.default_rng(0))
    counts = counted(LABELS, given)
    wrong = round(50 * percent / 100)
    assert counts.diagonal().tolist() == [50 - wrong] * 10
    assert counts.sum(1).tolist() == [50] * 10
    assert counted(LABELS, LABELS).diagonal().tolist() == [50] * 10          # as they were


def test_symmetric_noise_is_even_over_the_other_classes():
    true = np.zeros(90_000, dtype=np.int64) + 3
    counts = counted(true, symmetric(true, 0.5, 10, np.random.default_rng(0)))[3]
    assert counts[3] == 45_000
    assert np.abs(np.delete(counts, 3) - 5_000).max() < 5 * 5_000**0.5


@pytest.mark.parametrize("role", PAIRS)
def test_asymmetric_noise_gives_one_other_label_to_some_classes(role):
    counts = counted(LABELS, asymmetric(LABELS, 0.4, PAIRS[role], np.random.default_rng(0)))
    wanted = np.diag([50] * 10)
    for label, other in PAIRS[role].items():
        wanted[label, label], wanted[label, other] = 30, 20
    assert (counts == wanted).all()
    assert len(PAIRS[role]) == 5


def test_classes_of_cifar_that_are_taken_for_one_another():
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    assert {names[a]: names[b] for a, b in PAIRS["objects"].items()} == {
        "truck": "automobile", "bird": "airplane", "cat": "dog", "dog": "cat", "deer": "horse"}


def test_which_labels_are_wrong_is_drawn_anew():
    first, again, other = (symmetric(LABELS, 0.4, 10, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (first == again).all()
    assert ((first != LABELS) != (other != LABELS)).any()


def test_transition_is_the_confusion_by_its_rows():
    given = symmetric(LABELS, 0.2, 10, np.random.default_rng(0))
    counts, true, labels = counted(LABELS, given), torch.tensor(LABELS), torch.tensor(given)
    assert confusion(true, labels, 10).tolist() == counts.tolist()
    torch.testing.assert_close(transition(true, labels, 10), torch.tensor(counts / 50).float())
    few = true < 9
    assert transition(true[few], labels[few], 10)[9].tolist() == [0.0] * 9 + [1.0]       # no image of class 9


@pytest.fixture
def folder(tmp_path):
    """A folder with the authors' file, of 60 images, and what it holds."""
    rng = np.random.default_rng(0)
    content = {"clean_label": some_images(60).labels.numpy()}
    content |= {key: rng.integers(0, 10, 60) for key in KEYS.values()}
    torch.save(content, tmp_path / FILE)
    return tmp_path, content


@pytest.mark.parametrize("which", KEYS)
def test_human_labels_belong_to_the_images_as_the_data_stage_orders_them(folder, which):
    path, content = folder
    split = sample(some_images(60), 60, seed=0)              # as stages/datasets/prepare.py writes them
    images = some_images(60).images
    found = human(which, path, split.labels.numpy()[:40])
    assert found.dtype == np.int64
    for image, label in zip(split.images[:40], found, strict=True):
        at = next(i for i in range(60) if torch.equal(images[i], image))
        assert label == content[KEYS[which]][at]


def test_a_file_that_numpy_1_wrote(folder):
    """It calls the module of arrays by another name."""
    path, content = folder
    with zipfile.ZipFile(path / FILE) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path / FILE, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    true = sample(some_images(60), 60, seed=0).labels.numpy()
    assert b"numpy.core.multiarray" in (path / FILE).read_bytes()
    assert sorted(human("worse", path, true)) == sorted(content["worse_label"])


class Evil:
    def __reduce__(self):
        return os.mkdir, ("made_by_a_pickle",)


@pytest.mark.parametrize(("content", "line"), [
    ({"clean_label": Evil()}, "is not a file of arrays alone"),
    ({"clean_label": np.array([Evil()])}, "is not a file of arrays alone"),
    ([1, 2], "holds a list, not a dict of arrays"),
    ({"clean_label": np.arange(3)}, "has no worse_label: it has clean_label"),
    ({"clean_label": np.arange(60) % 7, "worse_label": np.arange(60)}, "are not those of `objects`"),
    ({"clean_label": np.arange(3), "worse_label": np.arange(3)}, "are not those of `objects`"),
    (None, "does not exist: get it from http://noisylabels.com"),
])
def test_a_file_that_is_none_runs_no_code_and_is_one_line(tmp_path, monkeypatch, content, line):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        torch.save(content, FILE)
    with pytest.raises(UserError, match=line) as error:
        human("worse", tmp_path, sample(some_images(60), 60, seed=0).labels.numpy())
    assert "\n" not in str(error.value)
    assert not (tmp_path / "made_by_a_pickle").exists()
