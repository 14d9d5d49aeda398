"""This experiment's page in the report: the paper's numbers beside ours, in words, tables and figures.

Numbers of Foret et al. 2021 are of CIFAR-10: test errors of WRN-28-10 after 200 epochs with basic
augmentation (table 1; with 2, 3 and 5 ascent steps: appendix C.6), eigenvalues of WRN-40-10 without batch
norm (section 4.2).
"""

from stages.core.charts import table
from stages.core.data import load_role
from stages.core.pages import Figure, Page, conditions, write_page
from stages.noise.params import LOW_BITS
from stages.noise.results import labels, lost

PAPER_ERROR = {"sgd": "3.5 ± 0.1", "sam": "2.7 ± 0.1", "sam_multistep": "2.73 to 2.77 (one step: 2.77)"}
PAPER_EIGENVALUE = {"sgd": "≈ 24", "sam": "≈ 1.0"}


def tables(noise, found):
    """The paper's numbers beside ours, from the Dataset of results.py."""
    disturbed, names = lost(found), labels(noise.networks)
    return [
        table(
            "Generalisation: the paper's test error beside ours", names,
            {
                "paper: test error, %": PAPER_ERROR,
                "ours: test error, %": 100 - found.clean,
                "training error, %": 100 - found.train_right,
                "Brier score of test images × 100": 100 * found.brier,
            },
            "The paper's numbers are of WRN-28-10 on CIFAR-10 after 200 epochs with basic augmentation "
            "(table 1, appendix C.6). The Brier score is the squared error of the predicted probabilities; 0 "
            "is best.",
        ),
        table(
            "Flatness: the paper's largest eigenvalue of the Hessian beside ours", names,
            {
                "paper: λ": PAPER_EIGENVALUE, "ours: λ": found.eigenvalue,
                "sharpness, nats": found.sharpness.isel(radius_l2=0),
            },
            "The paper's eigenvalues are of WRN-40-10 without batch norm at the end of training (section "
            f"4.2), ours of a network with batch norm, on {noise.landscape.hessian_images} training images. "
            f"Sharpness is the rise of the training loss within ρ = {noise.landscape.radii_l2[0]:g}.",
            digits=2,
        ),
        table(
            "Percentage points of test accuracy lost when weights are disturbed", names,
            {
                "Gaussian noise": disturbed["gaussian"], "adversarial, L2": disturbed["adversarial"],
                f"{LOW_BITS} bits and fewer": disturbed["low_bits"],
            },
            "Means over all strengths, radii and numbers of bits in the figures. The paper has none of them.",
        ),
    ]


FIGURES = [
    Figure(
        "plots/noise/figures/gaussian.svg",
        "Test accuracy of each network when Gaussian noise is added to its weights. Bands are 95 % intervals "
        "over seeds, images and draws of the noise; the dotted line is chance.",
    ),
    Figure(
        "plots/noise/figures/adversarial.svg",
        "Test accuracy when an adversary moves all weights uphill on training images, within a ball. Bands "
        "are 95 % intervals over seeds and images; the dotted line is chance.",
    ),
    Figure(
        "plots/noise/figures/bits.svg",
        "Test accuracy after the weights are rounded to fewer and fewer bits. Bands are 95 % intervals over "
        "seeds and images; the dotted line is chance.",
    ),
    Figure(
        "plots/noise/figures/slices.svg",
        "Training loss on the way from each network along random directions, each filter scaled to its norm. "
        "Bands are 95 % intervals over seeds and directions, of the logarithm.",
    ),
]


def answer(claims, networks, found):
    """The experiment in three sentences, made of its numbers."""
    supported = sum(one.verdict == "supported" for one in claims)
    error = {name: float((100 - found.clean.sel(network=name)).mean()) for name in networks}
    noisy = {name: float(lost(found)["gaussian"].sel(network=name).mean()) for name in networks}
    least = min(noisy, key=noisy.get)
    return (
        f"{supported} of {len(claims)} claims are supported here. SGD errs on {error['sgd']:.1f} % of the "
        f"test images, SAM on {error['sam']:.1f} %. Gaussian noise on the weights costs "
        f"{labels(networks)[least]} least: {noisy[least]:.1f} points of accuracy on average (SGD: "
        f"{noisy['sgd']:.1f})."
    )


def write(noise, recipe, seeds, claims, found):
    """Writes data/noise/page.json; `found` is the Dataset of results.py."""
    write_page(Page(
        name="noise",
        title="Noise-aware training and sharpness-aware minimisation",
        question="Does a flat minimum generalise better than a sharp one, and does accuracy survive when its "
                 "weights are disturbed?",
        sources=[[
            "Foret, Kleiner, Mobahi, Neyshabur: Sharpness-aware minimization for efficiently improving "
            "generalization, ICLR 2021",
            "https://arxiv.org/abs/2010.01412",
        ]],
        conditions=conditions(load_role("objects"), recipe, seeds),
        answer=answer(claims, noise.networks, found),
        claims=claims,
        tables=tables(noise, found),
        figures=FIGURES,
    ))
