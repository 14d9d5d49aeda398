"""This experiment's page in the report: the paper's numbers beside ours, in words, tables and figures.

Numbers of Foret et al. 2021 are of CIFAR-10: test errors of WRN-28-10 after 200 epochs with basic
augmentation (table 1; by number of ascent steps: appendix C.6), eigenvalues of WRN-40-10 without batch norm
(section 4.2).
"""

from stages.core.data import load_role
from stages.core.pages import Figure, Page, Table, conditions, write_page
from stages.noise.params import LOW_BITS
from stages.noise.results import NETWORKS, numbers

PAPER_ERROR = {"sgd": "3.5 ± 0.1", "sam": "2.7 ± 0.1"}
PAPER_STEPS = {1: "2.77 ± 0.03", 2: "2.76 ± 0.03", 3: "2.73 ± 0.04", 5: "2.77 ± 0.03"}
PAPER_EIGENVALUE = {"sgd": "≈ 24", "sam": "≈ 1.0"}


def generalisation_table(general, steps):
    """Test error, gap and calibration of every network; `general` is network -> metrics of robustness.py."""
    paper = PAPER_ERROR | {"sam_multistep": PAPER_STEPS.get(steps)}
    rows = [
        [
            label, paper.get(network), 100 * (1 - measured["test_accuracy"]), 100 * measured["gap_accuracy"],
            measured["gap_loss"], 100 * measured["test_calibration_error"],
        ]
        for network, label in NETWORKS.items() for measured in [general[network]]
    ]
    return Table(
        "Generalisation: the paper's test error beside ours, in %",
        ["network", "paper: error", "ours: error", "gap, points", "gap, nats", "calibration error, %"],
        rows,
        "The paper's numbers are of WRN-28-10 on CIFAR-10 after 200 epochs with basic augmentation (table 1; "
        f"more ascent steps: appendix C.6, where one step has {PAPER_STEPS[1]}). Gaps are between training "
        "and test images, in accuracy and in loss. The calibration error is the expected one of test images.",
    )


def flatness_table(flat, rho):
    """Largest eigenvalue and sharpness of every network; `flat` is network -> metrics of landscape.py."""
    rows = [
        [label, PAPER_EIGENVALUE.get(network), measured["largest_eigenvalue"], measured["sharpness"]]
        for network, label in NETWORKS.items() for measured in [flat[network]]
    ]
    return Table(
        "Flatness: the paper's largest eigenvalue of the Hessian beside ours",
        ["network", "paper: λ", "ours: λ", "sharpness, nats"],
        rows,
        "The paper's eigenvalues are of WRN-40-10 without batch norm at the end of training (section 4.2), "
        f"ours of a network with batch norm. Sharpness is the rise of the training loss within ρ = {rho:g}.",
    )


def disturbance_table(right):
    """Mean accuracy of every network in each measure; `right` is network -> measure -> percent (s, n)."""
    measures = "clean", "gaussian", "adversarial", "low_bits"
    return Table(
        "Test accuracy when weights are disturbed, in %",
        ["network", "undisturbed", "Gaussian noise", "adversarial, L2", f"{LOW_BITS} bits and fewer"],
        [[label, *(float(right[name][key].mean()) for key in measures)] for name, label in NETWORKS.items()],
        "Means over all strengths, radii and numbers of bits in the figures. The paper has none of them.",
    )


FIGURES = [
    Figure(
        "plots/noise/figures/gaussian.svg",
        "Accuracy under Gaussian weight noise. Bands are one standard deviation over draws and seeds; the "
        "dotted line is chance.",
    ),
    Figure(
        "plots/noise/figures/adversarial.svg",
        "Accuracy when an adversary moves all weights uphill on training images, within a ball.",
    ),
    Figure("plots/noise/figures/bits.svg", "Accuracy after rounding the weights to fewer and fewer bits."),
    Figure(
        "plots/noise/figures/slices.svg",
        "Training loss along random directions, each filter scaled to its norm. Bands are one standard "
        "deviation over directions and seeds.",
    ),
]


def answer(claims, right):
    """The experiment in three sentences, made of its numbers."""
    supported = sum(claim.verdict == "supported" for claim in claims)
    accuracies = ", ".join(
        f"{label} {right[network]['clean'].mean():.1f} %" for network, label in NETWORKS.items()
    )
    noisy = {network: right[network]["gaussian"].mean() for network in NETWORKS}
    best = max(noisy, key=noisy.get)
    return (
        f"{supported} of {len(claims)} claims are supported here. Test accuracy: {accuracies}. Under "
        f"Gaussian weight noise, {NETWORKS[best]} keeps most: {noisy[best]:.1f} % on average "
        f"(SGD: {noisy['sgd']:.1f} %)."
    )


def write(noise, recipe, seeds, steps, claims, right):
    """Writes data/noise/page.json; `right` is network -> measure -> percent correct (s, n)."""
    write_page(Page(
        name="noise",
        title="Noise-aware training and sharpness-aware minimisation",
        question="Does a flat minimum generalise better than a sharp one, and bear disturbed weights?",
        sources=[[
            "Foret, Kleiner, Mobahi, Neyshabur: Sharpness-aware minimization for efficiently improving "
            "generalization, ICLR 2021",
            "https://arxiv.org/abs/2010.01412",
        ]],
        conditions=conditions(load_role("objects"), recipe, seeds),
        answer=answer(claims, right),
        claims=claims,
        tables=[
            generalisation_table(numbers("robustness", seeds), steps),
            flatness_table(numbers("landscape", seeds), noise.landscape.radii_l2[0]),
            disturbance_table(right),
        ],
        figures=FIGURES,
    ))
