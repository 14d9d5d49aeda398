"""Which images a grid shows."""

import pytest
import torch

from stages.core.errors import UserError
from stages.features.grids import PER_CLASS, examples, shortened


def test_the_first_images_of_each_class():
    labels = torch.tensor([2, 0, 1, 0, 2, 1, 0])
    assert examples(labels, 3).tolist() == [[1, 2, 0], [3, 5, 4]]
    assert len(examples(torch.arange(90) % 3, 3)) == PER_CLASS


def test_a_class_without_images_is_refused():
    with pytest.raises(UserError, match=r"raise `features\.images`"):
        examples(torch.tensor([0, 1, 0]), 3)


def test_long_names_are_shortened():
    assert shortened("motorcycle") == "motorcycle"
    assert shortened("immunohistochemistry") == "immunohist…"
