"""Numbers in sentences."""


def counted(n, thing):
    """How many there are of a `thing`, whose plural is regular: 1 thread, 2 threads, 1,000 images."""
    return f"{n:,} {thing}{'s' * (n != 1)}"


def listed(words):
    """Words as in a sentence: a, b and c."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
