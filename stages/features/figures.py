"""Accuracy under attack and trainings as a figure and tables, the constructed images as grids."""

from stages.core.charts import dots, write_lines
from stages.core.data import load_role
from stages.core.histories import histories
from stages.core.params import Few, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.features.grids import draw_inversions, draw_pairs
from stages.features.recipe import kept
from stages.features.results import INVERTED, NETWORKS, NONROBUST, evaluations


def strengths(clean, attacked):
    """Legend -> percent right of each network: undisturbed, and in balls of each epsilon."""
    return {"undisturbed": clean} | {
        f"ε = {epsilon:g}": attacked.sel(epsilon=epsilon) for epsilon in attacked.epsilon.values
    }


def losses(seeds):
    """Training losses, a DataArray with the axes network, seed, epoch; NaN after a network's last epoch."""
    import xarray as xr

    each = []
    for name in NETWORKS:
        group, _, last = kept(name).rpartition("/")
        each.append(histories(group, [last], seeds).train_loss)
    return xr.concat(each, "network", join="outer", coords="minimal", compat="override")


def run():
    seeds, role = listed(read("features.seeds", Few)), load_role("objects")
    groups = strengths(*evaluations(seeds))
    dots("features/figures/accuracy", {"Attacks in L2 balls": groups}, NETWORKS, "test accuracy, %",
         100 / len(role.classes))
    write_lines("plots/features/curves/training.csv", losses(seeds), "epoch", NETWORKS)
    for name in NONROBUST:
        draw_pairs(name, seeds[0], role)
    for name in INVERTED:
        draw_inversions(name, seeds[0], role)


if __name__ == "__main__":
    main(run)
