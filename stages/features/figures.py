"""Accuracy under attack as a table and a figure, and the constructed images as grids.

Writes plots/features/curves/accuracy.csv and plots/features/figures/*.svg.
"""

from stages.core.claims import interval
from stages.core.data import load_role
from stages.core.files import write_rows
from stages.core.params import Seeds, read
from stages.core.plots import figure, legend, save_figure, style
from stages.core.stage import main
from stages.features.grids import draw_inversions, draw_pairs
from stages.features.params import Features
from stages.features.results import INVERTED, NETWORKS, NONROBUST, evaluations


def points(result):
    """Percent right at ε = 0 and at every ε, each with the ends of its 95 % interval: three lists."""
    runs = [result["clean"], *result["attacked"].swapaxes(0, 1)]
    return zip(*(interval(100 * right, "test images")[:3] for right in runs), strict=True)


def write_curve(places, lines):
    """Writes plots/features/curves/accuracy.csv: a row for each ε, three columns for each network."""
    rows = [
        {"epsilon": place} | {
            name + suffix: numbers[i]
            for network, line in lines.items()
            for name, suffix, numbers in zip([network] * 3, ("", "_low", "_high"), line, strict=True)
        }
        for i, place in enumerate(places)
    ]
    write_rows("plots/features/curves/accuracy.csv", rows)


def draw_accuracy(places, lines, chance):
    """Writes plots/features/figures/accuracy.svg."""
    fig, (axes,) = figure()
    for i, (name, (means, lows, highs)) in enumerate(lines.items()):
        bars = [[mean - low for mean, low in zip(means, lows, strict=True)],
                [high - mean for mean, high in zip(means, highs, strict=True)]]
        axes.errorbar(places, means, bars, label=NETWORKS[name], capsize=2, **style(i))
    axes.axhline(chance, color="0.5", linestyle=":", linewidth=1)
    axes.set(
        title="Test accuracy under attack", xlabel="ε, L2 norm of the change of an image in [0, 1]",
        ylabel="test accuracy, %", ylim=(0, 100),
    )
    axes.set_xticks(places, [f"{place:g}" for place in places])
    legend(fig, axes)
    save_figure("plots/features/figures/accuracy.svg", fig)


def run():
    features, seeds = read("features", Features), read("seeds", Seeds)
    role = load_role("objects")
    results = evaluations(features.depth, seeds)
    lines = {name: list(points(result)) for name, result in results.items()}
    places = [0.0, *features.evaluation.epsilons]
    write_curve(places, lines)
    draw_accuracy(places, lines, 100 / len(role.classes))
    for name in NONROBUST:
        draw_pairs(name, features.depth, seeds[0], role)
    for name in INVERTED:
        draw_inversions(name, features.depth, seeds[0], role)


if __name__ == "__main__":
    main(run)
