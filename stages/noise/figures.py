"""Curves and figures: accuracy against noise, radius and bits, and the loss along random directions.

Every line is the mean over runs, every band one standard deviation; a run is a seed and, where there are
several, a draw of the noise or a direction. Each line is also a column of a table in plots/noise/curves,
which DVC plots.
"""

import numpy as np

from stages.core.files import write_rows
from stages.core.params import Seeds, read
from stages.core.plots import figure, legend, save_figure, style
from stages.core.stage import main
from stages.noise.params import Noise
from stages.noise.results import NETWORKS, tensors


def per_run(robustness, landscape):
    """Curves of one network, each (runs, places): accuracy in [0, 1], or loss in nats for `slices`.

    Where there is a strength or a radius, the first place is the undisturbed network.
    """
    clean = robustness["clean"].mean(-1)                                     # (s,)
    noisy = robustness["gaussian"].mean(-1).swapaxes(1, 2)                   # (s, draws, sigmas)
    undisturbed = np.broadcast_to(clean[:, None, None], (*noisy.shape[:2], 1))
    noisy = np.concatenate([undisturbed, noisy], axis=2)
    return {
        "gaussian": noisy.reshape(-1, noisy.shape[2]),
        "per_tensor": robustness["per_tensor"].mean(-1),
        "per_channel": robustness["per_channel"].mean(-1),
        "adversarial_l2": np.column_stack([clean, landscape["adversarial_l2"].mean(-1)]),
        "adversarial_linf": np.column_stack([clean, landscape["adversarial_linf"].mean(-1)]),
        "slices": landscape["slices"].reshape(-1, landscape["slices"].shape[-1]),
    }


def deviation(runs):
    """Standard deviation over runs (r, places); 0 where there is only one."""
    return runs.std(0, ddof=1) if len(runs) > 1 else np.zeros(runs.shape[1])


def write_curves(name, x, places, lines):
    """Writes plots/noise/curves/<name>.csv: a row for each place, two columns for each network."""
    columns = {x: places}
    for network, runs in lines.items():
        columns |= {network: runs[name].mean(0), f"{network}_deviation": deviation(runs[name])}
    write_rows(
        f"plots/noise/curves/{name}.csv",
        [{key: float(column[i]) for key, column in columns.items()} for i in range(len(places))],
    )


def draw(axes, name, places, lines):
    """Draws a line for each network, with its band."""
    for i, (network, runs) in enumerate(lines.items()):
        mean, band = runs[name].mean(0), deviation(runs[name])
        axes.plot(places, mean, label=NETWORKS[network], **style(i))
        axes.fill_between(places, mean - band, mean + band, color=style(i)["color"], alpha=0.15, lw=0)


# figure -> its axes, each (curve, column of the table, label of the x axis, title)
ACCURACY = {
    "gaussian": [("gaussian", "sigma", "σ, in root mean squares of a filter", "Gaussian weight noise")],
    "adversarial": [
        ("adversarial_l2", "radius", "radius, L2 norm of all weights", "Adversarial weights, L2"),
        ("adversarial_linf", "radius", "radius, largest change of a weight", "Adversarial weights, L∞"),
    ],
    "bits": [
        ("per_tensor", "bits", "bits per weight", "Quantised, one scale per tensor"),
        ("per_channel", "bits", "bits per weight", "Quantised, one scale per channel"),
    ],
}


def draw_accuracy(name, panels, places, lines, chance):
    """Writes plots/noise/figures/<name>.svg, test accuracy in percent."""
    fig, all_axes = figure(len(panels))
    for axes, (curve, column, label, title) in zip(all_axes, panels, strict=True):
        percent = {network: {curve: 100 * runs[curve]} for network, runs in lines.items()}
        draw(axes, curve, places[curve], percent)
        axes.axhline(100 * chance, color="0.5", linestyle=":", linewidth=1)
        axes.set(title=title, xlabel=label, ylim=(0, 100))
        axes.set_xticks(places[curve], [f"{place:g}" for place in places[curve]])
        if column == "bits":
            axes.invert_xaxis()
    all_axes[0].set_ylabel("test accuracy, %")
    legend(fig, all_axes[0])
    save_figure(f"plots/noise/figures/{name}.svg", fig)


def draw_slices(places, lines):
    """Writes plots/noise/figures/slices.svg."""
    fig, (axes,) = figure()
    draw(axes, "slices", places, lines)
    axes.set(
        title="Loss along random directions", xlabel="distance, in filter norms",
        ylabel="training loss, nats", ylim=(0, None),
    )
    legend(fig, axes)
    save_figure("plots/noise/figures/slices.svg", fig)


def run():
    noise = read("noise", Noise)
    seeds = read("seeds", Seeds)
    robustness, landscape = tensors("robustness", seeds), tensors("landscape", seeds)
    lines = {network: per_run(robustness[network], landscape[network]) for network in NETWORKS}
    places = {
        "gaussian": [0.0, *noise.robustness.sigmas],
        "per_tensor": noise.robustness.bits, "per_channel": noise.robustness.bits,
        "adversarial_l2": [0.0, *noise.landscape.radii_l2],
        "adversarial_linf": [0.0, *noise.landscape.radii_linf],
    }
    chance = 0.1                                                             # ten classes of equal size
    for name, panels in ACCURACY.items():
        for curve, column, _, _ in panels:
            write_curves(curve, column, places[curve], lines)
        draw_accuracy(name, panels, places, lines, chance)
    reach, points = noise.landscape.reach, noise.landscape.points
    distances = np.linspace(-reach, reach, points).tolist()
    write_curves("slices", "distance", distances, lines)
    draw_slices(distances, lines)


if __name__ == "__main__":
    main(run)
