"""What three papers say of cutout, mixup and the rotation head, tested on the networks just trained.

Differences are paired, test image by test image (or seed by seed, from three on). Where the best of several
is compared, it is chosen by the first half of the test images and compared on the second.
"""

import numpy as np

from stages.core.claims import metrics, positive, summary
from stages.core.files import write_json
from stages.core.params import Seeds, Training, read
from stages.core.stage import main
from stages.regularization.calibration import contributions
from stages.regularization.choice import best, clean_logits, labels, percent_right, second_half
from stages.regularization.page import write
from stages.regularization.params import Regularization
from stages.regularization.paths import COMBINATIONS, NETWORKS, PLAIN, SINGLES
from stages.regularization.results import LABELS, attacked_right, corrupted_right, longer_right

DEVRIES = "DeVries & Taylor 2017"
ZHANG = "Zhang et al. 2018"
HENDRYCKS = "Hendrycks et al. 2019"
THULASIDASAN = "Thulasidasan et al. 2019"
DEFENCE = 10                                                 # points; a defence gains more than these


def points(difference, units="test images", **text):
    return positive(difference, units, unit="points", **text)


def accuracy_claims(clean, longer):
    """Claims on clean test images; percent right (s, n) of each network, and of the two longer runs."""
    single, combination = best(clean, SINGLES), best(clean, COMBINATIONS)
    return [
        points(
            clean["cutout"] - clean[PLAIN], id="cutout_raises_accuracy", source=DEVRIES,
            sentence="Cutout raises test accuracy.",
        ),
        points(
            clean["mixup"] - clean[PLAIN], id="mixup_raises_accuracy", source=ZHANG,
            sentence="Mixup raises test accuracy.",
        ),
        points(
            clean["rotation"] - clean[PLAIN], id="rotation_raises_accuracy", source="our question",
            sentence="The rotation head raises test accuracy (with all labels, the paper finds no change).",
        ),
        points(
            second_half(clean[combination] - clean[single]), id="combining_beats_the_best_single",
            source="our question",
            sentence=f"The best combination ({LABELS[combination]}) beats the best single method "
                     f"({LABELS[single]}).",
        ),
        points(
            second_half(longer["best"] - longer[PLAIN]), id="longer_combination_beats_longer_plain",
            source="our question",
            sentence=f"Trained for longer, the best combination ({LABELS[combination]}) beats the plain "
                     "network.",
        ),
    ]


def robustness_claims(corrupted, fgsm, pgd, epsilon):
    """Claims on changed images; percent right under corruptions (s, corruptions, severities, n), and under
    both attacks at `epsilon` (s, n), of each network.
    """
    return [
        points(
            (corrupted["rotation"] - corrupted[PLAIN]).mean((1, 2)),
            id="rotation_raises_accuracy_under_corruption", source=HENDRYCKS,
            sentence="The rotation head raises accuracy under corruption.",
        ),
        points(
            DEFENCE - strongest_gain(fgsm), id="none_defends_against_fgsm", source="our question",
            sentence=f"No method defends against FGSM: at {epsilon:g}/255 all stay under {DEFENCE} points "
                     "above the plain network.",
        ),
        points(
            DEFENCE - strongest_gain(pgd), id="none_defends_against_pgd", source="our question",
            sentence=f"Nor against PGD at {epsilon:g}/255.",
        ),
    ]


def strongest_gain(attacked):
    """Gain over the plain network, (s, n), of the one that gains most: the choice that counts against us."""
    gains = [attacked[name] - attacked[PLAIN] for name in NETWORKS if name != PLAIN]
    return max(gains, key=np.mean)


def calibration_claim(logits, y):
    """The claim on calibration, from logits (s, n, c) of each network."""
    errors = {
        name: np.stack([100 * contributions(z, y).numpy() for z in logits[name]]) for name in (PLAIN, "mixup")
    }
    return points(
        errors[PLAIN] - errors["mixup"], id="mixup_improves_calibration", source=THULASIDASAN,
        sentence="Mixup lowers the expected calibration error.",
    )


def run():
    settings, seeds = read("regularization", Regularization), read("seeds", Seeds)
    y, logits = labels(), clean_logits(seeds)
    clean, longer = percent_right(logits, y), longer_right(seeds, y)
    corrupted, (fgsm, pgd) = corrupted_right(seeds), attacked_right(seeds)
    epsilon = settings.attacks.epsilon
    at = settings.attacks.epsilons.index(epsilon)
    claims = [
        *accuracy_claims(clean, longer),
        calibration_claim(logits, y),
        *robustness_claims(corrupted, {name: right[:, at] for name, right in fgsm.items()}, pgd, epsilon),
    ]
    write_json("metrics/regularization.json", metrics(claims))
    write(settings, read("training", Training), seeds, claims, logits, longer, corrupted, fgsm, pgd)
    print(*(summary(claim.row()) for claim in claims), sep="\n")


if __name__ == "__main__":
    main(run)
