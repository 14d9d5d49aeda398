"""The end of this experiment: its claims, tables and figures."""

import xarray as xr

from stages.core.charts import dots, lines, matrix, side_by_side, table, write_lines
from stages.core.pages import conditions, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.noisy_labels.about import ABOUT
from stages.noisy_labels.claims import claims, memorised
from stages.noisy_labels.images import some_of_role
from stages.noisy_labels.params import ASYMMETRIC, CLEAN, MAIN, SYMMETRIC, NoisyLabels
from stages.noisy_labels.results import (
    NAMES,
    best,
    given_labels,
    last,
    of_classes,
    results,
    share,
    stopped,
    swept,
)

CHANCE = 10, "chance"                                        # percent; ten classes
EPOCHS = {"last": last, "best": best, "stopped": stopped}
TITLES = {SYMMETRIC: "Symmetric, 40 %", ASYMMETRIC: "Class-dependent, 40 %"}


def in_words(noise):
    """How tables call a noise."""
    kind, _, what = noise.partition("_")
    kinds = {"symmetric": "symmetric", "asymmetric": "class-dependent", "human": "people’s:"}
    return "right labels" if noise == CLEAN else f"{kinds[kind]} {what}{' %' * what.isdigit()}"


def by_method(found, noise, of):
    """A measure of every method that was tried at one noise, a dict."""
    return {method: of(one[noise]) for method, one in found.items() if noise in one}


def accuracy_table(found, settings):
    """Accuracy in the last epoch at every noise."""
    noises = sorted(settings.noises.each, key=lambda name: (name != CLEAN, name))
    return table(
        "Test accuracy in the last epoch, %, by noise", NAMES,
        {in_words(noise): by_method(found, noise, last) for noise in noises},
        of="method",
    )


def epochs_table(found):
    """Last, best and stopped epoch, and what is memorised, at the noises that every method has."""
    columns = {f"{in_words(noise)}: {name}": by_method(found, noise, of)
               for noise in TITLES for name, of in (EPOCHS | {"memorised": memorised}).items()}
    return table(
        "Test accuracy by the epoch that is read, and wrong labels memorised in the last, %", NAMES, columns,
        "Best: chosen on one half of the test images and read on the other, both ways. Stopped: where most "
        "labels of held-out images, as wrong as the others, are predicted.", of="method",
    )


def sweep_table(sweep, sce):
    """Other values of SCE's parameters."""
    rows = {(key, value): f"{'α' if key == 'alpha' else 'β'} = {value:g}"
            for key, values in sweep.items() for value in values}
    one = {row: sweep[row[0]][row[1]] for row in rows}
    return table(
        "SCE with other α and β at 40 % symmetric noise, %: one seed", rows,
        {"last epoch": {row: last(found) for row, found in one.items()},
         "best epoch": {row: best(found) for row, found in one.items()},
         "wrong labels memorised": {row: memorised(found) for row, found in one.items()}},
        f"Else α = {sce.alpha:g}, β = {sce.beta:g}, A = {sce.a:g}. Labels are one class each, so only β·A "
        f"matters: β = {2 * sce.beta:g} would be A = {2 * sce.a:g}. The learning rate is the same for all, "
        "so that a larger α or β also means larger steps; where accuracy is that of chance, the network "
        "has not learnt at all.", of="parameter",
    )


def rates_figure(found):
    """Accuracy by the rate of symmetric noise."""
    def along(of):
        names = {int(noise.partition("_")[2] or 0): noise for noise in found["ce"]
                 if noise.startswith((CLEAN, "symmetric"))}
        values = {method: xr.concat([of(found[method][name]) for _, name in sorted(names.items())], "rate")
                  for method in MAIN}
        return side_by_side(values).assign_coords(rate=sorted(names)), "rate", "wrong labels, %"

    return lines(
        "noisy_labels/rates", "Test accuracy by the share of labels that are wrong, symmetric noise: in the "
        "last epoch, in the best, and where held-out wrong labels say to stop.",
        {"Last epoch": along(last), "Best epoch": along(best), "Stopped": along(stopped)},
        {method: NAMES[method] for method in MAIN}, "test accuracy, %", CHANCE, (0, 100),
        ["sce_beats_ce", "ce_falls", "ce_falls_behind", "stopping_helps", "sce_beats_stopping",
         "sce_costs_nothing"],
    )


def epochs_figure(found):
    """What networks learn from epoch to epoch at 40 % symmetric noise."""
    def of_all(of):
        one = {method: of(networks[SYMMETRIC]) for method, networks in found.items()}
        return side_by_side(one), "epoch", "epoch"

    return lines(
        "noisy_labels/epochs", "What networks learn at 40 % symmetric noise: test images that are right, "
        "training images with a right label that are taken for it, and those with a wrong label.",
        {"Test images": of_all(lambda one: one.right),
         "Right label, learnt": of_all(lambda one: share(one, "fitted")),
         "Wrong label, memorised": of_all(lambda one: share(one, "memorised"))},
        NAMES, "% of images", claims=["ce_memorises", "sce_memorises_less"], ylim=(0, 100),
    )


