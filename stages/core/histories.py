"""How networks were trained: a row for each epoch, data/training/<name>/<seed>.safetensors."""

from stages.core.compute import facts
from stages.core.measurements import measured, record


def keep_history(name, seed, history, **known):
    """Writes a training's rows, dicts of numbers with `epoch`, and `known` and the machine's facts."""
    columns = {key: ("epoch", [row[key] for row in history]) for key in history[0] if key != "epoch"}
    record(
        f"data/training/{name}/{seed}.safetensors", columns, facts() | known,
        epoch=[row["epoch"] for row in history],
    )


def histories(groups, seeds):
    """The trainings of networks, a Dataset with the axes network, seed and epoch, NaN after a network's last.

    `groups` is folder below data/training -> names of networks there.
    """
    import xarray as xr

    found = [
        measured(f"data/training/{group}/{{network}}/{{seed}}.safetensors", network=[name], seed=seeds)
        for group, names in groups.items() for name in names
    ]
    return xr.concat(found, "network", join="outer", combine_attrs="drop_conflicts")
