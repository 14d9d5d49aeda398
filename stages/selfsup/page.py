"""The end of this experiment: its claims, tables and figures."""

from stages.core.charts import dots, lines, table, write_lines
from stages.core.pages import conditions, publish
from stages.core.params import Few, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.core.words import counted
from stages.selfsup.about import ABOUT
from stages.selfsup.claims import claims
from stages.selfsup.images import images
from stages.selfsup.params import PER_CENT, Selfsup
from stages.selfsup.results import (
    ARM_NAMES,
    NAMES,
    TRANSFORMS,
    arms,
    best_block,
    gains,
    grid,
    probes,
    tuned,
    varied,
)

CHANCE = 10, "chance"                                        # percent; ten classes
BEGUN = {"simclr": "from SimCLR", "random": "from random weights"}


def probe_table(found, best):
    """The linear probe of every block, of the best, and the vote of neighbours."""
    columns = {f"block {block}": found.linear.sel(block=block) for block in found.block.values}
    return table(
        "Test accuracy in %: a linear probe of each block, and neighbours in the last", NAMES,
        columns | {"best block": best, "neighbours": found.neighbours},
        "The best block is chosen on one half of the test images and read on the other, both ways.",
        of="encoder",
    )


def moved_table(found):
    """How far features move in the last block."""
    last = found.isel(block=-1)
    return table(
        "How far transformed images move in the last block, % of the mean distance between different ones",
        NAMES, {title.lower(): last[name] for name, title in TRANSFORMS.items()}, of="encoder",
    )


def sweep_table(found, settings, seeds):
    """Other temperatures of SimCLR and shares of PIRL's terms: the first seed."""
    sweep, rows, columns = settings.sweep, {}, {}
    own = {"temperature": settings.simclr.temperature, "share": settings.pirl.share}
    for key, network, words, values in (("temperature", "simclr", "SimCLR, τ", sweep.temperatures),
                                        ("share", "pirl_rotation", "PIRL, rotation, λ", sweep.shares)):
        main, other = found.linear.sel(network=network).isel(seed=slice(1)), varied(key, values, seeds)
        one = {own[key]: main} | {value: other.sel(value=value) for value in values}
        for value, linear in sorted(one.items()):
            rows[key, value], columns[key, value] = f"{words} = {value:g}", linear
    return table(
        "A linear probe of each block with other temperatures and shares of both terms, %: one seed", rows,
        {f"block {i + 1}": {row: linear.isel(block=i) for row, linear in columns.items()}
         for i in range(found.sizes["block"])},
        "λ is the share of the transformed copy: without it PIRL is instance discrimination.", of="parameter",
    )


def arms_table(right):
    """SimCLR on other images, and with what is added."""
    return table(
        "SimCLR on other images or with added invariances: a linear probe of the last block, %", ARM_NAMES,
        {"test accuracy": right}, "All are trained for as many steps. Scene-like images are as many as those "
        "of SimCLR as it is, long-tailed ones as many as uniform.", of="arm",
    )


def block_figures(found):
    """Probes by block, and how far features move by block."""
    moves = {title: (found[name], "block", "block") for name, title in TRANSFORMS.items()}
    return [
        lines(
            "selfsup/blocks", "Test accuracy of a linear probe by the block that it reads. Chance is 10 %.",
            {"Linear probe": (found.linear, "block", "block")}, NAMES, "test accuracy, %",
            claims=["rotnet_middle_beats_last"],
        ),
        lines(
            "selfsup/moved", "How far the features of an image move when it is transformed, in percent of "
            "the mean distance between different images: 0 is invariant.",
            moves, NAMES, "distance moved, %", (100, "another image"), claims=["pirl_is_more_invariant"],
        ),
    ]