def methods_figure(found):
    """All methods at both noises."""
    return dots(
        "noisy_labels/methods", "Test accuracy by method, in the last epoch, in the best and where held-out "
        "wrong labels say to stop.",
        {title: {f"{name} epoch": by_method(found, noise, of) for name, of in EPOCHS.items()}
         for noise, title in TITLES.items()},
        NAMES, "test accuracy, %", CHANCE, ["sce_beats_others", "forward_beats_ce", "forward_beats_others",
                                            "sce_beats_ce_asymmetric"], (0, 100),
    )


def classes_figure(found, labels, classes):
    """CE and SCE class by class, at 40 % symmetric noise."""
    rows = dict(enumerate(classes))

    def of_both(of):
        return {NAMES[method]: of(found[method][SYMMETRIC]).rename({"class": "network"}) for method in MAIN}

    return dots(
        "noisy_labels/classes", "Class by class at 40 % symmetric noise, in the last epoch: test images that "
        "are right, and mislabelled training images of the class that are taken for what their label says.",
        {"Test images that are right": of_both(lambda one: of_classes(last(one), labels)),
         "Wrong labels memorised": of_both(lambda one: one.memorised.isel(epoch=-1).assign_coords(
             {"class": list(rows)}))},
        rows, "%", claims=["sce_evens_classes"], xlim=(0, 100),
    )


def noise_figure(classes, seed):
    """What labels are given, of each class."""
    named = dict.fromkeys(("class", "given_as"), classes)
    counts = {noise: one.assign_coords(named) for noise, one in given_labels(TITLES, seed).items()}
    return matrix(
        "noisy_labels/noise", "The labels that training images are given, in percent of each class, of one "
        "seed. Cells without a number round to 0.",
        {TITLES[noise]: 100 * one / one.sum("given_as") for noise, one in counts.items()},
        "label given", "true class",
    )


def setting(settings, role, seeds):
    """What the numbers depend on, in words."""
    data, shape = settings.data, settings.network
    words = conditions(
        role, settings.training, seeds, f"noisy_labels/ce/{CLEAN}",
        f"{shape.convolutions} × 3x3 convolutions of {', '.join(map(str, shape.widths))} channels, "
        f"{shape.dense} hidden units" + (f", images {data.pool} times smaller" if data.pool > 1 else ""),
    )
    return words | {"images": f"{data.train - data.validation:,} for training, {data.validation:,} held out, "
                              f"{len(role.test):,} for testing"}


def answer(found):
    """The experiment in three sentences, made of its numbers."""
    at = {method: {noise: float(last(one[noise]).mean()) for noise in one} for method, one in found.items()}
    kept = {method: float(memorised(found[method][SYMMETRIC]).mean()) for method in MAIN}
    leader = max(at, key=lambda method: at[method][ASYMMETRIC])
    return (
        f"With right labels cross-entropy (CE) has {at['ce'][CLEAN]:.0f} % of the test images right and "
        f"symmetric cross-entropy (SCE) {at['sce'][CLEAN]:.0f} %; at 40 % symmetric noise "
        f"{at['ce'][SYMMETRIC]:.0f} and {at['sce'][SYMMETRIC]:.0f} %. There CE ends with {kept['ce']:.0f} % "
        f"of the wrong labels memorised and SCE with {kept['sce']:.0f} %. At 40 % class-dependent noise, "
        f"{NAMES[leader]} is ahead with {at[leader][ASYMMETRIC]:.0f} %, where CE has "
        f"{at['ce'][ASYMMETRIC]:.0f} and SCE {at['sce'][ASYMMETRIC]:.0f} %."
    )


def run():
    settings, seeds = read("noisy_labels", NoisyLabels), listed()
    role, found = some_of_role(settings.data), results(settings, seeds)
    labels = xr.DataArray(role.test.labels.cpu().numpy(), dims="image", name="class")
    curves = side_by_side({method: found[method][SYMMETRIC].right for method in MAIN})
    write_lines("plots/noisy_labels/curves/accuracy.csv", curves, "epoch", MAIN)
    publish(
        ABOUT, setting(settings, role, seeds), answer(found), claims(found, labels),
        [accuracy_table(found, settings), epochs_table(found),
         sweep_table(swept(settings, found, seeds), settings.methods.sce)],
        [rates_figure(found), epochs_figure(found), methods_figure(found),
         classes_figure(found, labels, role.classes), noise_figure(role.classes, seeds[0])],
        **{f"{method}_{noise}": float(last(one[noise]).mean()) for method, one in found.items()
           for noise in TITLES},
    )


if __name__ == "__main__":
    main(run)
