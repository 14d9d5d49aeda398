"""Curves and figures: errors by temperature and by the omitted digit's bias, soft labels compared, gains."""

from stages.core.charts import dots, lines, write_lines
from stages.core.histories import histories
from stages.core.params import Few, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.distillation.params import Digits
from stages.distillation.results import (
    SOURCES,
    STUDENTS,
    TEACHERS,
    objects,
    omitted,
    sources,
    students,
    teachers,
)

KINDS = {"distilled": "distilled", "labels": "labels only", "teacher": "teacher"}
OMITTED = {
    "distilled": "distilled, all digits", "distilled_on_digit": "distilled, the omitted digit",
    "labels": "labels only, all digits", "labels_on_digit": "labels only, the omitted digit",
}


def by_temperature(size, seeds):
    """Errors in percent along the axis `temperature`, by KINDS; what has none is the same at each."""
    import xarray as xr

    labels, soft = students(size, seeds)
    parts = [soft.right, labels.right, teachers(seeds)]
    parts = [part.broadcast_like(soft.right) if "temperature" not in part.dims else part for part in parts]
    return 100 - xr.concat(parts, "network").assign_coords(network=list(KINDS))


def by_bias(found):
    """Errors in percent along the axis `bias`, by OMITTED."""
    import xarray as xr

    parts = [
        values.sel(network=kind, drop=True) for kind in ("soft", "labels")
        for values in (found.errors, found.digit_errors)
    ]
    return xr.concat(parts, "network").assign_coords(network=list(OMITTED))


def run():
    digits, seeds = read("distillation.digits", Digits), listed()
    few = listed(read("distillation.objects.seeds", Few))
    temperatures = {
        f"2 × {getattr(digits.sizes, size)} units": (
            by_temperature(size, seeds), "temperature", "temperature",
        )
        for size in ("large", "small")
    }
    lines("distillation/figures/temperature", temperatures, KINDS, "test errors, %")
    without = f"No {digits.omitted.digit} in the transfer set"
    lines("distillation/figures/omitted", {without: (
        by_bias(omitted(seeds)), "bias", f"bias added to the output for {digits.omitted.digit}",
    )}, OMITTED, "test errors, %", ylim=(0, 100))
    found, on_objects = sources(digits.temperature, seeds), objects([*TEACHERS, *STUDENTS], few)
    dots("distillation/figures/why", {
        "log-likelihood of the true label, nats": {"": found.log_likelihood},
        "agreement with the teacher, %": {"": found.agrees},
    }, SOURCES, "")
    gains = on_objects.right - on_objects.right.sel(network="student", drop=True)
    dots("distillation/figures/objects", {"Against the student on labels only": {"": gains}},
         {name: STUDENTS[name] for name in list(STUDENTS)[1:]}, "gain in test accuracy, points", 0)
    small = by_temperature("small", seeds)
    write_lines("plots/distillation/curves/temperature_small.csv", small, "temperature", KINDS)
    write_lines("plots/distillation/curves/omitted.csv", by_bias(omitted(seeds)), "bias", OMITTED)
    curves = histories("distillation", STUDENTS, few).train_loss
    write_lines("plots/distillation/curves/training.csv", curves, "epoch", STUDENTS)


if __name__ == "__main__":
    main(run)
