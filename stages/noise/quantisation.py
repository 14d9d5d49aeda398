"""Uniform symmetric quantisation of weights after training.

b bits hold the integers -m ... m with m = 2^(b-1) - 1 (2 bits: -1, 0, 1):

    Q(w) = s * round(w / s),   s = max |w| / m

with one scale s for the whole tensor, or one for each output channel. Krishnamoorthi 2018,
https://arxiv.org/abs/1806.08342, section 2.2. Foret et al. 2021 do not quantise; this measure is our own.
"""


def per_tensor(weight, bits):
    """`weight` rounded to the levels of one scale."""
    return rounded(weight, weight.abs().amax(), bits)


def per_channel(weight, bits):
    """`weight` (out, ...) rounded to the levels of one scale for each output channel."""
    largest = weight.abs().flatten(1).amax(1)
    return rounded(weight, largest.view(-1, *[1] * (weight.dim() - 1)), bits)


def rounded(weight, largest, bits):
    """`weight` rounded to the 2^bits - 1 levels from -`largest` to `largest`."""
    scale = largest.clamp(min=1e-12) / (2 ** (bits - 1) - 1)
    return scale * (weight / scale).round()
