"""What Foret et al. 2021 say of flat minima, and what is hoped of them, tested on the networks just trained.

What a network withstands is what it *loses* when its weights are disturbed, image by image against itself
undisturbed: that varies less from seed to seed than the accuracy that is left. Eigenvalues are compared as
ratios, since they vary in proportion to their size. First outcomes, by other measures, were known then.
"""

import numpy as np

from stages.core.claims import OURS, more, within
from stages.noise.about import FORET
from stages.noise.params import LOW_BITS
from stages.noise.results import lost

HALF_A_POINT = 0.5


def claims(found):
    """The claims, from the Dataset of results.py; those of networks that were measured."""
    clean, kept = found.clean, {measure: -points for measure, points in lost(found).items()}
    halvings = -np.log2(found.eigenvalue.clip(1e-6))
    made = [
        more(clean, "sam", "sgd", clean, id="sam_generalises", source=f"{FORET}, table 1",
             sentence="SAM classifies more test images correctly than SGD."),
        more(clean, "sam", "gaussian", clean, id="adversarial_beats_random", source=f"{FORET}, C.5, figure 6",
             sentence="Training at adversarial weights (SAM) generalises better than at random ones nearby."),
        more(halvings, "sam", "sgd", clean, unit="halvings", id="sam_is_flatter",
             source=f"{FORET}, section 4.2",
             sentence="The largest eigenvalue of the Hessian is smaller where SAM ends than where SGD ends."),
        more(kept["adversarial"], "sam", "sgd", clean, id="sam_bears_attack", source=f"{FORET}, equation 1",
             sentence="SAM loses less test accuracy than SGD when an adversary moves the weights (L2 ball)."),
        more(kept["gaussian"], "sam", "sgd", clean, id="sam_bears_noise", source=OURS,
             sentence="SAM loses less test accuracy than SGD to Gaussian noise on the weights."),
        more(kept["gaussian"], "gaussian", "sgd", clean, id="noise_training_bears_noise", source=OURS,
             sentence="A network trained with Gaussian noise on the weights loses less to it than SGD does."),
        more(kept["low_bits"], "sam", "sgd", clean, id="sam_bears_rounding", source=OURS,
             sentence=f"SAM loses less accuracy than SGD to rounding weights to {LOW_BITS} bits and fewer."),
    ]
    if "sam_multistep" in clean.network:
        made.append(more(
            clean, "sam_multistep", "sam", clean, within, bound=HALF_A_POINT, id="more_steps_change_little",
            source=f"{FORET}, C.6",
            sentence="Several ascent steps of SAM instead of one change accuracy by under half a point."))
    if "sam_linf" in clean.network:
        made.append(more(
            kept["low_bits"], "sam_linf", "sam", clean, id="linf_bears_rounding", source=OURS,
            sentence=f"Rounding to {LOW_BITS} bits and fewer costs SAM in L∞ balls less than in L2 ones."))
    return made
