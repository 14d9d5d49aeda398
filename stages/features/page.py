"""This experiment's page in the report: the paper's numbers beside ours, in words, tables and figures.

Numbers of Ilyas et al. 2019 are of ResNet-50 on CIFAR-10: accuracy on the test images, and under L2 attacks
of ε = 0.25, as they and the authors' repositories (robustness, constructed-datasets) give them.
"""

from stages.core.pages import Figure, Page, Table, conditions, write_page
from stages.features.results import INVERTED, NETWORKS, NONROBUST, sets

PAPER_CLEAN = {
    "sgd": "95.25", "robust": "90.83", "on_rand": "63", "on_det": "44", "on_robust": "84.10",
    "on_standard": "87.68",
}
PAPER_ATTACKED = {
    "sgd": "4.49", "robust": "82.34", "on_rand": "0", "on_det": "0", "on_robust": "48.27",
    "on_standard": "0.82",
}


def accuracy_table(clean, attacked, epsilons):
    """Accuracy of every network; percent correct per image, (s, n) and (epsilons, s, n)."""
    rows = [
        [
            label, PAPER_CLEAN.get(name), float(clean[name].mean()), PAPER_ATTACKED.get(name),
            *(float(right.mean()) for right in attacked[name]),
        ]
        for name, label in NETWORKS.items()
    ]
    return Table(
        "Accuracy on the original test images: the paper's beside ours, in %",
        ["network", "paper: clean", "ours: clean", "paper: ε = 0.25",
         *(f"ours: ε = {epsilon:g}" for epsilon in epsilons)],
        rows,
        "The paper's networks are ResNet-50 on CIFAR-10, trained for 150 epochs, the robust one with ε = 0.5 "
        "in training. The standard network's set is its D_NR. Where the paper's column is empty, no number "
        "is known to us.",
    )


def nonrobust_table(found):
    """What the network that D_rand and D_det were made with says of them."""
    return Table(
        "The non-robust sets, as the network sees them that they were made with, in %",
        ["set", "called its target", "still called its true class"],
        [
            [label, 100 * found[name]["target_rate"], 100 * found[name]["true_rate"]]
            for name, label in NONROBUST.items()
        ],
        "The true class is counted among images that were to leave it. In D_rand, a target may be the true "
        "class. The paper's attack takes 100 steps.",
    )


def inversion_table(found):
    """How near inversions came to the features of their goals, and who recognises them."""
    return Table(
        "Images with the features of others",
        ["set", "distance before", "distance after", "recognised by the same network, %", "by the other, %"],
        [
            [
                label, found[name]["distance_before"], found[name]["distance_after"],
                100 * found[name]["own_rate"], 100 * found[name]["other_rate"],
            ]
            for name, label in INVERTED.items()
        ],
        "Distances are |g(x_r) − g(x)| / |g(x)|, before and after the descent. Recognised is an image whose "
        "label, that of x, a network gives to x_r; the other network had no part in making it. Judges "
        "differ: the standard network judges inversions of the robust one, the robust network those of the "
        "standard one, and the two differ in accuracy on images as they are.",
    )


def figures(classes):
    """All figures, accuracy first."""
    grids = {
        "rand": "D_rand: of each pair, the original is above and its changed copy below, with its new label.",
        "det": "D_det: each image is labelled with the class that follows its own.",
        "robust": "Inversions of the robust network. Of each three: the image whose features are wanted, the "
                  "other image from which the descent starts, and where it ends.",
        "robust_noise": "The same from grey noise.",
        "standard": "The same with the standard network, from the same other images.",
    }
    return [
        Figure(
            "plots/features/figures/accuracy.svg",
            f"Accuracy under attack, with 95 % intervals. The dotted line is chance, {100 / classes:g} %.",
        ),
        *(Figure(f"plots/features/figures/{name}.svg", caption) for name, caption in grids.items()),
    ]


def answer(claims, clean, attacked, epsilon):
    """The experiment in a few sentences, made of its numbers."""
    supported = sum(claim.verdict == "supported" for claim in claims)
    mean = {name: (clean[name].mean(), attacked[name][0].mean()) for name in NETWORKS}
    return (
        f"{supported} of {len(claims)} claims are supported here. Networks trained on labels that look "
        f"random (D_rand) or are all wrong (D_det) get {mean['on_rand'][0]:.1f} % and "
        f"{mean['on_det'][0]:.1f} % of the test images right, {mean['on_rand'][1]:.1f} % and "
        f"{mean['on_det'][1]:.1f} % within ε = {epsilon:g}. "
        f"The standard network keeps {mean['sgd'][1]:.1f} % there, one trained as usual, but on the robust "
        f"set, {mean['on_robust'][1]:.1f} %."
    )


def write(features, recipe, seeds, claims, role, clean, attacked):
    """Writes data/features/page.json; percent correct per image is (s, n), attacked (epsilons, s, n)."""
    found = sets(features.depth, seeds)
    own = recipe.model_copy(update={"depth": features.depth})
    write_page(Page(
        name="features",
        title="Robust and non-robust features",
        question="Do networks learn features that no person sees, and does robustness lie in the data?",
        sources=[[
            "Ilyas, Santurkar, Tsipras, Engstrom, Tran, Madry: Adversarial examples are not bugs, they are "
            "features, NeurIPS 2019",
            "https://arxiv.org/abs/1905.02175",
        ]],
        conditions=conditions(role, own, seeds) | {
            "constructed sets": f"{features.images:,} images each",
            "trained on them": "; ".join(
                f"{name} {own.epochs} epochs, lr {own.lr:g}" for name, own in features.retraining
            ),
            "attacked": f"the first {features.evaluation.images:,} test images",
            "steps of attacks": f"{features.nonrobust.iterations} for D_rand and D_det, "
            f"{features.adversarial.iterations} in adversarial training, "
            f"{features.evaluation.iterations} on test images",
        },
        answer=answer(claims, clean, attacked, features.evaluation.epsilons[0]),
        claims=claims,
        tables=[
            accuracy_table(clean, attacked, features.evaluation.epsilons),
            nonrobust_table(found),
            inversion_table(found),
        ],
        figures=figures(len(role.classes)),
    ))
