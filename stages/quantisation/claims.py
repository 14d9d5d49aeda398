"""What Zhang et al. 2018 say of learnt levels, and what we ask of them, tested on the networks just trained.

All networks begin with the same baseline for a seed and are compared image by image. What quantising costs is
what a network has wrong that `full` has right, which was trained on for as long; so an effect of further
training is none of quantising. The measures were fixed before the outcome of the default run was looked at.
Error is that of trained networks, each of its own weights: fitted to the same weights, learnt levels can only
win, and a table says by how much.
"""

from stages.core.claims import OURS, claim
from stages.quantisation.about import LQNETS
from stages.quantisation.results import plain, plain_at

POINT = 1.0


def claims(found, sparse):
    """The claims, from the Datasets of results.py."""
    right = {name: one.right for name, one in found.items()}
    full, weights, both = right["full"], right["learnt_2_32"], right["learnt_2_2"]
    frontier = plain_at(plain(found)["learnt"], sparse.bits)

    def made(difference, source=f"{LQNETS}, table 4", **text):
        return claim(difference=difference, source=source, given=full, **text)

    return [
        made(POINT - (full - right["learnt_3_32"]), id="three_bits_suffice",
             sentence="With weights of three bits, whose levels are learnt, a network loses less than a "
                      "point of test accuracy."),
        made(weights - right["uniform_2_32"], id="learnt_levels_beat_uniform",
             sentence="With weights of two bits, learnt levels classify more test images correctly than "
                      "evenly spaced ones, whose scale alone is learnt."),
        made(found["uniform_2_32"].error - found["learnt_2_32"].error, id="learnt_levels_are_nearer",
             source=OURS, unit="% of the squared weights",
             sentence="After training, weights of two bits are nearer to their learnt levels than to evenly "
                      "spaced ones."),
        made(both - right["backpropagated_2_2"], id="solved_beats_backpropagated",
             source=f"{LQNETS}, ablation with ResNet-20",
             sentence="With weights and activations of two bits, levels that are solved for classify more "
                      "test images correctly than levels that follow the gradient of the loss."),
        made((weights - both) - (full - weights), id="activations_cost_more",
             sentence="Two bits for the activations, added to weights of two bits, cost more test accuracy "
                      "than those of the weights did."),
        made(sparse.right - frontier + POINT, id="sparse_bases_reach_the_frontier", source=OURS,
             sentence="Networks from whose weights bits vanish are less than a point of test accuracy below "
                      "plain ones with as many bits on average."),
    ]
