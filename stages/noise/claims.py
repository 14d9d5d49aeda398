"""What Foret et al. 2021 say of flat minima, and what is hoped of them, tested on the networks just trained.

Whatever is compared, is compared test image by test image: the difference of two networks' shares of correct
answers over the conditions of a measure (strengths and draws of noise, radii, numbers of bits). Curvature is
compared batch by batch.
"""

import numpy as np

from stages.core.claims import metrics, positive, within
from stages.core.data import load_role
from stages.core.files import write_json
from stages.core.nets import load_net
from stages.core.pages import Figure, Page, Table, write_page
from stages.core.params import read
from stages.core.stage import main
from stages.noise.params import Noise, Sam, SamMultistep
from stages.noise.results import NETWORKS, numbers, tensors

FORET = "Foret et al. 2021"
HALF_A_POINT = 0.5
LOW_BITS = 4                                                 # "low bit widths" are this many bits and fewer


def per_image(robustness, landscape, bits):
    """For one network, percent correct per seed and test image, (s, n), over the conditions of each measure."""
    low = [i for i, b in enumerate(bits) if b <= LOW_BITS]
    rounded = (robustness["per_tensor"][:, low] + robustness["per_channel"][:, low]) / 2
    return {
        "clean": 100 * robustness["clean"],
        "gaussian": 100 * robustness["gaussian"].mean((1, 2)),
        "low_bits": 100 * rounded.mean(1),
        "adversarial": 100 * landscape["adversarial_l2"].mean(1),
    }


def all_claims(right, curvature, steps):
    """The claims, from percent correct per image (network -> measure -> (s, n)) and curvature (network -> (s,
    b)).
    """

    def better(network, other, measure, **text):
        difference = right[network][measure] - right[other][measure]
        return positive(difference, "test images", unit="points", **text)

    return [
        better("sam", "sgd", "clean", id="sam_generalises", source=f"{FORET}, table 1",
               sentence="SAM classifies more test images correctly than SGD."),
        better("sam", "gaussian", "clean", id="adversarial_beats_random", source=f"{FORET}, appendix C.5, figure 6",
               sentence="Training at adversarial weights (SAM) generalises better than at randomly disturbed ones."),
        positive(curvature["sgd"] - curvature["sam"], "batches of training images", unit="λ", id="sam_is_flatter",
                 source=f"{FORET}, section 4.2",
                 sentence="SAM ends where the largest eigenvalue of the Hessian is smaller than where SGD ends."),
        within(right["sam_multistep"]["clean"] - right["sam"]["clean"], HALF_A_POINT, "test images", unit="points",
               id="more_steps_change_little", source=f"{FORET}, appendix C.6",
               sentence=f"{steps} ascent steps instead of one change test accuracy by less than half a point."),
        better("sam", "sgd", "gaussian", id="sam_bears_noise", source="our requirement",
               sentence="SAM keeps more test accuracy than SGD under Gaussian weight noise."),
        better("gaussian", "sgd", "gaussian", id="noise_training_bears_noise", source="our requirement",
               sentence="Training with Gaussian weight noise keeps more test accuracy under it than SGD."),
        better("sam", "sgd", "adversarial", id="sam_bears_attack", source=f"{FORET}, equation 1",
               sentence="SAM keeps more test accuracy than SGD under adversarial weight changes in an L2 ball."),
        better("sam", "sgd", "low_bits", id="sam_bears_rounding", source="our requirement",
               sentence=f"SAM keeps more test accuracy than SGD with weights of {LOW_BITS} bits and fewer."),
        better("sam_linf", "sam", "low_bits", id="linf_bears_rounding", source="our requirement",
               sentence=f"With weights of {LOW_BITS} bits and fewer, SAM in an L∞ ball keeps more test accuracy than "
                        "in an L2 ball."),
    ]


PAPER_ERROR = {"sgd": "3.5 ± 0.1", "sam": "2.7 ± 0.1"}       # table 1: WRN-28-10, 200 epochs, basic augmentation
PAPER_STEPS = {1: "2.77 ± 0.03", 2: "2.76 ± 0.03", 3: "2.73 ± 0.04", 5: "2.77 ± 0.03"}   
PAPER_EIGENVALUE = {"sgd": "24", "sam": "1.0"}               # section 4.2: WRN-40-10 without batch norm


def generalisation_table(general, steps):
    rows = [
        [
            label, PAPER_ERROR.get(network), 100 * (1 - general[network]["test_accuracy"]),
            100 * general[network]["gap_accuracy"], general[network]["gap_loss"],
            100 * general[network]["test_calibration_error"],
        ]
        for network, label in NETWORKS.items()
    ]
    return Table(
        "Generalisation: the paper's test error beside ours, in %",
        ["network", "paper: error", "ours: error", "gap, points", "gap, nats", "calibration error, %"],
        rows,
        "The paper's numbers are of WRN-28-10 on CIFAR-10 after 200 epochs (table 1, basic augmentation). Appendix C.6, "
        f"has, on the same data, {PAPER_STEPS[1]} with one ascent step and "
        + (f"{PAPER_STEPS[steps]} with {steps}. " if steps in PAPER_STEPS else "none for our number of steps. ")
        + "Gaps are between training and test images, in accuracy and in loss; calibration is over 15 bins.",
    )


