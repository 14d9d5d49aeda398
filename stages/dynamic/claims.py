"""Chen et al.'s and Bejnordi et al.'s statements, and ours, tested on the networks just trained.

All were fixed before the outcome was looked at, and so were their measures but one. Kernels: images right,
the same images for both networks. That gains level off by four kernels was tested as: the step from one to
four gains more than that from four to five, which a straight line does as well; now each of the kernels two
to four must gain more, on average, than the fifth. Gates: a plain network of the same cost is one between
plain networks of three widths, by linear interpolation, seed by seed. Attacks: what moves is compared with
noise that changes every pixel as much as the white-box attack, as far as [0, 1] allows; robustness is what a
network loses of its own clean accuracy, which varies less between seeds than what is left, and "not more" is
at most a point less lost.
"""

from stages.core.claims import OURS, claim
from stages.dynamic.about import BEJNORDI, CHEN

POINT = 1.0


def kernel_claims(right):
    """From percent right of networks by name."""
    plain, four = right["plain"], right["four"]
    return [
        claim(id="kernels_help", difference=four - plain, source=CHEN, given=[four, plain],
              sentence="A network that mixes four kernels anew for every image in every convolution "
                       "classifies more test images correctly than the same network with one."),
        claim(id="gains_level_off", difference=(four - plain) / 3 - (right["five"] - four), source=OURS,
              given=[four, plain, right["five"]],
              sentence="From one kernel to four, a kernel more gains more accuracy on average than the fifth "
                       "does."),
        claim(id="annealing_helps", difference=four - right["flat"], source=CHEN, given=[four, right["flat"]],
              sentence="A network with four kernels is more accurate if the temperature of its attention "
                       "falls to 1 in training than if it is 1 from the first step."),
    ]


def attention_claims(probed, four):
    """From percent right of a linear probe by `layer`, and of the network."""
    return [claim(
        id="late_attention_tells_class", difference=probed.sel(layer="late") - probed.sel(layer="early"),
        source=OURS, given=four,
        sentence="The attention of the last layer alone tells a test image's class more often than that of "
                 "the first.",
    )]


def gate_claims(right, alike, conditional):
    """From percent right, also of plain networks that cost what `medium` does, and percent of gates that are
    conditional.
    """
    medium, unshaped = right["medium"], right["unshaped"]
    return [
        claim(id="gates_beat_narrow", difference=medium - alike, source=BEJNORDI, given=[medium, alike],
              sentence="A network with gates on its channels classifies more test images correctly than a "
                       "narrower plain network that costs as many multiply-accumulates."),
        claim(id="shaping_keeps_gates_conditional", unit="% of gates", source=BEJNORDI,
              difference=conditional["medium"] - conditional["unshaped"], given=[medium, unshaped],
              sentence="Batch shaping leaves more gates that depend on the image than the same price of open "
                       "gates without it."),
    ]


def attack_claims(found):
    """From what is right and what moves, in percent, by `images`; kind of network -> Dataset."""
    clean = {kind: one.right.sel(images="clean") for kind, one in found.items()}
    white = {kind: one.right.sel(images="white") for kind, one in found.items()}
    words = {"kernels": "attention", "gates": "gates"}
    made = []
    for kind, what in words.items():
        moved = found[kind].moved
        made += [claim(
            id=f"{how}_moves_{what}", difference=moved.sel(images=images) - moved.sel(images="noise"),
            source=OURS, unit=f"% of {what}", given=clean[kind],
            sentence=f"{attack} moves the {what} of a network farther from the clean image's than noise that "
                     f"changes every pixel as much{other}.",
        ) for how, images, attack, other in (
            ("attack", "white", "A white-box attack on the input", ""),
            ("transfer", "transfer", "An attack on a plain network, transferred,",
             " as a white-box attack on it"),
        )]
    for kind, name in {"kernels": "with four kernels", "gates": "with gates"}.items():
        lost = (clean[kind] - white[kind]) - (clean["plain"] - white["plain"])
        made.append(claim(
            id=f"{kind}_not_more_robust", difference=lost + POINT, source=OURS,
            given=[clean[kind], clean["plain"]],
            sentence=f"Under a white-box attack a network {name} does not keep its accuracy better than a "
                     "plain one: what it loses is less by at most a point.",
        ))
        made.append(claim(
            id=f"{kind}_learn_robustness", source=OURS,
            difference=white[f"{kind}_adversarial"] - white["plain_adversarial"],
            given=[clean[f"{kind}_adversarial"], clean["plain_adversarial"]],
            sentence=f"Trained on attacked images, a network {name} classifies more attacked test images "
                     "correctly than a plain one trained so.",
        ))
    return made
