"""Figures of accuracy by what was kept, of how networks rank images and of what they keep."""

import xarray as xr

from stages.core.charts import dots, lines, matrix, saved
from stages.core.data import unit
from stages.core.plots import picture_grid
from stages.coreset.images import images
from stages.coreset.params import COMPARED, HALF
from stages.coreset.results import RANKINGS, WORDS

SHOWN = 10                                                   # pictures in a row


def accuracy_figures(right, fractions, settings):
    """Accuracy by fraction, and what each choice of a half gains over a random one."""
    names = {name: WORDS[name] for name in settings.choices if name != "random"}
    epochs = {name: right[name, HALF] - right["random", HALF] for name in names}
    by_steps = {name: right["same_steps", name] - right["same_steps", "random"]
                for name in COMPARED if name != "random"}
    less = {("entropy", HALF): "proxy, then its half", "same_work": "all images, fewer epochs",
            ("random", HALF): "a random half"}
    return [
        lines(
            "coreset/fractions", "Test accuracy of the target by the percentage of training images kept, as "
            "the proxy ranks them; epochs are equal. Chance is 10 %.",
            {"Accuracy by images kept": (fractions, "kept", "training images kept, %")},
            {name: WORDS[name] for name in settings.sweep.choices}, "test accuracy, %",
            (float(right["all"].mean()), "the target on all images"),
            claims=["half_suffices", "few_hard_images_are_worse"],
        ),
        dots(
            "coreset/gain", "What a target gains on a chosen half over a random half, image by image: for as "
            "many epochs or, where shown, for as many steps as on all images.",
            {"A chosen half": {"as many epochs": epochs, "as many steps as all": by_steps}}, names,
            "points more than a random half", (0, "no gain"),
            ["entropy_beats_random", "forgetting_beats_random", "entropy_beats_random_by_steps",
             "proxy_chooses_as_well"],
        ),
        dots(
            "coreset/budget", "Test accuracy that less work costs the target, image by image against all "
            "images for all epochs: a half that the proxy chose by entropy or that is random, and all images "
            "for as much work as proxy and half together.",
            {"Less work": {"": {name: right["all"] - right[name] for name in less}}}, less, "points lost",
            (0, "no loss"), ["half_suffices", "selection_beats_fewer_epochs"],
        ),
    ]


def ranking_figure(correlation):
    """How alike networks rank images."""
    return dots(
        "coreset/agreement", "Spearman’s rank correlation of scores of all training images: of proxy and "
        "target of a seed, and of targets of two seeds.",
        {"Rank correlation": {"proxy and target": correlation["proxy"],
                              "two targets": correlation["target"]}},
        {name: WORDS[name] for name in RANKINGS}, "rank correlation", (0, "chance"), ["proxy_ranks_alike"],
    )


def picked_figures(held, role):
    """What the half that the proxy keeps holds."""
    by_class = held["classes"].mean("seed").transpose("network", "class")
    named = {name: WORDS[name] for name in RANKINGS}
    shares = xr.DataArray(
        by_class.sel(network=list(RANKINGS)).to_numpy(),
        {"criterion": list(named.values()), "class": role.classes}, ["criterion", "class"],
    )
    return [
        dots(
            "coreset/picked", "Percent of the images with a wrong label, and of the near-duplicates, that "
            "the proxy keeps in a half.",
            {"In the half that is kept": {
                "wrong labels": held["wrong"], "near-duplicates": held["duplicates"],
            }}, named, "% kept", (100 * HALF, "what a random half holds"),
            ["forgetting_picks_wrong_labels", "entropy_picks_wrong_labels"],
        ),
        matrix(
            "coreset/classes", "How much of each class is in the half that the proxy keeps, in percent, all "
            "seeds together; a random half has 50 of each.", {"Kept of each class": shares}, "class",
            "", claims=["entropy_beats_random"],
        ),
    ]


def first_and_last(both):
    """Pictures of what the proxy of the first seed keeps first and last, at their full size."""
    rows, role = [], images(1)
    for name in ("entropy", "forgetting", "k_centre"):
        order = both.order.isel(seed=0).sel(network="proxy", criterion=name).to_numpy().astype(int)
        for words, at in {"first": order[:SHOWN], "last": order[-SHOWN:]}.items():
            captions = [role.classes[label] for label in role.train.labels[at].tolist()]
            pictures = unit(role.train.images[at]).cpu()
            rows.append((f"{WORDS[name]}: {words}", pictures, captions))
    return saved(
        "coreset/pictures", picture_grid([""] * SHOWN, rows, inches=0.5),
        "Training images that the proxy of the first seed would keep first and last, with their classes.",
        ["entropy_beats_random"],
    )
