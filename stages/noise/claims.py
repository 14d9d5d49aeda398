"""What Foret et al. 2021 say of flat minima, and what is hoped of them, tested on the networks just trained.

Whatever is compared, is compared test image by test image: the difference of two networks' shares of correct
answers over the conditions of a measure (strengths and draws of noise, radii, numbers of bits). Curvature is
compared batch by batch.
"""

from stages.core.claims import metrics, positive, summary, within
from stages.core.files import write_json
from stages.core.params import Seeds, Training, read
from stages.core.stage import main
from stages.noise.page import write
from stages.noise.params import LOW_BITS, Noise, SamMultistep
from stages.noise.results import NETWORKS, tensors

FORET = "Foret et al. 2021"
HALF_A_POINT = 0.5


def per_image(robustness, landscape, bits):
    """Percent correct of one network per seed and test image, (s, n), over each measure's conditions."""
    low = [i for i, b in enumerate(bits) if b <= LOW_BITS]
    rounded = (robustness["per_tensor"][:, low] + robustness["per_channel"][:, low]) / 2
    return {
        "clean": 100 * robustness["clean"],
        "gaussian": 100 * robustness["gaussian"].mean((1, 2)),
        "low_bits": 100 * rounded.mean(1),
        "adversarial": 100 * landscape["adversarial_l2"].mean(1),
    }


def all_claims(right, curvature, steps):
    """The claims, from percent correct per image (network -> measure -> (s, n)) and from the largest
    eigenvalue per batch (network -> (s, b)).
    """

    def better(network, other, measure, **text):
        difference = right[network][measure] - right[other][measure]
        return positive(difference, "test images", unit="points", **text)

    return [
        better(
            "sam", "sgd", "clean", id="sam_generalises", source=f"{FORET}, table 1",
            sentence="SAM classifies more test images correctly than SGD.",
        ),
        better(
            "sam", "gaussian", "clean", id="adversarial_beats_random", source=f"{FORET}, C.5, figure 6",
            sentence="Training at adversarial weights (SAM) generalises better than at random ones nearby.",
        ),
        within(
            right["sam_multistep"]["clean"] - right["sam"]["clean"], HALF_A_POINT, "test images",
            unit="points", id="more_steps_change_little", source=f"{FORET}, C.6",
            sentence=f"{steps} ascent steps instead of one change test accuracy by less than half a point.",
        ),
        positive(
            curvature["sgd"] - curvature["sam"], "batches of training images",
            unit="λ", id="sam_is_flatter", source=f"{FORET}, section 4.2",
            sentence="The largest eigenvalue of the Hessian is smaller where SAM ends than where SGD ends.",
        ),
        better(
            "sam", "sgd", "adversarial", id="sam_bears_attack", source=f"{FORET}, equation 1",
            sentence="SAM keeps more test accuracy than SGD under adversarial weight changes in an L2 ball.",
        ),
        better(
            "sam", "sgd", "gaussian", id="sam_bears_noise", source="our question",
            sentence="SAM keeps more test accuracy than SGD under Gaussian weight noise.",
        ),
        better(
            "gaussian", "sgd", "gaussian", id="noise_training_bears_noise", source="our question",
            sentence="Training with Gaussian weight noise keeps more test accuracy under it than SGD.",
        ),
        better(
            "sam", "sgd", "low_bits", id="sam_bears_rounding", source="our question",
            sentence=f"SAM keeps more test accuracy than SGD with weights of {LOW_BITS} bits and fewer.",
        ),
        better(
            "sam_linf", "sam", "low_bits", id="linf_bears_rounding", source="our question",
            sentence=f"SAM in an L∞ ball keeps more than in an L2 ball with {LOW_BITS} bits and fewer.",
        ),
    ]


def run():
    noise, steps = read("noise", Noise), read("sam_multistep", SamMultistep).steps
    seeds = read("seeds", Seeds)
    robustness, landscape = tensors("robustness", seeds), tensors("landscape", seeds)
    right = {n: per_image(robustness[n], landscape[n], noise.robustness.bits) for n in NETWORKS}
    claims = all_claims(right, {n: landscape[n]["eigenvalues"] for n in NETWORKS}, steps)
    write_json("metrics/noise.json", metrics(claims))
    write(noise, read("training", Training), seeds, steps, claims, right)
    print(*(summary(claim.row()) for claim in claims), sep="\n")


if __name__ == "__main__":
    main(run)
