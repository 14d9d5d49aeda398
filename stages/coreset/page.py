"""The end of this experiment: its claims, tables and figures.

Of the paper's numbers only those of its abstract could be verified; the note below a table has them.
"""

from stages.core.charts import table, write_lines, write_losses
from stages.core.measurements import recorded
from stages.core.pages import conditions, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.coreset.about import ABOUT
from stages.coreset.claims import claims
from stages.coreset.figures import accuracy_figures, first_and_last, picked_figures, ranking_figure
from stages.coreset.images import images
from stages.coreset.params import COMPARED, CRITERIA, HALF, LEAST, Coreset
from stages.coreset.results import WORDS, agreement, picked, rankings, results, shared, swept
from stages.coreset.work import share_of_work, trainings


def accuracy_table(right, settings):
    """Accuracy by what was trained on."""
    names = {name: WORDS[name] for name in settings.choices}
    columns = {
        f"{100 * fraction:g} %": {name: right.get((name, fraction)) for name in names}
        for fraction in settings.sweep.fractions
    }
    return table(
        "Test accuracy in % of the target, by the images that it is trained on",
        {"all": "all images", "same_work": "all images, as much work as selection"} | names, columns | {
            "100 %": {name: right[name] for name in ("all", "same_work")},
            "50 %, as many steps as 100 %": {name: right["same_steps", name] for name in COMPARED},
            "points that a half loses": {name: right["all"] - right[name, HALF] for name in names},
            "seeds of a half": {name: right[name, HALF].sizes["seed"] for name in names},
        },
        "Epochs are equal but for “as many steps” and “as much work”. Where a half has more seeds than "
        f"{settings.seeds}, so have 30 % if there are any; all else has {settings.seeds}.", of="images kept",
    )


def ranking_table(both, correlation):
    """How proxy and target agree."""
    events = 100 * (both.score.sel(network="proxy", criterion="forgetting") > 0).mean()
    return table(
        "How alike proxy and target rank the training images", {name: WORDS[name] for name in CRITERIA},
        {
            "rank correlation of proxy and target": correlation["proxy"],
            "of two targets": correlation["target"],
            "shared of the half kept, %": shared(both),
        },
        "Spearman’s, of all training images; two targets have neighbouring seeds. Images with equal scores "
        f"are kept by chance: by forgetting, all but the {events:.0f} % that a proxy forgot or never learnt.",
        of="criterion", digits=2,
    )


def picked_table(held):
    """What each criterion keeps."""
    classes = held["classes"]
    return table(
        "What the proxy keeps: percent of the wrong labels, of near-duplicates and of classes",
        {name: WORDS[name] for name in classes.network.values},
        {
            "wrong labels in 30 %": held["few_wrong"], "wrong labels in 50 %": held["wrong"],
            "near-duplicates in 50 %": held["duplicates"],
            "class kept least": classes.min("class"), "class kept most": classes.max("class"),
        },
        "Wrong labels are learnt by a proxy of their own. Near-duplicates are the tenth of the images that "
        "is nearest to another, pixel by pixel.", of="criterion",
    )


def cost_table(right, settings, cost):
    """What selection takes and what it leaves."""
    found = trainings(settings, cost)
    accuracy = {"all": right["all"], "proxy": right["proxy"], "half": right["entropy", HALF],
                "both": right["entropy", HALF], "many": right["same_steps", "entropy"],
                "much": right["same_work"]}
    words = {
        "all": "target on all images", "proxy": "proxy, with its look at all images",
        "half": "target on the half of highest entropy", "both": "proxy and half together",
        "many": "that half for as many steps as all", "much": "all images, as much work as proxy and half",
    }
    return table(
        "What training and selection take", words, {
            "epochs": {name: epochs for name, (epochs, _, _) in found.items()},
            "steps": {name: steps for name, (_, steps, _) in found.items()},
            "multiply-accumulates, 10⁹": {name: f"{each / 1e9:,.1f}" for name, (*_, each) in found.items()},
            "% of all": {name: f"{100 * each / found['all'][2]:.0f}" for name, (*_, each) in found.items()},
            "test accuracy, %": accuracy,
        },
        "Multiply-accumulates are those of convolutions and matrix products, forward and backward. On "
        "CIFAR-10 Coleman et al. 2020 remove half of the images without loss and need 1.6 times less time, "
        "the proxy included.", of="training",
    )


def answer(right, settings, cost, held):
    """The experiment in four sentences, made of its numbers."""
    mean = {name: float(values.mean()) for name, values in right.items()}
    wrong, part = held["wrong"].mean(["seed", "image"]), share_of_work(settings, cost)
    return (
        f"On all {settings.data.train:,} images the target has {mean['all']:.1f} % of the test images "
        f"right, on a random half {mean['random', HALF]:.1f} %, on the half of highest entropy "
        f"{mean['entropy', HALF]:.1f} %, on the one forgotten most often {mean['forgetting', HALF]:.1f} %; "
        f"on three images in ten, {mean['random', LEAST]:.1f} % with random ones and "
        f"{mean['entropy', LEAST]:.1f} % with those of highest entropy. Proxy and half take "
        f"{100 * part:.0f} % of the multiply-accumulates of all images, {1 / part:.1f} times less; all "
        f"images for as much work give {mean['same_work']:.1f} %. Of the wrong labels, the half chosen by "
        f"entropy holds {float(wrong.sel(network='entropy')):.0f} %, the one chosen by forgetting "
        f"{float(wrong.sel(network='forgetting')):.0f} %."
    )


def run():
    settings, seeds = read("coreset", Coreset), listed()
    right, cost = results(settings, seeds), recorded("data/coreset/cost.safetensors")
    both, noisy = rankings(seeds, seeds[: settings.seeds])
    correlation = agreement(both)
    held = picked(both, noisy, recorded("data/coreset/neighbours.safetensors"))
    role, fractions = images(settings.target.pool), swept(right, settings)
    write_losses("coreset", {"coreset": ["proxy", "target"]}, seeds)
    write_lines("plots/coreset/curves/fractions.csv", fractions, "kept", settings.sweep.choices)
    publish(
        ABOUT, conditions(role, settings.target, seeds, "coreset/target"),
        answer(right, settings, cost, held), claims(right, correlation, held["wrong"]),
        [accuracy_table(right, settings), cost_table(right, settings, cost),
         ranking_table(both, correlation), picked_table(held)],
        [*accuracy_figures(right, fractions, settings), ranking_figure(correlation),
         *picked_figures(held, role), first_and_last(both)],
        **{f"{name}_test_accuracy": float(right[name].mean()) for name in ("proxy", "all")},
        **{f"{name}_half_test_accuracy": float(right[name, HALF].mean()) for name in settings.choices},
        work_percent=100 * share_of_work(settings, cost),
    )


if __name__ == "__main__":
    main(run)