def flatness_table(flat, rho):
    rows = [
        [label, PAPER_EIGENVALUE.get(network), flat[network]["largest_eigenvalue"], flat[network]["sharpness"]]
        for network, label in NETWORKS.items()
    ]
    return Table(
        "Flatness: the paper's largest eigenvalue of the Hessian beside ours",
        ["network", "paper: λ", "ours: λ", "sharpness, nats"],
        rows,
        "The paper's eigenvalues are approximate, of WRN-40-10 without batch norm at the end of training (section 4.2); "
        f"ours are of a network with batch norm. Sharpness is the rise of the training loss within ρ = {rho:g}.",
    )


def disturbance_table(right):
    rows = [
        [label, *(right[network][measure].mean() for measure in ("clean", "gaussian", "adversarial", "low_bits"))]
        for network, label in NETWORKS.items()
    ]
    return Table(
        "Test accuracy when weights are disturbed, in %",
        ["network", "undisturbed", "Gaussian noise", "adversarial, L2", f"{LOW_BITS} bits and fewer"],
        rows,
        "Means over all strengths, radii and numbers of bits in the figures. The paper measures none of these.",
    )


FIGURES = [
    Figure("plots/noise/figures/gaussian.svg", "Accuracy under Gaussian weight noise; bands are one standard deviation "
           "over draws and seeds. The dotted line is chance."),
    Figure("plots/noise/figures/adversarial.svg", "Accuracy when an adversary moves all weights uphill on training "
           "images, within a ball."),
    Figure("plots/noise/figures/bits.svg", "Accuracy after rounding the weights to fewer and fewer bits."),
    Figure("plots/noise/figures/slices.svg", "Training loss along random directions, each filter scaled to its norm; "
           "bands are one standard deviation over directions and seeds."),
]


def answer(claims, right):
    """The experiment in three sentences, made of its numbers."""
    supported = sum(claim.verdict == "supported" for claim in claims)
    accuracies = ", ".join(f"{label} {right[network]['clean'].mean():.1f} %" for network, label in NETWORKS.items())
    noisy = {network: right[network]["gaussian"].mean() for network in NETWORKS}
    best = max(noisy, key=noisy.get)
    return (
        f"{supported} of {len(claims)} claims are supported here. Test accuracy: {accuracies}. Under Gaussian weight "
        f"noise, {NETWORKS[best]} keeps most: {noisy[best]:.1f} % on average, SGD {noisy['sgd']:.1f} %."
    )


def conditions(noise):
    """What the numbers depend on, in words."""
    role, recipe = load_role("objects"), noise.training
    net = load_net(f"models/noise/sgd-{noise.seeds[0]}.safetensors")
    machine = numbers("training", noise.seeds)["sgd"]
    return {
        "data": role.source,
        "images": f"{len(role.train):,} for training, {len(role.test):,} for testing",
        "network": f"ResNet-{recipe.depth}, width {recipe.width}: "
                   f"{sum(weight.numel() for weight in net.parameters()) / 1e6:.2f} M parameters",
        "training": f"{recipe.epochs} epochs of batches of {recipe.batch_size}",
        "seeds": ", ".join(map(str, noise.seeds)),
        "torch": machine["torch"],
        "processor": f"{machine['processor']}, {machine['threads']:.0f} threads, {machine['precision']}",
    }


def run():
    noise, steps = read("noise", Noise), read("sam_multistep", SamMultistep).steps
    robustness, landscape = tensors("robustness", noise.seeds), tensors("landscape", noise.seeds)
    right = {n: per_image(robustness[n], landscape[n], noise.robustness.bits) for n in NETWORKS}
    claims = all_claims(right, {n: landscape[n]["eigenvalues"] for n in NETWORKS}, steps)
    write_json("metrics/noise.json", metrics(claims))
    write_page(Page(
        name="noise",
        title="Noise-aware training and sharpness-aware minimisation",
        question="Does a flat minimum generalise better than a sharp one, and does it bear disturbed weights?",
        sources=[[f"{FORET}, Sharpness-aware minimization for efficiently improving generalization, ICLR",
                  "https://arxiv.org/abs/2010.01412"]],
        conditions=conditions(noise),
        answer=answer(claims, right),
        claims=claims,
        tables=[
            generalisation_table(numbers("robustness", noise.seeds), steps),
            flatness_table(numbers("landscape", noise.seeds), noise.landscape.rho),
            disturbance_table(right),
        ],
        figures=FIGURES,
    ))
    for claim in claims:
        print(f"{claim.verdict:<13} {claim.effect:+8.2f} {claim.unit:<6} [{claim.low:+.2f}, {claim.high:+.2f}]  "
              f"{claim.sentence}")


if __name__ == "__main__":
    main(run)
