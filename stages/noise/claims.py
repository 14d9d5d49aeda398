"""What Foret et al. 2021 say of flat minima, and what is hoped of them, tested on the networks just trained.

What a network bears is what it *loses* when its weights are disturbed, image by image against itself
undisturbed: that varies less from seed to seed than the accuracy that is left. Eigenvalues are compared as
ratios, since they vary in proportion to their size. Both were fixed before the outcome was looked at.
"""

import numpy as np

from stages.core.claims import OURS, claim, metrics, summary, within
from stages.core.files import write_json
from stages.core.params import Training, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.noise.page import write
from stages.noise.params import LOW_BITS, Noise
from stages.noise.results import lost, results

FORET = "Foret et al. 2021"
HALF_A_POINT = 0.5


def all_claims(found):
    """The claims, from the Dataset of results.py; those of networks that were measured."""
    log = np.log2(found.eigenvalue.clip(1e-6))
    return [
        *claims_of_accuracy(found.clean),
        claim(
            difference=log.sel(network="sgd") - log.sel(network="sam"), unit="halvings",
            given=found.clean.sel(network=["sgd", "sam"]), id="sam_is_flatter",
            source=f"{FORET}, section 4.2",
            sentence="The largest eigenvalue of the Hessian is smaller where SAM ends than where SGD ends.",
        ),
        *claims_of_disturbance(found.clean, lost(found)),
    ]


def claims_of_accuracy(clean):
    """Claims from percent right of the test images."""

    def compared(network, other, make=claim, **text):
        return make(difference=clean.sel(network=network) - clean.sel(network=other),
                    given=clean.sel(network=[network, other]), **text)

    claims = [
        compared(
            "sam", "sgd", id="sam_generalises", source=f"{FORET}, table 1",
            sentence="SAM classifies more test images correctly than SGD.",
        ),
        compared(
            "sam", "gaussian", id="adversarial_beats_random", source=f"{FORET}, C.5, figure 6",
            sentence="Training at adversarial weights (SAM) generalises better than at random ones nearby.",
        ),
    ]
    if "sam_multistep" in clean.network:
        claims.append(compared(
            "sam_multistep", "sam", within, bound=HALF_A_POINT, id="more_steps_change_little",
            source=f"{FORET}, C.6",
            sentence="Several ascent steps of SAM instead of one change accuracy by under half a point.",
        ))
    return claims


def claims_of_disturbance(clean, loses):
    """Claims from points of accuracy lost, measure -> DataArray; `clean` is percent right before."""

    def loses_less(network, other, measure, **text):
        difference = loses[measure].sel(network=other) - loses[measure].sel(network=network)
        return claim(difference=difference, given=clean.sel(network=[network, other]), **text)

    claims = [
        loses_less(
            "sam", "sgd", "adversarial", id="sam_bears_attack", source=f"{FORET}, equation 1",
            sentence="SAM loses less test accuracy than SGD when an adversary moves the weights (L2 ball).",
        ),
        loses_less(
            "sam", "sgd", "gaussian", id="sam_bears_noise", source=OURS,
            sentence="SAM loses less test accuracy than SGD to Gaussian noise on the weights.",
        ),
        loses_less(
            "gaussian", "sgd", "gaussian", id="noise_training_bears_noise", source=OURS,
            sentence="A network trained with Gaussian noise on the weights loses less to it than SGD does.",
        ),
        loses_less(
            "sam", "sgd", "low_bits", id="sam_bears_rounding", source=OURS,
            sentence=f"SAM loses less accuracy than SGD to rounding weights to {LOW_BITS} bits and fewer.",
        ),
    ]
    if "sam_linf" in clean.network:
        claims.append(loses_less(
            "sam_linf", "sam", "low_bits", id="linf_bears_rounding", source=OURS,
            sentence=f"Rounding to {LOW_BITS} bits and fewer costs SAM in an L∞ ball less than in an L2 one.",
        ))
    return claims


def run():
    noise, seeds = read("noise", Noise), listed()
    found = results(noise.networks, seeds)
    claims = all_claims(found)
    right = {f"{name}_test_accuracy": found.clean.sel(network=name).mean() for name in noise.networks}
    write_json("metrics/noise.json", metrics(claims, **right))
    write(noise, read("training", Training), seeds, claims, found)
    print(*(summary(one.row()) for one in claims), sep="\n")


if __name__ == "__main__":
    main(run)
