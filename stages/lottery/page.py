"""The end of this experiment: its claims, the papers' numbers beside ours, figures.

What Frankle & Carbin 2019 call "Resnet-18" is the ResNet-20 here with convolutions on its shortcuts.
"""

from stages.core.charts import dots, lines, table, write_lines
from stages.core.data import load_role
from stages.core.histories import histories
from stages.core.pages import accuracies, conditions, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.lottery import results
from stages.lottery.about import ABOUT
from stages.lottery.claims import claims
from stages.lottery.params import Lottery

ACCURACY = "test accuracy, %"
FEW = 3                                                      # rounds; dots for fewer, for more a line
PAPER = (
    "Frankle & Carbin 2019, section 4, ResNet-20 with learning rate 0.03 and warm-up, 30,000 steps on "
    "CIFAR-10, tickets reset to their initial weights: 90.5 % with 27.1 % of all weights, winning tickets "
    "down to 11.8 %; dense with learning rate 0.1: 90.5 %. The paper gives the controls as curves only. Its "
    "network has convolutions on the shortcuts, ours has none, and our percentages are of convolution "
    "weights alone."
)
SAVARESE = (
    "The README of Savarese et al.'s code names 91.5 to 92.0 % on CIFAR-10 for tickets of “20-30% sparsity”, "
    "by which we think it means the weights that are left, and 90 to 91 % for dense networks."
)
KEPT = {
    "large_final": "those that end largest", "small_final": "those that end smallest",
    "large_init": "those that began largest", "large_init_large_final": "those that began and end large",
    "magnitude_increase": "those that grew most", "movement": "those that moved farthest", "random": "any",
    "snip": "those that the loss feels most before training (another paper's)",
    "taylor": "those that the loss feels most after training (another paper's)",
}


def sparsity(lottery, found, level):
    """Accuracy by percentage of weights left: a table, and a figure: dots, or lines along many rounds."""
    rounds, name, words = range(1, len(lottery.rounds) + 1), "lottery/sparsity", results.METHODS
    by_left = {f"{results.share(found, number):.1f} % of weights left":
               results.renamed(found.right, results.methods(lottery, number)) for number in rounds}
    caption = (
        "Test accuracy of networks with few of their convolution weights, by how these were chosen and what "
        "they were trained from. A mask says which weights are kept."
    )
    claims = ["ticket_matches_dense", "ticket_beats_reinit", "ticket_beats_random_mask",
              "ticket_beats_finetuned", "global_beats_layerwise"]
    if len(rounds) < FEW:
        panels = {left: {"": right} for left, right in by_left.items()}
        figure = dots(name, caption, panels, words, ACCURACY, level, claims)
    else:
        title = f"Every round leaves {1 - lottery.fraction:.0%} of the weights"
        panels = {title: (results.by_round(lottery, found.right), "round", "round of pruning")}
        figure = lines(name, caption, panels, words, ACCURACY, level, (0, 100), claims)
    return table("Test accuracy by percentage of convolution weights left, in %", words, by_left,
                 "The dense network has all weights. Pruned and fine-tuned: nothing is reset, every round "
                 f"trains for as many steps, at a peak rate of {lottery.finetuned.lr:g}. {PAPER}"), figure


def by_criterion(lottery, right, common, level):
    """Accuracy by criterion: a table and a figure."""
    labels = {name: results.CRITERIA[name] for name in lottery.criteria}
    by_scope = {results.SCOPES[scope]: results.renamed(right, results.criteria(lottery, scope))
                for scope in lottery.scopes}
    kept = f"Weights are kept {'; '.join(f'by {label}, {KEPT[name]}' for name, label in labels.items())}."
    return table(
        f"Tickets with {common} by the criterion that chose them: test accuracy, in %", labels, by_scope,
        f"Pruned at once. {kept} Zhou et al. 2019 prune iteratively and layer by layer.", of="criterion",
    ), dots(
        "lottery/criteria", "Test accuracy of tickets by the criterion that chose their weights, all pruned "
        f"at once to {common}. {kept}", {"By criterion": by_scope}, labels, ACCURACY, level,
        ["criteria_lead", "large_beats_small"],
    )


