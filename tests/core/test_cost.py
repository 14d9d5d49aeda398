"""Operations and parameters, counted by hand."""

import torch
from torch import nn

from stages.core.cost import of_image, operations, parameters


def test_one_convolution_by_hand():
    net = nn.Conv2d(3, 8, 3, padding=1)
    assert of_image(net, (3, 32, 32)) == 2 * 32 * 32 * 8 * 3 * 9
    assert parameters(net) == 8 * 3 * 9 + 8


def test_backward_passes_are_counted():
    """Of a matrix product the gradients of both factors are matrix products of the same size."""
    net, x = nn.Linear(5, 7, bias=False), torch.ones(3, 5, requires_grad=True)
    assert operations(lambda: net(x).sum().backward()) == 3 * 2 * 3 * 5 * 7
