"""What was measured, by name, of students on digits and networks on objects; right is in percent."""

from stages.core.measurements import measured

# what the students of digits learnt from -> how tables and legends call it; the control first
SOURCES = {
    "labels": "labels only",
    "soft": "teacher's soft labels",
    "shuffled": "the same, shuffled",
    "smoothed": "smoothed labels",
}

# networks on `objects` -> how tables and legends call them; teachers first, then the control
TEACHERS = {"weaker": "weaker teacher", "poor": "poorly trained teacher"}
STUDENTS = {
    "student": "student, labels only",
    "taught_by_weaker": "taught by the weaker",
    "taught_by_poor": "taught by the poorly trained",
    "taught_by_student": "taught by its own copy",
    "virtual": "virtual teacher",
    "smoothing": "label smoothing",
    "own_teacher": "Be Your Own Teacher",
}


def percent(found):
    """A Dataset whose measures of what is right, or agrees, are in percent."""
    names = [name for name in found if name.endswith("right") or name in ("agrees", "errors", "digit_errors")]
    return found.assign({name: 100 * found[name] for name in names})


def students(size, seeds):
    """What the students of a size make of the test images: from `labels`, and `soft` at each temperature."""
    return tuple(
        percent(measured(f"data/distillation/students/{size}/{kind}/{{seed}}.safetensors", seed=seeds))
        for kind in ("labels", "soft")
    )


def sources(temperature, seeds):
    """The large students by what they learnt from (SOURCES), along the axis `network`."""
    import xarray as xr

    labels, soft = students("large", seeds)
    others = [
        percent(measured(f"data/distillation/why/{name}/{{seed}}.safetensors", seed=seeds))
        for name in ("shuffled", "smoothed")
    ]
    found = [labels, soft.sel(temperature=temperature, drop=True), *others]
    return xr.concat(found, "network", combine_attrs="override").assign_coords(network=list(SOURCES))


def omitted(seeds):
    """The students that never saw a digit, by what they learnt from: `soft` labels or `labels` only."""
    path = "data/distillation/omitted/{network}/{seed}.safetensors"
    return percent(measured(path, network=["soft", "labels"], seed=seeds))


def teachers(seeds):
    """Which test images the teachers on digits get right: (seed, image)."""
    return percent(measured("data/distillation/teacher/{seed}.safetensors", seed=seeds)).right


def objects(networks, seeds):
    """A Dataset of networks on `objects`."""
    path = "data/distillation/objects/{network}/{seed}.safetensors"
    return percent(measured(path, network=networks, seed=seeds))
