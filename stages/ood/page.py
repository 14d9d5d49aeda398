"""The end of this experiment: its claims, the papers' numbers beside ours, figures."""

from stages.core.charts import write_lines
from stages.core.data import load_role
from stages.core.files import load
from stages.core.histories import histories
from stages.core.pages import accuracies, conditions, publish
from stages.core.params import Training, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.ood import figures, tables
from stages.ood.about import ABOUT
from stages.ood.claims import exposure_claims, score_claims, size_claims
from stages.ood.params import Ood, classes_of
from stages.ood.recipe import SETS_PATH, load_outliers
from stages.ood.results import OTHER, PLAIN, SETS, UNSEEN, exposure_labels, results, sizes


def write_training(ood, seeds):
    """The losses that `dvc plots` draws."""
    import xarray as xr

    groups = {"ood/capacity": ood.capacities, "ood": ["known"], "ood/finetuned": [*ood.exposed, "energy"]}
    losses = [histories(group, names, seeds).train_loss for group, names in groups.items()]
    losses = xr.concat(losses, "network", join="outer")
    write_lines("plots/ood/curves/training.csv", losses, "epoch", losses.network.values)


def answer(capacity, exposure):
    """The experiment in a few sentences, made of its numbers."""
    area = capacity.metrics.sel(network="baseline", metric="auroc", set=OTHER)
    mean = {score: float(area.sel(score=score).mean()) for score in area.score.values}
    rank = tables.ranks(capacity)
    exposed = exposure.metrics.sel(metric="auroc", score=PLAIN, set=UNSEEN).mean("seed")
    gain = exposed.sel(network="exposed") - exposed.sel(network="control")
    most, least = gain.idxmax().item(), gain.idxmin().item()
    return (
        f"The baseline's AUROC, averaged over sets of other images, is {mean[PLAIN]:.1f} % by maximum "
        f"softmax, {mean['odin']:.1f} % by ODIN and {mean['energy']:.1f} % by energy; the hardest set is "
        f"{SETS[min(rank, key=rank.get)]}, the easiest {SETS[max(rank, key=rank.get)]}. Outlier exposure "
        f"gains {gain.sel(set=most):+.1f} points on {SETS[most]}, where it helps most, and "
        f"{gain.sel(set=least):+.1f} on {SETS[least]}, where it helps least."
    )


def run():
    ood, recipe, seeds = read("ood", Ood), read("training", Training), listed()
    origin, (outliers, names) = load(SETS_PATH)[1]["sources"], load_outliers()
    networks, labels = sizes(recipe, ood.capacities), exposure_labels(ood.exposed)
    capacity, exposure = results("capacity", networks, seeds), results("exposure", labels, seeds)
    named = {name: f"ResNet-{of.depth}, width {of.width}" for name, of in networks.items()}
    write_training(ood, seeds)
    publish(
        ABOUT,
        conditions(load_role("objects"), recipe, seeds) | {
            "outliers": f"{len(outliers):,} images of {len(names)} classes, {origin['outliers']}",
            "exposure": f"classes 1 to {ood.known.classes}, {ood.known.epochs} epochs, then "
                        f"{ood.finetuning.epochs} with outliers",
            "ODIN": f"temperature {ood.odin.temperature:g}, step on the input {ood.odin.epsilon:g}",
        },
        answer(capacity, exposure),
        [*score_claims(capacity), *size_claims(capacity, networks),
         *exposure_claims(exposure, classes_of(ood.exposed), least=2 * 100 / ood.known.classes)],
        [*tables.odin(capacity, origin), tables.capacity(capacity, named),
         tables.exposure(exposure, origin), tables.outliers(exposure, labels)],
        [figures.examples(), figures.scores(capacity.sel(network="baseline")),
         figures.roc(capacity.sel(network="baseline")), *figures.areas(capacity, named, exposure, labels)],
        **accuracies(capacity.right), **accuracies(exposure.right),
    )


if __name__ == "__main__":
    main(run)
