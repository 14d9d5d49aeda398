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


def histories(group, networks, seeds):
    """The trainings of networks below data/training/<group>: a Dataset with the axes network, seed, epoch."""
    return measured(f"data/training/{group}/{{network}}/{{seed}}.safetensors", network=networks, seed=seeds)
