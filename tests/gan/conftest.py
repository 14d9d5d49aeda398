"""What the tests of this experiment share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """So small tensors are slower in several, and much slower where others compute, too."""
    torch.set_num_threads(1)
