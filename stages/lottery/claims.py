"""What the papers say of lottery tickets, tested on the networks just trained.

Networks are compared test image by test image. Of the rounds, `moderate` is the first that leaves at most
half of the convolution weights (41.7 % in Frankle & Carbin's steps); "few weights" are those of the last that
has controls. That a pruned network learns nothing is an outcome; a claim presupposes that the dense network
has learnt, and one of the two that it compares.
"""

import numpy as np

from stages.core.claims import OURS, best, claim, halves
from stages.lottery.about import FRANKLE, SAVARESE, ZHOU
from stages.lottery.results import criteria, methods, moderate, renamed, treatments

A_POINT = 1.0
LEADERS = ["large_final", "magnitude_increase"]
NOT_OF_ZHOU = {"snip", "taylor"}
CONTROLS = {"small_final", "random"}


def better(right, network, than, dense, margin=0.0, **text):
    """The claim that a network, or several in the mean, has more images right than another, or less than
    `margin` points fewer.
    """
    one, other = (right.sel(network=np.atleast_1d(names)).mean("network") for names in (network, than))
    learnt = np.maximum(one.mean("image"), other.mean("image"))
    return claim(difference=one - other + margin, given=[dense, learnt], **text)


def claims_of_criteria(right, dense):
    """Claims from percent right by criterion; those whose criteria were left out are left out. Who beats
    controls only leads nothing.
    """
    names = list(right.network.values)
    rivals = [name for name in names if name not in {*LEADERS, *NOT_OF_ZHOU}]
    claims = []
    if set(rivals) - CONTROLS and set(LEADERS) <= set(names):
        chosen, compared = halves(right)                     # by other images than it is compared on
        claims.append(better(
            compared, LEADERS, best(chosen, rivals), dense, id="criteria_lead", source=f"{ZHOU}, section 2",
            sentence="Pruned networks have higher test accuracy with the weights that end largest, or grew "
                     "most, than with those that the best other criterion keeps."))
    if {"large_final", "small_final"} <= set(names):
        claims.append(better(
            right, "large_final", "small_final", dense, id="large_beats_small", source=f"{ZHOU}, section 2",
            sentence="Pruned networks have higher test accuracy with the weights that end largest than with "
                     "those that end smallest."))
    return claims


def claims_of_treatments(right, dense):
    """Claims from percent right of the ticket and by treatment of its weights."""
    pairs = [name for name in right.network.values if f"{name}_signed" in right.network]
    claims = []
    if pairs:
        signed = [f"{name}_signed" for name in pairs]
        claims += [
            better(right, "ticket", pairs, dense, id="rewinding_helps", source=f"{ZHOU}, section 3",
                   sentence="A ticket has higher test accuracy if its weights go back to early values than "
                            "if it gets new ones."),
            better(right, signed, pairs, dense, id="signs_help", source=f"{ZHOU}, section 3",
                   sentence="A ticket with new weights has higher test accuracy if they keep the signs of "
                            "the old ones."),
        ]
    if "frozen" in right.network:
        claims.append(better(
            right, "ticket", "frozen", dense, id="zero_beats_frozen", source=f"{ZHOU}, section 4",
            sentence="A ticket has higher test accuracy if pruned weights are 0 than if they are frozen at "
                     "their early values."))
    return claims


def claims(lottery, found, attacked):
    """The claims, from Datasets of results.py: of all networks, and of those trained adversarially."""
    right, dense = found.right, found.right.sel(network="dense")
    first, last = (renamed(right, methods(lottery, number))
                   for number in (moderate(lottery, found), lottery.controlled[-1]))
    scopes = [renamed(right, criteria(lottery, scope)) for scope in lottery.scopes]
    few = "With few weights left, a ticket has higher test accuracy than"
    return [
        better(first, "global", "dense", dense, A_POINT, id="ticket_matches_dense", source=OURS,
               sentence="With at most half of the weights a ticket, pruned and set back to early weights, is "
                        "at most a point of test accuracy below the dense network."),
        better(last, "global", "reinit", dense, id="ticket_beats_reinit", source=f"{FRANKLE}, section 4",
               sentence=f"{few} the same pruned network with new initial weights."),
        better(last, "global", "random", dense, id="ticket_beats_random_mask", source=f"{FRANKLE}, figure 1",
               sentence=f"{few} as many of the same early weights, chosen at random."),
        better(last, "global", "finetuned", dense, id="ticket_beats_finetuned", source=OURS,
               sentence=f"{few} the dense network pruned as far and fine-tuned."),
        better(last, "global", "layerwise", dense, id="global_beats_layerwise",
               source=f"{FRANKLE}, appendix I.1",
               sentence=f"{few} one whose weights were ranked in each layer, not in all layers together."),
        *claims_of_criteria(sum(scopes) / len(scopes), dense),
        *claims_of_treatments(renamed(right, treatments(lottery)), dense),
        better(attacked.robust, "adversarial/ticket", "adversarial/reinit",
               attacked.right.sel(network="adversarial/dense"), id="robust_ticket_beats_reinit", source=OURS,
               sentence="After adversarial training, a ticket gets more attacked test images right than the "
                        "same pruned network with new weights."),
        better(right, "continuous/ticket", "continuous/magnitude", dense, id="continuous_beats_magnitude",
               source=SAVARESE,
               sentence="A ticket found by continuous sparsification has higher test accuracy than one of as "
                        "many weights, chosen by magnitude."),
    ]
