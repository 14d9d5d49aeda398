"""The end of this experiment: its claims, the paper's numbers beside ours, figures.

Numbers of Ilyas et al. 2019 are of ResNet-50 on CIFAR-10: accuracy on the test images, and under L2 attacks
of ε = 0.25, as they and the authors' repositories (robustness, constructed-datasets) give them.
"""

from stages.core.charts import dots, table, write_losses
from stages.core.data import load_role
from stages.core.pages import accuracies, conditions, means, publish
from stages.core.params import Robust, Training, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.core.words import counted
from stages.features.about import ABOUT
from stages.features.claims import claims
from stages.features.grids import grids
from stages.features.params import Features
from stages.features.results import INVERTED, NETWORKS, NONROBUST, evaluations, seen

PAPER = {"sgd": "95.25", "robust": "90.83", "on_rand": "63", "on_det": "44", "on_robust": "84.10",
         "on_standard": "87.68"}
PAPER_ATTACKED = {"sgd": "4.49", "robust": "82.34", "on_rand": "0", "on_det": "0", "on_robust": "48.27",
                  "on_standard": "0.82"}
SETS = (
    "“On …” are networks trained as usual on a constructed set: D_rand or D_det, images that an attack moved "
    "to a random or the next class, labelled so; or other images with the features that the adversarially "
    "trained network (the robust set) or the standard network sees in the originals."
)


def tables(clean, balls, seeds):
    """The paper's accuracy beside ours, and what networks make of the constructed sets."""
    moved, inverted = (seen(sets, seeds).rename(set="network") for sets in (NONROBUST, INVERTED))
    return [
        table(
            "Accuracy on the original test images, unchanged and attacked in L2 balls of radius ε: the "
            "paper's beside ours, in %", NETWORKS,
            {"paper: clean": PAPER, "ours: clean": clean, "paper: ε = 0.25": PAPER_ATTACKED}
            | {f"ours: {ball}": right for ball, right in balls.items()},
            f"{SETS} The paper's networks are ResNet-50 on CIFAR-10, the robust one with ε = 0.5 in "
            "training; the standard network's set is its D_NR. Where the paper's column is empty, we know of "
            "no number.",
        ),
        table(
            "Images of D_rand and D_det, as the network sees them that they were made with, in %", NONROBUST,
            {"called its target": moved.target_rate, "still called its true class": moved.true_rate},
            "The true class is counted among images that were to leave it. In D_rand, a target may be the "
            "true class. The paper's attack takes 100 steps.", of="set",
        ),
        table(
            "Images that were changed until a network sees the features of others in them", INVERTED,
            {"distance before": inverted.distance_before, "distance after": inverted.distance_after,
             "recognised by the same network, %": inverted.own, "by the other, %": inverted.other},
            "Distances are |g(x_r) − g(x)| / |g(x)|. An image x_r is recognised if it gets the label of x. "
            "The other network, robust or standard, had no part in making it.", digits=2, of="set",
        ),
    ]


def accuracy_figure(clean, balls, chance):
    """Test accuracy of each network, unchanged and in balls of each epsilon."""
    return dots(
        "features/accuracy",
        "Accuracy of each network on the original test images, undisturbed and attacked within L2 balls of "
        f"radius ε. {SETS}", {"Attacks in L2 balls": {"undisturbed": clean} | balls}, NETWORKS,
        "test accuracy, %", (chance, "chance"), [
            "rand_teaches", "det_teaches", "rand_teaches_no_robustness", "det_teaches_no_robustness",
            "adversarial_training_teaches_robustness", "robust_set_teaches_robustness",
            "robust_features_make_it_robust", "images_beat_noise",
        ],
    )


def answer(clean, attacked):
    """The experiment in two sentences, made of its numbers; `attacked` at one epsilon."""
    right, left = ({name: f"{of:.1f} %" for name, of in means(one).items()} for one in (clean, attacked))
    return (
        "Networks trained on labels that look random (D_rand) or are all wrong (D_det) get "
        f"{right['on_rand']} and {right['on_det']} of the test images right, {left['on_rand']} and "
        f"{left['on_det']} under attack within ε = {attacked.epsilon.item():g}. The standard network keeps "
        f"{left['sgd']} there, one trained on the robust set, by another recipe, {left['on_robust']}."
    )


def settings(features, robust):
    """What the numbers depend on besides what all experiments name, in words."""
    tested = features.evaluation
    attacks = {f"for D_{name}": one for name, one in features.nonrobust} | {"in training": robust}
    return {
        "constructed sets": f"{counted(features.images, 'image')} each",
        "trained on sets": "; ".join(
            f"{name} {counted(one.epochs, 'epoch')}, lr {one.lr:g}, shifts of {one.pad}"
            f"{', mirrored' if one.flip else ''}" for name, one in features.retraining),
        "attacked": f"{counted(tested.images, 'test image')}, {counted(tested.iterations, 'step')}",
        **{f"attack {what}": f"ε = {one.epsilon:g}, {counted(one.iterations, 'step')}"
           for what, one in attacks.items()},
    }


def run():
    features, robust, role = read("features", Features), read("robust", Robust), load_role("objects")
    recipe = read("training", Training).model_copy(update={"depth": robust.depth})
    seeds, chance = listed(robust.seeds), 100 / len(role.classes)
    clean, attacked = evaluations(seeds)
    first, recognised = attacked.isel(epsilon=0), seen(INVERTED, seeds).other
    balls = {f"ε = {epsilon:g}": attacked.sel(epsilon=epsilon) for epsilon in attacked.epsilon.values}
    control, shared, *own = NETWORKS
    write_losses("features", {f"resnet{robust.depth}": [control], ".": [shared], "features": own}, seeds)
    publish(
        ABOUT, conditions(role, recipe, seeds) | settings(features, robust),
        answer(clean, first), claims(clean, first, recognised, chance), tables(clean, balls, seeds),
        [accuracy_figure(clean, balls, chance), *grids(seeds[0], role.classes)], **accuracies(clean),
    )


if __name__ == "__main__":
    main(run)
