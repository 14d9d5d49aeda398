"""The end of this experiment: its claims, the paper's numbers beside ours, figures.

Numbers of Zhang et al. 2018 are of CIFAR-10: VGG-small and ResNet-20 from random weights, table 4, and the
ablation of ResNet-20. Of ResNet-20 only those are printed that could be verified.
"""

import numpy as np

from stages.core.charts import dots, ends, explained, saved, table, write_losses
from stages.core.data import load_role
from stages.core.pages import conditions, publish
from stages.core.params import Count, read
from stages.core.plots import figure, legend, style
from stages.core.seeds import listed
from stages.core.stage import main
from stages.core.words import counted
from stages.quantisation.about import ABOUT
from stages.quantisation.claims import claims
from stages.quantisation.params import BITS, FULL, NEEDED, Quantisation
from stages.quantisation.results import LEVELS, fits, plain, plain_at, results, sparse, words

CHANCE = 10, "chance"                                        # percent; ten classes
VGG = {"full": 93.8, "learnt_1_32": 93.5, "learnt_2_32": 93.8, "learnt_3_32": 93.8, "learnt_1_2": 93.4,
       "learnt_2_2": 93.5, "learnt_2_3": 93.8, "learnt_3_3": 93.8}
RESNET = {"learnt_2_2": 90.2, "backpropagated_2_2": 88.2}
SHOWN = 2, 3                                                 # bits whose levels are drawn


def accuracy_table(right, names):
    """The paper's accuracy beside ours."""
    return table(
        "Test accuracy in %: bits of weights / activations, the paper's beside ours", names,
        {
            "paper: VGG-small": VGG, "paper: ResNet-20": RESNET, "ours": right,
            "ours: points lost": {name: right["full"] - right[name] for name in names if name != "full"},
            "seeds": {name: right[name].sizes["seed"] for name in names},
        },
        "The paper's networks are trained on CIFAR-10 from random weights (table 4; back-propagated levels: "
        "its ablation), ours on from the baseline of their seed. Of one bit, uniform levels are learnt ones.",
    )


def levels_table(found, fitted):
    """How far weights are from their levels, and how these are spaced, before and after training."""
    rows = {key: f"{counted(key[1], 'bit')}, {LEVELS[key[0]]}" for key in fitted}
    after = {key: one for key in rows if (one := found.get(f"{key[0]}_{key[1]}_32")) is not None}
    return table(
        "Learnt and uniform levels of weights at equal bits", rows,
        {
            "error before, %": {key: one.error for key, one in fitted.items()},
            "error after, %": {key: one.error for key, one in after.items()},
            "spacing before": {key: one.spacing for key, one in fitted.items()},
            "spacing after": {key: one.spacing for key, one in after.items()},
        },
        "Before: fitted to the baseline’s weights, the same for both kinds; as uniform levels are a case of "
        "learnt ones, these can be no farther. After: of the trained networks. Error: squared, in percent of "
        "the squared weights, mean of all layers. Spacing: the widest gap between neighbouring levels over "
        "the narrowest, of the median channel.",
        digits=2, of="levels",
    )


def sparse_table(thin, frontier):
    """Mean bits and accuracy by strength of the threshold."""
    rows = {strength: f"λ = {strength:g}" for strength in thin.strength.values}
    each = {strength: thin.sel(strength=strength) for strength in rows}
    return table(
        "Bits that vanish: mean bits of a weight and test accuracy, by strength of the threshold", rows,
        {
            "bits": {key: one.bits for key, one in each.items()},
            "test accuracy, %": {key: one.right for key, one in each.items()},
            "plain networks at these bits, %": {key: frontier.sel(strength=key) for key in rows},
            "points more than plain": {key: one.right - frontier.sel(strength=key)
                                       for key, one in each.items()},
        },
        "λ is in root mean squares of a channel’s weights. Plain networks: on the line between those of one, "
        "two and three bits.", digits=2, of="threshold",
    )


def accuracy_figures(right, names):
    """Accuracy of every network, and what it loses."""
    lost = {name: right["full"] - right[name] for name in names if name != "full"}
    of_weights = ["three_bits_suffice", "learnt_levels_beat_uniform"]
    of_both = ["solved_beats_backpropagated", "activations_cost_more"]
    return [
        dots("quantisation/accuracy",
             "Test accuracy of networks with few bits for weights / activations.",
             {"Accuracy": {"": right}}, names, "test accuracy, %", CHANCE, of_weights, (0, 100)),
        dots("quantisation/lost", "Test accuracy that few bits for weights / activations cost, image by "
             "image against the network of full precision that was trained alike.",
             {"What few bits cost": {"": lost}}, {name: names[name] for name in lost}, "points lost",
             (0, "no loss"), of_weights + of_both),
    ]


