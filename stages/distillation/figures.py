"""Curves and figures: errors by temperature and by the omitted digit's bias, soft labels compared, gains.

Every line is a mean over seeds, every band one standard deviation. Lines are also columns of tables in
plots/distillation/curves, which DVC plots; so are the points of the other two figures.
"""

import numpy as np
import torch

from stages.core.claims import interval
from stages.core.files import write_rows
from stages.core.params import Seeds, read
from stages.core.plots import COLOURS, figure, legend, name_rows, save_figure, style
from stages.core.stage import main
from stages.distillation.bias import errors
from stages.distillation.params import Digits
from stages.distillation.results import (
    SOURCES,
    STUDENTS,
    digit_labels,
    digit_logits,
    objects_right,
    percent,
    sources_right,
    students_right,
)

POINTS = 61                                                  # biases of a curve


def write_curves(name, x, places, lines):
    """Writes plots/distillation/curves/<name>.csv: a row for each place, two columns for each line (s, k)."""
    columns = {x: places}
    for key, runs in lines.items():
        columns |= {key: runs.mean(0), f"{key}_deviation": deviation(runs)}
    write_rows(
        f"plots/distillation/curves/{name}.csv",
        [{key: float(column[i]) for key, column in columns.items()} for i in range(len(places))],
    )


def deviation(runs):
    """Standard deviation over runs (r, places); 0 where there is only one."""
    return runs.std(0, ddof=1) if len(runs) > 1 else np.zeros(runs.shape[1])


def draw(axes, i, places, runs, label):
    """Draws the mean of runs (r, places), with its band, in the i-th style."""
    mean, band = runs.mean(0), deviation(runs)
    axes.plot(places, mean, label=label, **style(i), markevery=max(1, len(places) // 12))
    axes.fill_between(places, mean - band, mean + band, color=style(i)["color"], alpha=0.15, lw=0)


def draw_temperatures(digits, y):
    """Writes the figure and the tables of errors, in percent, by temperature."""
    fig, all_axes = figure(2)
    teacher = 100 - percent(digit_logits("logits")["test"].argmax(-1) == y).mean(1)
    for axes, size in zip(all_axes, ("large", "small"), strict=True):
        right = students_right(size, y)
        across = np.ones(len(digits.temperatures))
        lines = {
            "distilled": 100 - right["soft"].mean(-1),
            "labels": np.outer(100 - right["labels"].mean(-1), across),
            "teacher": np.outer(teacher, across),
        }
        write_curves(f"temperature_{size}", "temperature", digits.temperatures, lines)
        for i, (label, runs) in enumerate(lines.items()):
            draw(axes, i, digits.temperatures, runs, label)
        axes.set(title=f"2 x {getattr(digits.sizes, size)} units", xlabel="temperature", xscale="log")
        axes.set_xticks(digits.temperatures, [f"{t:g}" for t in digits.temperatures])
        axes.minorticks_off()
    all_axes[0].set_ylabel("test errors, %")
    all_axes[0].set_ylim(bottom=0)                           # of both, when all lines are drawn
    legend(fig, all_axes[0])
    save_figure("plots/distillation/figures/temperature.svg", fig)


def draw_omitted(digits, y):
    """Writes the figure and the table of errors, in percent, by the bias added to the omitted digit."""
    found, digit = digit_logits("omitted"), digits.omitted.digit
    held_out, on_test = found["soft_biases"].mean(0).tolist()
    places = torch.linspace(min(0.0, 3 * held_out), max(1.0, 3 * held_out), POINTS, dtype=torch.float64)
    lines = {}
    for name, label in ("soft", "distilled"), ("labels", "labels"):
        z = [found[f"{name}_logits_{seed}"].double() for seed in digits.seeds]
        for of, column in (torch.ones_like(y, dtype=torch.bool), label), (y == digit, f"{label}_on_digit"):
            wrong = [100 * errors(one[of], y[of], digit, places) / of.sum() for one in z]
            lines[column] = torch.stack(wrong).numpy()
    write_curves("omitted", "bias", places.numpy(), lines)
    labels = [f"{name}, {of}" for name in ("distilled", "labels") for of in ("all digits", f"the {digit}")]
    fig, (axes,) = figure()
    for i, (runs, label) in enumerate(zip(lines.values(), labels, strict=True)):
        draw(axes, i, places.numpy(), runs, label)
    axes.axvline(held_out, color="0.4", linestyle="--", linewidth=1)
    axes.axvline(on_test, color="0.4", linestyle=":", linewidth=1)
    axes.set(
        title=f"No {digit} in the transfer set", xlabel=f"bias added to the output for {digit}",
        ylabel="test errors, %", ylim=(0, 102),
    )
    legend(fig, axes)
    save_figure("plots/distillation/figures/omitted.svg", fig)


def draw_why(digits, y):
    """Writes the figure and the table of errors and agreement, in percent, by what was learnt from."""
    at = digits.temperatures.index(digits.temperature)
    right = sources_right(y, at)
    z = {name: digit_logits("why")[name] for name in ("shuffled", "smoothed")}
    large = digit_logits("students-large")
    z |= {"labels": large["labels"], "soft": large["soft"][:, at]}
    told = digit_logits("logits")["test"].argmax(-1)
    panels = {
        "errors": {name: 100 - right[name].mean(1) for name in SOURCES},
        "agreement": {name: percent(z[name].argmax(-1) == told).mean(1) for name in SOURCES},
    }
    write_rows("plots/distillation/curves/why.csv", [
        {"source": name} | {key: float(values[name].mean()) for key, values in panels.items()}
        for name in SOURCES
    ])
    fig, all_axes = figure(2)
    titles = "test errors, %", "agreement with the teacher, %"
    for axes, values, title in zip(all_axes, panels.values(), titles, strict=True):
        for i, name in enumerate(SOURCES):
            axes.plot(values[name], [i] * len(values[name]), ".", color="0.6")
            axes.plot(values[name].mean(), i, style(i)["marker"], color=style(i)["color"], markersize=8)
        axes.set(xlabel=title)
    name_rows(all_axes[0], SOURCES.values())
    fig.suptitle("What the student learnt from", fontsize="medium")
    save_figure("plots/distillation/figures/why.svg", fig)


def draw_objects(seeds):
    """Writes the figure and the table of gains over the student on labels, in points."""
    right = objects_right(seeds)
    names = [name for name in STUDENTS if name != "student"]
    gains = {name: interval(right[name] - right["student"], "test images")[:3] for name in names}
    write_rows("plots/distillation/curves/objects.csv", [
        {"network": name} | dict(zip(("gain", "low", "high"), gains[name], strict=True)) for name in names
    ])
    fig, (axes,) = figure(width=5.2)
    for i, (gain, low, high) in enumerate(gains.values()):
        axes.errorbar(gain, i, xerr=[[gain - low], [high - gain]], fmt="o", color=COLOURS[0], capsize=3)
    axes.axvline(0, color="0.5", linestyle=":", linewidth=1)
    name_rows(axes, [STUDENTS[name] for name in names])
    axes.set(title="Against the student on labels only", xlabel="gain in test accuracy, points")
    save_figure("plots/distillation/figures/objects.svg", fig)


def run():
    digits, seeds, y = read("distillation.digits", Digits), read("seeds", Seeds), digit_labels()
    draw_temperatures(digits, y)
    draw_omitted(digits, y)
    draw_why(digits, y)
    draw_objects(seeds)


if __name__ == "__main__":
    main(run)
