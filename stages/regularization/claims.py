"""What three papers say of cutout, mixup and the rotation head, tested on the networks just trained.

Differences are paired, image by image and seed by seed. Where the best of several is compared, the
combination or the strongest defence, one half of the test images chooses it and the other compares it.
Calibration is what a temperature would gain in log-likelihood (calibration.py): a network that has less to
gain is better calibrated, whatever its accuracy; the Brier score says what its probabilities are worth
altogether. All this was fixed before the outcome was looked at.
"""

from stages.core.claims import OURS, best, claim, halves, metrics, summary
from stages.core.files import write_json
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.regularization import results
from stages.regularization.methods import PLAIN
from stages.regularization.page import write
from stages.regularization.params import Regularization
from stages.regularization.results import NETWORKS, REGULARISED, chosen, gain

DEFENCE = 10                                                 # points; a defence gains more than these


def accuracy_claims(right, longer):
    """Claims on clean test images, in percent right: of all networks, and of the two longer runs."""
    def more_right(network, other, values=right, **text):
        return claim(difference=values.sel(network=network) - values.sel(network=other),
                     given=right.sel(network=[network, other]), **text)

    single, combination = chosen(right)
    compared = halves(longer)[1]
    return [
        more_right(
            "cutout", PLAIN, id="cutout_raises_accuracy", source="DeVries & Taylor 2017",
            sentence="Training with cutout, a square hidden in each image, raises test accuracy.",
        ),
        more_right(
            "mixup", PLAIN, id="mixup_raises_accuracy", source="Zhang et al. 2018",
            sentence="Training with mixup, on mixtures of two images and labels, raises test accuracy.",
        ),
        more_right(
            "rotation", PLAIN, id="rotation_raises_accuracy", source=OURS,
            sentence="A head that learns how images are turned raises test accuracy (with all labels, "
                     "Hendrycks et al. 2019 find no change).",
        ),
        more_right(
            combination, single, halves(right)[1], id="combining_beats_the_best_single", source=OURS,
            sentence=f"The best combination of methods ({NETWORKS[combination]}) classifies more test images "
                     f"correctly than the best single method ({NETWORKS[single]}).",
        ),
        claim(
            difference=compared.sel(network="best") - compared.sel(network=PLAIN), given=longer,
            id="longer_combination_beats_longer_plain", source=OURS,
            sentence=f"Trained for longer, the best combination of methods ({NETWORKS[combination]}) "
                     "classifies more test images correctly than the plain network trained as long.",
        ),
    ]


def calibration_claims(clean):
    """Claims on probabilities, from the measures on clean test images."""
    def lower(values, **text):
        return claim(difference=100 * (values.sel(network=PLAIN) - values.sel(network="mixup")),
                     given=clean.right.sel(network=[PLAIN, "mixup"]), **text)

    return [
        lower(
            clean.nats - clean.repaired_nats, unit="hundredths of a nat",
            id="mixup_improves_calibration", source="Thulasidasan et al. 2019",
            sentence="Mixup calibrates confidence: a temperature gains less log-likelihood for its network "
                     "than for the plain one.",
        ),
        lower(
            clean.brier, unit="hundredths of the score", id="mixup_improves_probabilities", source=OURS,
            sentence="Mixup lowers the Brier score, the squared error of the predicted probabilities.",
        ),
    ]


def robustness_claims(disturbed, right, epsilon):
    """Claims on corrupted and attacked images; `right` is percent right of test images as they are."""
    def none_defends(attack, attacked, **text):
        choosing, comparing = halves(gain(attacked))
        strongest = best(choosing, REGULARISED)
        return claim(
            difference=DEFENCE - comparing.sel(network=strongest),
            given=right.sel(network=[PLAIN, strongest]), source=OURS,
            sentence=f"No method defends against {attack} of {epsilon:g}/255: the network that gains most "
                     f"({NETWORKS[strongest]}) stays less than {DEFENCE} points above the plain one.",
            **text,
        )

    return [
        claim(
            difference=gain(disturbed.corrupted).sel(network="rotation"),
            given=right.sel(network=[PLAIN, "rotation"]),
            id="rotation_raises_accuracy_under_corruption", source="Hendrycks et al. 2019",
            sentence="The rotation head raises accuracy on corrupted test images.",
        ),
        none_defends("the fast gradient sign method", disturbed.fgsm.sel(epsilon=epsilon),
                     id="none_defends_against_fgsm"),
        none_defends("projected gradient descent", disturbed.pgd, id="none_defends_against_pgd"),
    ]


def all_claims(clean, disturbed, longer, epsilon):
    """The claims, from the Datasets of results.py and the ε at which attacks are compared."""
    return [
        *accuracy_claims(clean.right, longer), *calibration_claims(clean),
        *robustness_claims(disturbed, clean.right, epsilon),
    ]


def run():
    settings = read("regularization", Regularization)
    seeds = listed(settings.seeds)
    clean, disturbed, longer = results.clean(seeds), results.disturbed(seeds), results.longer(seeds)
    claims = all_claims(clean, disturbed, longer, settings.attacks.epsilon)
    right = {f"{name}_test_accuracy": clean.right.sel(network=name).mean() for name in NETWORKS}
    write_json("metrics/regularization.json", metrics(claims, **right))
    write(settings, seeds, claims, clean, disturbed, longer)
    print(*(summary(one.row()) for one in claims), sep="\n")


if __name__ == "__main__":
    main(run)