def bits_figure(full, kinds, thin):
    """What bits of weights cost: of plain networks by kind of levels, and of sparse ones."""
    fig, [axes] = figure()
    lost = {LEVELS[levels]: [(bits, full - right) for bits, right in by_bits.items()]
            for levels, by_bits in kinds.items()}
    each = [thin.sel(strength=strength) for strength in thin.strength]
    lost["bits that vanish"] = [(float(one.bits.mean()), full - one.right) for one in each]
    for i, (label, places) in enumerate(lost.items()):
        mean, low, high = np.transpose([ends(values) for _, values in places])
        axes.errorbar([bits + 0.02 * (i - 1) for bits, _ in places], mean, [mean - low, high - mean],
                      capsize=2, label=label, linestyle="-" if i < len(kinds) else "none", **style(i))
    axes.axhline(0, color="0.5", linestyle=":", linewidth=1)
    axes.set(title="Bits of weights", xlabel="mean bits of a weight", ylabel="points lost", xticks=BITS)
    legend(fig, axes)
    shown = [values for places in lost.values() for _, values in places]
    return saved(
        "quantisation/bits", fig, "Test accuracy lost against full precision, by mean bits of a weight, "
        "activations in full precision: plain networks, and those from whose weights bits vanish. "
        f"{explained('Bars', shown, (0, 'no loss'))}",
        ["three_bits_suffice", "learnt_levels_beat_uniform", "sparse_bases_reach_the_frontier"],
    )


def weights_figure(bits, found, fitted):
    """The weights of every layer before and after training, and the levels that they are rounded to."""
    layers = fitted["learnt", bits].sizes["layer"]
    fig, all_axes = figure(2, height=0.55 * layers + 1.6)
    sides = {"Before training": {levels: fitted[levels, bits] for levels in ("learnt", "uniform")},
             "After training": {levels: found[f"{levels}_{bits}_{FULL}"] for levels in ("learnt", "uniform")}}
    for axes, (title, kinds) in zip(all_axes, sides.items(), strict=True):
        for i, (levels, one) in enumerate(kinds.items()):
            for layer in range(layers):
                place = one.isel(layer=layer).mean("seed")
                if levels == "learnt":
                    axes.fill_between(place.weight, layer, layer - 1.2 * place.density, color="0.5",
                                      alpha=0.4, lw=0)
                axes.plot(place.levels, np.full(2**bits, layer + 0.14 * i), linestyle="none",
                          label=None if layer else LEVELS[levels], **style(i))
        axes.set(title=title, xlabel="weight, in root mean squares of its channel",
                 yticks=range(layers), yticklabels=[f"layer {n + 1}" for n in range(layers)])
        axes.set_ylim(layers - 0.5, -0.8)
        axes.grid(axis="y", visible=False)
    legend(fig, all_axes[0])
    return saved(
        f"quantisation/weights_{bits}", fig, f"Weights of every quantised layer and their levels at {bits} "
        "bits, before training and after it. Grey is the density of the weights, after training those of the "
        "network with learnt levels; a mark is the mean of a level over channels and seeds.",
        ["learnt_levels_are_nearer"],
    )


def answer(found, fitted, thin):
    """The experiment in three sentences, made of its numbers."""
    right = {name: float(one.right.mean()) for name, one in found.items()}
    lost = {name: float((found["full"].right - one.right).mean()) for name, one in found.items()}
    thinned = float((found["full"].right - thin.right).mean())
    left = {levels: float(fitted[levels, 2].error.mean()) for levels in ("learnt", "uniform")}
    apart = float(fitted["learnt", 2].spacing.mean())
    return (
        f"In full precision {right['full']:.1f} % of the test images are right; weights of three, two and "
        f"one bits cost {lost['learnt_3_32']:.1f}, {lost['learnt_2_32']:.1f} and {lost['learnt_1_32']:.1f} "
        f"points, two bits for weights and activations {lost['learnt_2_2']:.1f}. Evenly spaced levels of two "
        f"bits cost {lost['uniform_2_32']:.1f}, and weights from which bits vanish {thinned:.1f} at "
        f"{float(thin.bits.mean()):.1f} bits on average. Fitted to the baseline’s weights, the widest gap "
        f"between learnt levels of two bits is {apart:.2f} times the narrowest; they leave an error of "
        f"{left['learnt']:.2f} %, evenly spaced ones of {left['uniform']:.2f} %."
    )


def run():
    settings, seeds = read("quantisation", Quantisation), listed()
    found, fitted, thin = results(settings, seeds), fits(seeds), sparse(settings, seeds)
    names = {name: words(name) for name in settings.networks}
    right, kinds = {name: one.right for name, one in found.items()}, plain(found)
    write_losses("quantisation", {"quantisation/networks": settings.every_seed}, seeds)
    role, width = load_role("objects"), read("training.width", Count)
    publish(
        ABOUT, conditions(role, settings.training, seeds, "quantisation/networks/full",
                          f"ResNet-{settings.depth}, width {width}, from the baseline"),
        answer(found, fitted, thin), claims(found, thin),
        [accuracy_table(right, names), levels_table(found, fitted),
         sparse_table(thin, plain_at(kinds["learnt"], thin.bits))],
        [*accuracy_figures(right, names), bits_figure(right["full"], kinds, thin),
         *(weights_figure(bits, found, fitted) for bits in SHOWN)],
        **{f"{name}_test_accuracy": float(one.mean()) for name, one in right.items() if name in NEEDED},
        sparse_test_accuracy=float(thin.right.mean()), sparse_bits=float(thin.bits.mean()),
    )


if __name__ == "__main__":
    main(run)
