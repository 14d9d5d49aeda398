"""This experiment's page in the report: the papers' numbers beside ours, in words, tables and figures.

Numbers of Frankle & Carbin 2019 are of their "Resnet-18" on CIFAR-10, which is the ResNet-20 here with
convolutions on its shortcuts, with learning rate 0.03 and warm-up (section 4).
"""

from stages.core.charts import table
from stages.core.data import load_role
from stages.core.measurements import recorded
from stages.core.pages import Figure, Page, machine, write_page
from stages.lottery.results import (
    ATTACKED,
    CONTINUOUS,
    CRITERIA,
    METHODS,
    TREATMENTS,
    criteria,
    labels,
    methods,
    renamed,
    share,
    treatments,
)

PAPER = (
    "Frankle & Carbin 2019, section 4, ResNet-20 with learning rate 0.03 and warm-up, 30,000 steps on "
    "CIFAR-10: 90.5 % with 27.1 % of all weights, winning tickets down to 11.8 %; dense with learning rate "
    "0.1: 90.5 %. The paper gives the controls as curves only. Its network has convolutions on the "
    "shortcuts, ours has none, and our percentages are of convolution weights alone."
)
SAVARESE = (
    "For ResNet-20 on CIFAR-10 the README of Savarese et al.'s code says 91.5 to 92.0 % for tickets with 20 "
    "to 30 % of the weights and 90 to 91 % for dense networks."
)


def tables(lottery, found, attacked):
    """The tables, from the Datasets that claims.py has."""
    right, common = found.right, f"{share(found, lottery.common_round):.1f} % of the convolution weights"
    treated, rounds = renamed(right, treatments(lottery)), range(1, len(lottery.rounds) + 1)
    return [
        table(
            "Test accuracy by percentage of convolution weights left, in %", METHODS,
            {f"{share(found, n):.1f} % left": renamed(right, methods(lottery, n)) for n in rounds},
            f"The dense network has all weights. {PAPER}",
        ),
        table(
            f"Tickets with {common} by masking criterion: test accuracy, in %",
            {name: CRITERIA[name] for name in lottery.criteria},
            {scope: renamed(right, criteria(lottery, scope)) for scope in lottery.scopes},
            "Pruned at once. Zhou et al. 2019 prune iteratively and layer by layer. SNIP and Taylor are from "
            "other papers.",
        ),
        table(
            f"What becomes of the weights of a ticket with {common}", labels(treated, TREATMENTS),
            {"test accuracy, %": treated, "minus the ticket's": treated - treated.sel(network="ticket")},
            "All have the mask of the global ticket. Zhou et al. 2019, sections 3 and 4, give curves only.",
        ),
        table(
            "Tickets under adversarial training: test accuracy, in %", ATTACKED,
            {"weights left, %": attacked.left, "clean": attacked.right, "under attack": attacked.robust},
            f"{lottery.adversarial.epochs} epochs, pruned at once. The papers have no such tickets.",
        ),
        table(
            "Tickets by continuous sparsification and by magnitude: test accuracy, in %", CONTINUOUS,
            {"weights left, %": found.left, "test accuracy, %": right}, SAVARESE,
        ),
    ]


FIGURES = [
    Figure(
        "plots/lottery/figures/sparsity.svg",
        "Test accuracy of networks with few of their convolution weights, by how these were chosen and what "
        "they were trained from. Intervals are of 95 %, over seeds and images; the dotted line is chance.",
    ),
    Figure(
        "plots/lottery/figures/criteria.svg",
        "Test accuracy of tickets by the criterion that chose their weights, all pruned at once to the same "
        "sparsity. Intervals are of 95 %, over seeds and images; the dotted line is chance.",
    ),
    Figure(
        "plots/lottery/figures/treatments.svg",
        "Test accuracy of the ticket, and with other weights in its mask or around it. Intervals are of "
        "95 %, over seeds and images; the dotted line is chance.",
    ),
]


def answer(lottery, claims, found):
    """The experiment in three sentences, made of its numbers."""
    supported, last = sum(one.verdict == "supported" for one in claims), lottery.controlled[-1]
    right = renamed(found.right, methods(lottery, last)).mean(["seed", "image"])
    percent = {name: f"{float(right.sel(network=name)):.1f} %" for name in METHODS}
    return (
        f"{supported} of {len(claims)} claims are supported here. The dense network gets {percent['dense']} "
        f"of the test images right. With {share(found, last):.1f} % of the weights the ticket gets "
        f"{percent['global']}, its mask with new weights {percent['reinit']}, a random mask "
        f"{percent['random']}."
    )


def conditions(lottery, seeds):
    """What the numbers depend on, in words."""
    role, recipe = load_role("objects"), lottery.training
    kind = {"resnet": "ResNet", "vgg": "VGG"}[lottery.network.kind]
    return {
        "data": role.source,
        "images": f"{len(role.train):,} for training, {len(role.test):,} for testing",
        "network": f"{kind}-{lottery.network.depth}, width {lottery.network.width}",
        "training": f"{recipe.epochs} epochs of batches of {recipe.batch_size}, learning rate {recipe.lr:g} "
        f"after {recipe.warmup_steps} steps of warm-up, tickets reset to step {lottery.rewind_step}",
        "seeds": f"{', '.join(map(str, seeds))}; under attack the first {lottery.adversarial.seeds}",
    } | machine(recorded(f"data/training/lottery/dense/{seeds[0]}.safetensors").attrs)


def write(lottery, seeds, claims, found, attacked):
    """Writes data/lottery/page.json; `found` and `attacked` are the Datasets that claims.py has."""
    write_page(Page(
        name="lottery",
        title="The lottery ticket hypothesis",
        question="Is there a small network in the initial one that learns as well, and how is it found?",
        sources=[
            ["Frankle, Carbin: The lottery ticket hypothesis, ICLR 2019", "https://arxiv.org/abs/1803.03635"],
            ["Zhou, Lan, Liu, Yosinski: Deconstructing lottery tickets, NeurIPS 2019",
             "https://arxiv.org/abs/1905.01067"],
            ["Savarese, Silva, Maire: Winning the lottery with continuous sparsification, NeurIPS 2020",
             "https://arxiv.org/abs/1912.04427"],
        ],
        conditions=conditions(lottery, seeds),
        answer=answer(lottery, claims, found),
        claims=claims,
        tables=tables(lottery, found, attacked),
        figures=FIGURES,
    ))
