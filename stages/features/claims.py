"""What Ilyas et al. 2019 say of robust and non-robust features, tested on the networks just trained.

Whatever is compared, is compared test image by test image, or constructed image by constructed image.
"""

import numpy as np

from stages.core.claims import metrics, positive, summary
from stages.core.data import load_role
from stages.core.files import write_json
from stages.core.params import Seeds, Training, read
from stages.core.stage import main
from stages.features.page import write
from stages.features.params import Features
from stages.features.results import evaluations, recognised

ILYAS = "Ilyas et al. 2019"


def all_claims(clean, attacked, found, chance, epsilon):
    """The claims, from percent correct per test image on the originals and under the attack at `epsilon`
    (network -> (s, n)), and from which constructed images were recognised (set -> percent (s, images)).

    `chance` is the percentage that guessing gets right.
    """

    def compared(difference, units="test images", **text):
        return positive(difference, units, unit="points", **text)

    within = f"within ε = {epsilon:g}"
    return [
        compared(
            clean["on_rand"] - 2 * chance, id="rand_teaches", source=f"{ILYAS}, table 1",
            sentence="Training on D_rand, whose labels look random, gives over twice chance on test images.",
        ),
        compared(
            clean["on_det"] - 2 * chance, id="det_teaches", source=f"{ILYAS}, table 1",
            sentence="Training on D_det, whose labels look wrong, gives over twice chance on test images.",
        ),
        compared(
            chance / 2 - attacked["on_rand"], id="rand_teaches_no_robustness",
            source=f"{ILYAS}, section 3.2",
            sentence=f"A network trained on D_rand keeps less than half of chance {within}.",
        ),
        compared(
            chance / 2 - attacked["on_det"], id="det_teaches_no_robustness", source=f"{ILYAS}, section 3.2",
            sentence=f"A network trained on D_det keeps less than half of chance {within}.",
        ),
        compared(
            attacked["on_robust"] - attacked["sgd"], id="robust_set_teaches_robustness",
            source=f"{ILYAS}, figure 2",
            sentence=f"A network trained on the robust set keeps more than the standard network {within}.",
        ),
        compared(
            attacked["on_robust"] - attacked["on_standard"], id="robust_features_make_it_robust",
            source=f"{ILYAS}, figure 2",
            sentence=f"It also keeps more than a network trained on the standard network's set {within}.",
        ),
        compared(
            found["robust"] - found["standard"], "constructed images", id="robust_inversions_carry_over",
            source="our question",
            sentence="The standard network recognises more of the robust network's inversions than the other "
            "way round.",
        ),
        compared(
            clean["on_robust"] - clean["on_robust_noise"], id="images_beat_noise", source="our question",
            sentence="The robust set teaches more when it is made from other images than from noise.",
        ),
    ]


def run():
    features, seeds = read("features", Features), read("seeds", Seeds)
    role = load_role("objects")
    results = evaluations(features.depth, seeds)
    clean = {name: 100 * result["clean"] for name, result in results.items()}
    attacked = {name: 100 * np.moveaxis(result["attacked"], 1, 0) for name, result in results.items()}
    found = {name: 100 * right for name, right in recognised(features.depth, seeds).items()}
    first = {name: right[0] for name, right in attacked.items()}
    claims = all_claims(clean, first, found, 100 / len(role.classes), features.evaluation.epsilons[0])
    write_json("metrics/features.json", metrics(claims))
    write(features, read("training", Training), seeds, claims, role, clean, attacked)
    print(*(summary(claim.row()) for claim in claims), sep="\n")


if __name__ == "__main__":
    main(run)
