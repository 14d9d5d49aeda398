"""What the papers say of lottery tickets, tested on the networks just trained.

Networks are compared test image by test image. Of the rounds, `moderate` is the first that leaves at most
half of the convolution weights (41.7 % in Frankle & Carbin's steps); "few weights" are those of the last that
has controls. That a pruned network learns nothing is an outcome; a claim presupposes that the dense network
has learnt, and one of the two that it compares.
"""

import numpy as np

from stages.core.claims import OURS, best, claim, halves, metrics, summary
from stages.core.files import write_json
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.lottery.page import write
from stages.lottery.params import Lottery
from stages.lottery.results import (
    ATTACKED,
    criteria,
    methods,
    moderate,
    networks,
    renamed,
    results,
    treatments,
)

FRANKLE, ZHOU = "Frankle & Carbin 2019", "Zhou et al. 2019"
A_POINT = 1.0
LEADERS = ["large_final", "magnitude_increase"]
NOT_OF_ZHOU = {"snip", "taylor"}
CONTROLS = {"small_final", "random"}


def better(one, other, dense, margin=0.0, **text):
    """The claim that one network has more test images right than another, or less than `margin` points fewer.
    """
    learnt = np.maximum(one.mean("image"), other.mean("image"))
    return claim(difference=one - other + margin, given=[dense, learnt], **text)


def claims_of_rounds(first, last):
    """Claims from percent right of the networks of the moderate and of the last round, by name in METHODS."""
    dense, ticket = last.sel(network="dense"), last.sel(network="global")

    def ticket_beats(other, **text):
        return better(ticket, last.sel(network=other), dense, **text)

    return [
        better(
            first.sel(network="global"), dense, dense, A_POINT, id="ticket_matches_dense", source=OURS,
            sentence="With at most half of the weights, a ticket is at most a point below the dense network.",
        ),
        ticket_beats(
            "reinit", id="ticket_beats_reinit", source=f"{FRANKLE}, section 4",
            sentence="With few weights left, a ticket is better than its mask with new initial weights.",
        ),
        ticket_beats(
            "random", id="ticket_beats_random_mask", source=f"{FRANKLE}, figure 1",
            sentence="With few weights left, a ticket is better than a random mask on the same weights.",
        ),
        ticket_beats(
            "finetuned", id="ticket_beats_finetuned", source=OURS,
            sentence="With few weights left, a ticket beats the dense network pruned and fine-tuned.",
        ),
        ticket_beats(
            "layerwise", id="global_beats_layerwise", source=f"{FRANKLE}, appendix I.1",
            sentence="With few weights left, tickets are better if all layers are ranked together.",
        ),
    ]


def claims_of_criteria(right, dense):
    """Claims from percent right by criterion; those whose criteria were left out are left out. Who beats
    controls only leads nothing.
    """
    names = list(right.network.values)
    rivals = [name for name in names if name not in {*LEADERS, *NOT_OF_ZHOU}]
    claims = []
    if set(rivals) - CONTROLS and set(LEADERS) <= set(names):
        chosen, compared = halves(right)
        rival = best(chosen, rivals)                         # by other images than it is compared on
        claims.append(better(
            compared.sel(network=LEADERS).mean("network"), compared.sel(network=rival), dense,
            id="criteria_lead", source=f"{ZHOU}, section 2",
            sentence="Keeping the weights that end largest, or grew most, beats the best other criterion.",
        ))
    if {"large_final", "small_final"} <= set(names):
        claims.append(better(
            right.sel(network="large_final"), right.sel(network="small_final"), dense,
            id="large_beats_small", source=f"{ZHOU}, section 2",
            sentence="Keeping the weights that end largest is better than keeping those that end smallest.",
        ))
    return claims


def claims_of_treatments(right, dense):
    """Claims from percent right of the ticket and by treatment of its weights."""
    ticket = right.sel(network="ticket")
    pairs = [name for name in right.network.values if f"{name}_signed" in right.network]
    claims = []
    if pairs:
        lost = right.sel(network=pairs).mean("network")
        claims += [
            better(
                ticket, lost, dense, id="rewinding_helps", source=f"{ZHOU}, section 3",
                sentence="A ticket whose weights go back to early values beats one with new weights.",
            ),
            better(
                right.sel(network=[f"{name}_signed" for name in pairs]).mean("network"), lost, dense,
                id="signs_help", source=f"{ZHOU}, section 3",
                sentence="New weights in a ticket's mask do better with the signs of the old ones.",
            ),
        ]
    if "frozen" in right.network:
        claims.append(better(
            ticket, right.sel(network="frozen"), dense, id="zero_beats_frozen", source=f"{ZHOU}, section 4",
            sentence="Setting pruned weights to 0 is better than freezing them at their early values.",
        ))
    return claims


def claims_of_variants(attacked, right, dense):
    """Claims from the Dataset of the adversarially trained networks, and percent right of all others."""
    robust = attacked.robust
    return [
        better(
            robust.sel(network="adversarial/ticket"), robust.sel(network="adversarial/reinit"),
            attacked.right.sel(network="adversarial/dense"), id="robust_ticket_beats_reinit", source=OURS,
            sentence="Trained adversarially, a ticket bears attacks better than its mask with new weights.",
        ),
        better(
            right.sel(network="continuous/ticket"), right.sel(network="continuous/magnitude"), dense,
            id="continuous_beats_magnitude", source="Savarese et al. 2020",
            sentence="A ticket by continuous sparsification beats one by magnitude with as many weights.",
        ),
    ]


def all_claims(lottery, found, attacked):
    """The claims, from Datasets of results.py: of all networks, and of those trained adversarially."""
    right, last = found.right, lottery.controlled[-1]
    dense = right.sel(network="dense")
    by_scope = [renamed(right, criteria(lottery, scope)) for scope in lottery.scopes]
    return [
        *claims_of_rounds(*(renamed(right, methods(lottery, n)) for n in (moderate(lottery, found), last))),
        *claims_of_criteria(sum(by_scope) / len(by_scope), dense),
        *claims_of_treatments(renamed(right, treatments(lottery)), dense),
        *claims_of_variants(attacked, right, dense),
    ]


def run():
    lottery = read("lottery", Lottery)
    seeds = listed(lottery.seeds)
    found = results(networks(lottery), seeds)
    attacked = results(ATTACKED, listed(lottery.adversarial.seeds))
    claims = all_claims(lottery, found, attacked)
    last = renamed(found, methods(lottery, lottery.controlled[-1]))
    numbers = {f"{name}_test_accuracy": last.right.sel(network=name).mean() for name in last.network.values}
    numbers["weights_left"] = last.left.sel(network="global").mean()
    write_json("metrics/lottery.json", metrics(claims, **numbers))
    write(lottery, seeds, claims, found, attacked)
    print(*(summary(one.row()) for one in claims), sep="\n")


if __name__ == "__main__":
    main(run)
