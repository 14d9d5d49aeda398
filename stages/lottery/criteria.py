"""Masking criteria: what a weight must have done in training, or before it, to stay.

Zhou, Lan, Liu, Yosinski, NeurIPS 2019, https://arxiv.org/abs/1905.01067, section 2; w_i is a weight at
initialisation, w_f after training. The highest scores stay:

    large_final             |w_f|                 the rule of Frankle & Carbin 2019
    small_final             -|w_f|                control: the worst by that rule
    large_init              |w_i|
    large_init_large_final  both |w_i| and |w_f| above the same percentile, which is found so that the number
                            is right: that is the lower of the two ranks
    magnitude_increase      |w_f| - |w_i|
    movement                |w_f - w_i|
    random                  control

and two saliencies, with g the gradient of the training loss:

    snip      |g_i w_i|     Lee, Ajanthan, Torr, ICLR 2019, https://arxiv.org/abs/1810.02340, equation 6
    taylor    |g_f w_f|     Molchanov et al., CVPR 2019, https://arxiv.org/abs/1906.10771, the square root of
                            equation 8, for weights instead of filters

All are vectors over the pool that is ranked: the weights of one layer, or of all.
"""

import torch


def large_final(w_i, w_f):
    return w_f.abs()


def small_final(w_i, w_f):
    return -w_f.abs()


def large_init(w_i, w_f):
    return w_i.abs()


def large_init_large_final(w_i, w_f):
    return torch.minimum(ranks(w_i.abs()), ranks(w_f.abs()))


def magnitude_increase(w_i, w_f):
    return w_f.abs() - w_i.abs()


def movement(w_i, w_f):
    return (w_f - w_i).abs()


def random(w_i, w_f):
    return torch.rand_like(w_f)


def saliency(w, gradient):
    """First-order estimate of how much the loss changes without a weight."""
    return (gradient * w).abs()


def ranks(values):
    """The place of each value from the lowest, 0, on."""
    return values.argsort(stable=True).argsort(stable=True)


def in_pools(score, scope, *weights):
    """Scores of all layers, each pool of the scope by itself; `weights` and the result are name -> tensor."""
    if scope == "layerwise":
        return {name: score(*(one[name] for one in weights)) for name in weights[0]}
    layers = weights[0]
    flat = score(*(torch.cat([one[name].flatten() for name in layers]) for one in weights))
    parts = flat.split([weight.numel() for weight in layers.values()])
    return {name: part.view(layers[name].shape) for name, part in zip(layers, parts, strict=True)}
