"""What three papers say of cutout, mixup and the rotation head, tested on the networks just trained.

Differences are paired, image by image and seed by seed. Where the best of several is compared, the
combination or the strongest defence, one half of the test images chooses it and the other compares it.
Calibration is what a temperature would gain in log-likelihood (calibration.py): a network that has less to
gain is better calibrated, whatever its accuracy; the Brier score says what its probabilities are worth
altogether. First outcomes were known then: by the binned calibration error, on all images of CIFAR-10 and
with one seed, mixup had calibrated worse.
"""

from stages.core.claims import OURS, best, claim, halves, more
from stages.regularization.about import CALIBRATION, CUTOUT, MIXUP, ROTATION
from stages.regularization.methods import PLAIN
from stages.regularization.results import NETWORKS, REGULARISED, chosen, gain

DEFENCE = 10                                                 # points; a defence gains more than these


def claims(clean, disturbed, longer, epsilon):
    """The claims, from the Datasets of results.py and the ε at which attacks are compared."""
    return [
        *accuracy_claims(clean.right, longer), *calibration_claims(clean),
        more(disturbed.corrupted, "rotation", PLAIN, clean.right, source=ROTATION,
             id="rotation_raises_accuracy_under_corruption",
             sentence="A head that learns how images are turned raises accuracy on corrupted test images."),
        undefended(disturbed.fgsm.sel(epsilon=epsilon), clean.right, id="none_defends_against_fgsm",
                   attack=f"the fast gradient sign method (FGSM, ε = {epsilon:g}/255)"),
        undefended(disturbed.pgd, clean.right, id="none_defends_against_pgd",
                   attack=f"projected gradient descent (PGD, ε = {epsilon:g}/255)"),
    ]


def accuracy_claims(right, longer):
    """Claims on clean test images, in percent right: of all networks, and of the two longer runs."""
    single, combination = chosen(right)
    return [
        more(right, "cutout", PLAIN, right, id="cutout_raises_accuracy", source=CUTOUT,
             sentence="Training with cutout, a square hidden in each image, raises test accuracy."),
        more(right, "mixup", PLAIN, right, id="mixup_raises_accuracy", source=MIXUP,
             sentence="Training with mixup, on mixtures of two images and labels, raises test accuracy."),
        more(right, "rotation", PLAIN, right, id="rotation_raises_accuracy", source=OURS,
             sentence="A head that learns how images are turned raises test accuracy (with all labels, "
                      f"{ROTATION} find no change)."),
        more(halves(right)[1], combination, single, right, id="combining_beats_the_best_single", source=OURS,
             sentence=f"The best combination of methods ({NETWORKS[combination]}) classifies more test "
                      f"images correctly than the best single method ({NETWORKS[single]})."),
        more(halves(longer)[1], "best", PLAIN, longer, id="longer_combination_beats_longer_plain",
             source=OURS,
             sentence=f"Trained for longer, the best combination of methods ({NETWORKS[combination]}) "
                      "classifies more test images correctly than the plain network trained as long."),
    ]


def calibration_claims(clean):
    """Claims on probabilities, from the measures on clean test images; in hundredths, less is better."""
    gained, brier = 100 * (clean.nats - clean.repaired_nats), 100 * clean.brier
    return [
        more(-gained, "mixup", PLAIN, clean.right, unit="hundredths of a nat",
             id="mixup_improves_calibration", source=CALIBRATION,
             sentence="Mixup calibrates confidence: dividing its network's logits by the best temperature "
                      "gains less log-likelihood than it does for the plain network."),
        more(-brier, "mixup", PLAIN, clean.right, unit="hundredths of the score",
             id="mixup_improves_probabilities", source=OURS,
             sentence="Mixup lowers the Brier score, the squared error of the predicted probabilities."),
    ]


def undefended(attacked, right, attack, **text):
    """The claim that no method defends against an attack, from percent right under it and without it."""
    choosing, comparing = halves(gain(attacked))
    strongest = best(choosing, REGULARISED)
    return claim(
        difference=DEFENCE - comparing.sel(network=strongest),
        given=right.sel(network=[PLAIN, strongest]), source=OURS,
        sentence=f"No method defends against {attack}: the network that gains most "
                 f"({NETWORKS[strongest]}) stays less than {DEFENCE} points above the plain one.",
        **text,
    )
