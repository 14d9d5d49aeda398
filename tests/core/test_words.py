"""Numbers agree with their nouns."""

import pytest

from stages.core.words import counted


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (12345, "12,345 images")],
)
def test_counted(n, text):
    assert counted(n, "image") == text
