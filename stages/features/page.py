"""This experiment's page in the report: the paper's numbers beside ours, in words, tables and figures.

Numbers of Ilyas et al. 2019 are of ResNet-50 on CIFAR-10: accuracy on the test images, and under L2 attacks
of ε = 0.25, as they and the authors' repositories (robustness, constructed-datasets) give them.
"""

from stages.core.charts import table
from stages.core.pages import Figure, Page, conditions, write_page
from stages.core.words import counted
from stages.features.results import INVERTED, NETWORKS, NONROBUST, seen

PAPER = {                        # clean, attacked
    "sgd": ("95.25", "4.49"), "robust": ("90.83", "82.34"), "on_rand": ("63", "0"), "on_det": ("44", "0"),
    "on_robust": ("84.10", "48.27"), "on_standard": ("87.68", "0.82"),
}
PAPER_CLEAN, PAPER_ATTACKED = ({name: numbers[i] for name, numbers in PAPER.items()} for i in range(2))


def tables(clean, attacked, seeds):
    """The paper's accuracy beside ours, and what networks make of the constructed sets."""
    balls = {f"ours: ε = {at:g}": attacked.sel(epsilon=at) for at in attacked.epsilon.values}
    moved, inverted = (seen(sets, seeds).rename(set="network") for sets in (NONROBUST, INVERTED))
    return [
        table(
            "Accuracy on the original test images: the paper's beside ours, in %", NETWORKS,
            {"paper: clean": PAPER_CLEAN, "ours: clean": clean, "paper: ε = 0.25": PAPER_ATTACKED} | balls,
            "The paper's networks are ResNet-50 on CIFAR-10, the robust one with ε = 0.5 in training. The "
            "standard network's set is its D_NR. Where the paper's column is empty, we know of no number.",
        ),
        table(
            "The non-robust sets, as the network sees them that they were made with, in %", NONROBUST,
            {"called its target": moved.target_rate, "still called its true class": moved.true_rate},
            "The true class is counted among images that were to leave it. In D_rand, a target may be the "
            "true class. The paper's attack takes 100 steps.", of="set",
        ),
        table(
            "Images with the features of others", INVERTED,
            {"distance before": inverted.distance_before, "distance after": inverted.distance_after,
             "recognised by the same network, %": inverted.own, "by the other, %": inverted.other},
            "Distances are |g(x_r) − g(x)| / |g(x)|. An image x_r is recognised if it gets the label of x. "
            "The other network had no part in making it: the standard network judges the robust one's "
            "inversions, the robust network the standard one's.", digits=2, of="set",
        ),
    ]


PAIRS = "of each pair, the original is above and its changed copy below, with its new label"
OF_THREE = "Of each three: the image whose features are wanted, "
OTHER = f"{OF_THREE}the other image from which the descent starts, and where it ends."
GRIDS = {
    "rand": f"D_rand: {PAIRS}.",
    "det": f"D_det: {PAIRS}, which is the class after its own.",
    "robust": f"Inversions of the robust network. {OTHER}",
    "robust_noise": "Inversions of the robust network from noise. "
                    f"{OF_THREE}the grey noise from which the descent starts, and where it ends.",
    "standard": f"Inversions of the standard network. {OTHER}",
}
FIGURES = [
    Figure(
        "plots/features/figures/accuracy.svg",
        "Accuracy of each network on the original test images, undisturbed and attacked within L2 balls of "
        "radius ε. Bars are 95 % intervals over seeds and images; the dotted line is chance.",
    ),
    *(Figure(f"plots/features/figures/{name}.svg", caption) for name, caption in GRIDS.items()),
]


def answer(claims, clean, attacked):
    """The experiment in a few sentences, made of its numbers."""
    first, supported = attacked.isel(epsilon=0), sum(one.verdict == "supported" for one in claims)
    right, left = (
        {name: f"{float(one.sel(network=name).mean()):.1f} %" for name in NETWORKS} for one in (clean, first)
    )
    return (
        f"{supported} of {len(claims)} claims are supported here. Networks trained on labels that look "
        f"random (D_rand) or are all wrong (D_det) get {right['on_rand']} and {right['on_det']} of the test "
        f"images right, {left['on_rand']} and {left['on_det']} within ε = {first.epsilon.item():g}. The "
        f"standard network keeps {left['sgd']} there, one trained as usual, but on the robust set, "
        f"{left['on_robust']}."
    )


def write(features, recipe, seeds, claims, role, clean, attacked):
    """Writes data/features/page.json, from the DataArrays of results.py."""
    write_page(Page(
        name="features",
        title="Robust and non-robust features",
        question="Do networks learn features that no person sees, and does robustness lie in the data?",
        sources=[[
            "Ilyas, Santurkar, Tsipras, Engstrom, Tran, Madry: Adversarial examples are not bugs, they are "
            "features, NeurIPS 2019",
            "https://arxiv.org/abs/1905.02175",
        ]],
        conditions=conditions(role, recipe.model_copy(update={"depth": features.depth}), seeds) | {
            "constructed sets": f"{counted(features.images, 'image')} each",
            "trained on sets": "; ".join(
                f"{name} {counted(one.epochs, 'epoch')}, lr {one.lr:g}" for name, one in features.retraining
            ),
            "attacked": f"{counted(features.evaluation.images, 'test image')}",
        } | {
            f"attack {what}": f"ε = {attack.epsilon:g}, {counted(attack.iterations, 'step')}"
            for what, attack in (
                ("for D_rand", features.nonrobust.rand), ("for D_det", features.nonrobust.det),
                ("in training", features.adversarial),
            )
        },
        answer=answer(claims, clean, attacked),
        claims=claims,
        tables=tables(clean, attacked, seeds),
        figures=FIGURES,
    ))