def by_treatment(lottery, right, common, level):
    """Accuracy of the ticket and with other weights: a table and a figure."""
    networks = results.treatments(lottery)
    labels, treated = {name: results.TREATMENTS[name] for name in networks}, results.renamed(right, networks)
    return table(
        f"Other weights in a ticket with {common}", labels,
        {"test accuracy, %": treated, "minus the ticket's": treated - treated.sel(network="ticket")},
        "All train the weights that the global ticket keeps. New ones are trained for all steps, from "
        "initial batch norm and linear layer. Zhou et al. 2019, sections 3 and 4, give curves only.",
        of="ticket",
    ), dots(
        "lottery/treatments", f"Test accuracy of a ticket with {common}, and of the same pruned network with "
        "other weights where weights are kept, or where they are not.", {"By treatment": {"": treated}},
        labels, ACCURACY, level, ["rewinding_helps", "signs_help", "zero_beats_frozen"],
    )


def variants(lottery, found, attacked):
    """The tables of tickets that are trained or found in another way."""
    attack = lottery.adversarial.evaluation
    return [
        table("Tickets under adversarial training: test accuracy, in %", results.ATTACKED,
              {"weights left, %": attacked.left, "clean": attacked.right, "under attack": attacked.robust},
              f"{lottery.adversarial.epochs} epochs, pruned at once; {lottery.adversarial.images:,} test "
              f"images, clean and attacked (ε = {attack.epsilon:g}, {attack.iterations} steps). The papers "
              "train no tickets adversarially."),
        table("Tickets by continuous sparsification and by magnitude", results.CONTINUOUS,
              {"weights left, %": found.left, "test accuracy, %": found.right}, SAVARESE),
    ]


def answer(last, left):
    """The experiment in two sentences, made of percent right by method, and of the percentage left."""
    percent = {name: f"{last.sel(network=name).mean():.1f} %" for name in results.METHODS}
    return (
        f"The dense network gets {percent['dense']} of the test images right. With {left:.1f} % of the "
        f"weights the ticket gets {percent['global']}, the same pruned network with new weights "
        f"{percent['reinit']}, as many weights chosen at random {percent['random']}."
    )


def setting(lottery, role, seeds):
    """What the numbers depend on, in words."""
    network, recipe = lottery.network, lottery.training
    kind = {"resnet": "ResNet", "vgg": "VGG"}[network.kind]
    words = conditions(role, recipe, seeds, "lottery/dense", f"{kind}-{network.depth}, width {network.width}")
    return words | {
        "training": f"{words['training']}, learning rate {recipe.lr:g} after {recipe.warmup_steps} steps of "
                    f"warm-up, tickets reset to step {lottery.rewind_step}",
        "seeds": f"{words['seeds']}; under attack the first {lottery.adversarial.seeds}",
    }


def write_curves(right, losses, last):
    """What `dvc plots` draws, the networks of the last round with controls first."""
    others = [name for name in losses.network.values if name not in last.values()]
    every = last | {name.replace("/", "_"): name for name in others}
    write_lines("plots/lottery/curves/sparsity.csv", right, "round", results.METHODS)
    write_lines("plots/lottery/curves/training.csv", results.renamed(losses, every), "epoch", every)


def run():
    lottery, role = read("lottery", Lottery), load_role("objects")
    seeds, names = listed(lottery.seeds), results.networks(lottery)
    found = results.results(names, seeds)
    attacked = results.results(results.ATTACKED, listed(lottery.adversarial.seeds))
    number, level = lottery.controlled[-1], (100 / len(role.classes), "chance")
    common = f"{results.share(found, lottery.common_round):.1f} % of the convolution weights"
    last, left = results.methods(lottery, number), results.share(found, number)
    by_method = results.renamed(found.right, last)
    losses = histories({"lottery": names}, seeds).train_loss
    write_curves(results.by_round(lottery, found.right), losses, last)
    tables, figures = zip(
        sparsity(lottery, found, level), by_criterion(lottery, found.right, common, level),
        by_treatment(lottery, found.right, common, level), strict=True,
    )
    publish(
        ABOUT, setting(lottery, role, seeds), answer(by_method, left), claims(lottery, found, attacked),
        [*tables, *variants(lottery, found, attacked)], figures, **accuracies(by_method), weights_left=left,
    )


if __name__ == "__main__":
    main(run)
