"""Curves and figures: accuracy of sparse networks, criteria and treatments side by side."""

from stages.core.charts import dots, lines, write_lines
from stages.core.data import load_role
from stages.core.histories import histories
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.lottery.params import Lottery
from stages.lottery.results import (
    CRITERIA,
    METHODS,
    TREATMENTS,
    criteria,
    labels,
    methods,
    networks,
    renamed,
    results,
    share,
    treatments,
)

ACCURACY = "test accuracy, %"
FEW = 3                                                      # rounds; dots for fewer, for more a line


def by_round(lottery, right):
    """Percent right of METHODS by round, 0 being the dense network; NaN where a control was not trained."""
    import xarray as xr

    rounds = range(1, len(lottery.rounds) + 1)
    dense = right.sel(network="dense").drop_vars("network").expand_dims(network=list(METHODS))
    each = [renamed(right, methods(lottery, number)).reindex(network=list(METHODS)) for number in rounds]
    return xr.concat([dense, *each], xr.Variable("round", [0, *rounds]))


def draw_sparsity(lottery, found, chance):
    """Draws accuracy by sparsity: a line along the rounds, or dots where there are few."""
    right, rounds = found.right, range(1, len(lottery.rounds) + 1)
    if len(rounds) < FEW:
        panels = {
            f"{share(found, number):.1f} % of the weights": {"": renamed(right, methods(lottery, number))}
            for number in rounds
        }
        dots("lottery/figures/sparsity", panels, METHODS, ACCURACY, chance)
        return
    title = f"Every round leaves {1 - lottery.fraction:.0%} of the weights"
    panel = by_round(lottery, right), "round", "round"
    lines("lottery/figures/sparsity", {title: panel}, METHODS, ACCURACY, chance, (0, 100))


def run():
    lottery = read("lottery", Lottery)
    seeds = listed(lottery.seeds)
    names, chance = networks(lottery), 100 / len(load_role("objects").classes)
    found = results(names, seeds)
    draw_sparsity(lottery, found, chance)
    by_scope = {scope: renamed(found.right, criteria(lottery, scope)) for scope in lottery.scopes}
    for name, title, groups, words in (
        ("criteria", "By criterion", by_scope, CRITERIA),
        ("treatments", "By treatment", {"": renamed(found.right, treatments(lottery))}, TREATMENTS),
    ):
        rows = labels(next(iter(groups.values())), words)
        dots(f"lottery/figures/{name}", {title: groups}, rows, ACCURACY, chance)
    write_lines("plots/lottery/curves/sparsity.csv", by_round(lottery, found.right), "round", METHODS)
    last = methods(lottery, lottery.controlled[-1])
    every = last | {name.replace("/", "_"): name for name in names if name not in last.values()}
    losses = renamed(histories("lottery", names, seeds).train_loss, every)
    write_lines("plots/lottery/curves/training.csv", losses, "epoch", every)


if __name__ == "__main__":
    main(run)
