"""What low ranks cost a trained network and what training regains, tested on the networks just trained.

No paper is behind these claims. All are about which test images are right, image by image against the network
that was cut. "Most" is more than half of what truncation lost, all three sizes together; refined and random
networks are compared at all three sizes together, too. Claims on them do not ask that a network from random
weights has learnt: if it has not, that is the answer. All this was fixed before the outcome was looked at.
"""

from stages.core.claims import OURS, claim

POINT = 1.0


def claims(right):
    """The claims, from percent right as in results.py."""
    whole, refined = right["whole"], right["refined"]
    lost = whole - right["truncated"]

    def made(difference, **text):
        return claim(difference=difference, source=OURS, given=whole, **text)

    return [
        made(refined - (whole - lost / 2), id="refinement_regains_most",
             sentence="A few epochs of training regain more than half of the accuracy that a network loses "
                      "when its weight matrices are cut to a half, a quarter and an eighth of their rank."),
        made(refined - right["random"], id="factors_beat_random",
             sentence="Over three sizes together, a narrow network that begins with the factors of a trained "
                      "one classifies more test images correctly than the same network from random weights, "
                      "trained as long."),
        made(refined - right["scratch"], id="factors_beat_longer_training",
             sentence="Over three sizes together, a narrow network that begins with the factors of a trained "
                      "one classifies more test images correctly than the same network from random weights, "
                      "trained for as many epochs as the other had before and after it was cut."),
        made(POINT - lost.sel(size="half"), id="half_costs_little",
             sentence="At half the rank, before any refinement, a network loses less than a point of test "
                      "accuracy."),
        made(lost.sel(size="eighth") - POINT, id="eighth_costs_more",
             sentence="At an eighth of the rank, before any refinement, it loses more than a point."),
    ]
