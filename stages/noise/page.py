"""The end of this experiment: its claims, the paper's numbers beside ours, figures.

Numbers of Foret et al. 2021 are of CIFAR-10: test errors of WRN-28-10 after 200 epochs with basic
augmentation (table 1; with 2, 3 and 5 ascent steps: appendix C.6), eigenvalues of WRN-40-10 without batch
norm (section 4.2).
"""

import numpy as np

from stages.core.charts import from_zero, lines, table, write_lines, write_losses
from stages.core.data import load_role
from stages.core.pages import accuracies, conditions, means, publish
from stages.core.params import Training, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.noise.about import ABOUT
from stages.noise.claims import claims
from stages.noise.params import LOW_BITS, Noise
from stages.noise.results import labels, left, lost, results

CHANCE = 10, "chance"                                        # percent; ten classes
PAPER_ERROR = {"sgd": "3.5 ± 0.1", "sam": "2.7 ± 0.1", "sam_multistep": "2.73 to 2.77 (one step: 2.77)"}
PAPER_EIGENVALUE = {"sgd": "≈ 24", "sam": "≈ 1.0"}
DISTURBED = {"gaussian": "Gaussian noise", "adversarial": "adversarial, L2",
             "low_bits": f"{LOW_BITS} bits and fewer"}


def tables(noise, found, names):
    """The paper's numbers beside ours, from the Dataset of results.py."""
    columns = {f"{DISTURBED[by]}: points lost": values for by, values in lost(found).items()}
    columns |= {f"{DISTURBED[by]}: left, %": values for by, values in left(found).items()}
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
            "Test accuracy when weights are disturbed: points lost, and what is left", names, columns,
            "Means over all strengths, radii and numbers of bits in the figures. A network that has less "
            "right undisturbed has less to lose. The paper has none of these.",
        ),
    ]


def accuracy_figures(found, names):
    """Test accuracy when weights are disturbed, the undisturbed network at 0."""
    def disturbed(measure, axis, words):
        return from_zero(found.clean, found[measure], axis), axis, words

    def rounded(measure):
        return found[measure].sortby("bits"), "bits", "bits per weight"

    def drawn(name, caption, panels, claims):
        return lines(f"noise/{name}", caption, panels, names, "test accuracy, %", CHANCE, (0, 100), claims)

    return [
        drawn(
            "gaussian", "Test accuracy of each network when Gaussian noise is added to its weights.",
            {"Gaussian noise on the weights": disturbed(
                "gaussian", "sigma", "σ, in root mean squares of a filter",
            )},
            ["sam_bears_noise", "noise_training_bears_noise"],
        ),
        drawn(
            "adversarial",
            "Test accuracy when an adversary moves all weights uphill on training images, within a ball.",
            {
                "Adversarial weights, L2": disturbed(
                    "adversarial_l2", "radius_l2", "radius, L2 norm of the change of all weights"),
                "Adversarial weights, L∞": disturbed(
                    "adversarial_linf", "radius_linf", "radius, largest change of a weight"),
            },
            ["sam_bears_attack"],
        ),
        drawn(
            "bits", "Test accuracy after the weights are rounded to fewer and fewer bits.",
            {"Rounded, one scale per tensor": rounded("per_tensor"),
             "Rounded, one scale per channel": rounded("per_channel")},
            ["sam_bears_rounding", "linf_bears_rounding"],
        ),
    ]


def slices_figure(found, names):
    """The loss around each network."""
    return lines(
        "noise/slices",
        "Training loss on the way from each network along random directions, each filter scaled to its norm, "
        "on a logarithmic scale.",
        {"Training loss along random directions": (
            np.log10(found.slices), "distance", "distance, in norms of each filter",
        )}, names, "log₁₀ of the training loss in nats", claims=["sam_is_flatter"],
    )


def write_curves(found, names):
    """What `dvc plots` draws of accuracy."""
    noisy = from_zero(found.clean, found.gaussian, "sigma")
    write_lines("plots/noise/curves/gaussian.csv", noisy, "sigma", names)
    write_lines("plots/noise/curves/per_channel.csv", found.per_channel, "bits", names)


def answer(found, names):
    """The experiment in two sentences, made of its numbers."""
    error, noisy = means(100 - found.clean), means(lost(found)["gaussian"])
    least = min(noisy, key=noisy.get)
    return (
        f"SGD errs on {error['sgd']:.1f} % of the test images, SAM on {error['sam']:.1f} %. When "
        f"Gaussian noise disturbs the weights, {names[least]} loses least: {noisy[least]:.1f} points of "
        f"accuracy on average (SGD: {noisy['sgd']:.1f})."
    )


def run():
    noise, recipe, seeds = read("noise", Noise), read("training", Training), listed()
    found, names = results(noise.networks, seeds), labels(noise.networks)
    write_curves(found, names)
    write_losses("noise", {f"resnet{recipe.depth}": names}, seeds)
    publish(
        ABOUT, conditions(load_role("objects"), recipe, seeds), answer(found, names), claims(found),
        tables(noise, found, names), [*accuracy_figures(found, names), slices_figure(found, names)],
        **accuracies(found.clean),
    )


if __name__ == "__main__":
    main(run)