def method_figures(found, best, right):
    """Encoders side by side, few labels, and batches."""
    return [
        dots(
            "selfsup/encoders", "Test accuracy of encoders: a linear probe of the best block, chosen on "
            "other test images, and the vote of the nearest training images in the last. Chance is 10 %.",
            {"Encoders": {"linear probe": best, "neighbours": found.neighbours}}, NAMES, "test accuracy, %",
            (float(best.sel(network="random").mean()), "the linear probe of random weights"),
            ["simclr_beats_random", "simclr_beats_rotnet", "pirl_beats_rotnet"],
        ),
        dots(
            "selfsup/labels", "Test accuracy after all weights were trained on with a part of the labels, as "
            "many of each class, or with all.",
            {"Fine-tuning": {words: right.sel(network=name, drop=True).rename(percent="network")
                             for name, words in BEGUN.items()}},
            {percent: f"{percent} % of the labels" for percent in PER_CENT}, "test accuracy, %", CHANCE,
            ["simclr_helps_with_few_labels", "simclr_helps_most_with_few_labels"],
        ),
    ]


def variant_figures(cells, right):
    """Batches and epochs, and what images and added invariances change."""
    sizes = {f"batches of {size}": cells.sel(size=size).rename(epochs="network")
             for size in cells["size"].values}
    gain = gains(right)
    return [
        dots(
            "selfsup/batches", "Test accuracy of a linear probe of the last block of SimCLR by batch size "
            "and epochs. Chance is 10 %.", {"SimCLR": sizes},
            {int(n): counted(int(n), "epoch") for n in cells.epochs.values}, "test accuracy, %",
            claims=["batches_matter_less_with_epochs"],
        ),
        dots(
            "selfsup/revisited", "What the linear probe of the last block of SimCLR gains by other images or "
            "by added invariances, image by image: over SimCLR as it is; long-tailed over uniform classes.",
            {"Changed": {"": gain}}, {name: ARM_NAMES[name] for name in gain},
            "gain in test accuracy, points", (0, "no difference"),
            ["images_matter_less_than_invariances", *(f"{name}_helps" for name in ("multi_crop", "stronger")),
             "neighbours_help"],
        ),
    ]


def setting(settings, role, seeds):
    """What the numbers depend on, in words."""
    widths = settings.encoder.widths
    return conditions(role, settings.training, seeds, "selfsup/simclr",
                      f"{len(widths)} blocks of a 3x3 convolution, {', '.join(map(str, widths))} wide")


def answer(best, right):
    """The experiment in two sentences, made of its numbers."""
    at = {name: float(best.sel(network=name).mean()) for name in NAMES}
    few = {name: float(right.sel(network=name, percent=1).mean()) for name in BEGUN}
    return (
        f"A linear probe of the best block has {at['simclr']:.0f} % of the test images right with SimCLR, "
        f"{at['pirl_rotation']:.0f} and {at['pirl_jigsaw']:.0f} % with PIRL on rotations and jigsaws, "
        f"{at['rotnet']:.0f} % with RotNet, {at['random']:.0f} % with random weights, and "
        f"{at['supervised']:.0f} % with labels. With 1 % of the labels, networks end at "
        f"{few['simclr']:.0f} % from SimCLR's encoder and at {few['random']:.0f} % from random weights."
    )


def run():
    settings, seeds = read("selfsup", Selfsup), listed(read("selfsup.seeds", Few))
    role, found, right, few = images(), probes(seeds), arms(seeds), tuned(seeds)
    best, last, cells = best_block(found.linear), found.linear.isel(block=-1), grid(settings.sweep, seeds)
    write_lines("plots/selfsup/curves/accuracy.csv", found.linear, "block", list(NAMES))
    publish(
        ABOUT, setting(settings, role, seeds), answer(best, few), claims(found, best, right, cells, few),
        [probe_table(found, best), moved_table(found), arms_table(right),
         sweep_table(found, settings, seeds)],
        [*method_figures(found, best, few), *block_figures(found), *variant_figures(cells, right)],
        **{f"{name}_best_block": float(best.sel(network=name).mean()) for name in NAMES},
        **{f"{name}_last_block": float(last.sel(network=name).mean()) for name in NAMES},
    )


if __name__ == "__main__":
    main(run)
