"""What was measured, by name, of students on digits and networks on objects; right is in percent."""

from stages.core.measurements import measured

# what the students of digits learnt from -> how tables and legends call it; the control first
SOURCES = {
    "labels": "labels only",
    "soft": "teacher's soft labels",
    "shuffled": "shuffled soft labels",
    "smoothed": "smoothed labels",
}

# networks on `objects` -> how tables and legends call them; teachers first, then the control
TEACHERS = {"weaker": "weaker teacher", "poor": "poorly trained teacher"}
STUDENTS = {
    "student": "student, labels only",
    "taught_by_weaker": "taught by the weaker teacher",
    "taught_by_poor": "taught by the poorly trained teacher",
    "taught_by_student": "taught by its own copy",
    "virtual": "taught by a virtual teacher",
    "smoothing": "label smoothing",
    "own_teacher": "Be Your Own Teacher",
}
NOT_PERCENT = {"bias_chosen", "divergence", "entropy", "log_likelihood"}


def results(path, **axes):
    """A Dataset of the measures at `path` below data/distillation, along axes as in `measured`."""
    found = measured(f"data/distillation/{path}/{{seed}}.safetensors", **axes)
    return found.assign({name: 100 * found[name] for name in found if name not in NOT_PERCENT})


def students(size, seeds):
    """What the students of a size make of the test images: from `labels`, and `soft` at each temperature."""
    return tuple(results(f"students/{size}/{kind}", seed=seeds) for kind in ("labels", "soft"))


def sources(temperature, seeds):
    """The large students by what they learnt from (SOURCES), along the axis `network`."""
    import xarray as xr

    labels, soft = students("large", seeds)
    others = [results(f"why/{name}", seed=seeds) for name in ("shuffled", "smoothed")]
    found = [labels, soft.sel(temperature=temperature, drop=True), *others]
    return xr.concat(found, "network", combine_attrs="override").assign_coords(network=list(SOURCES))
