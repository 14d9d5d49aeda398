"""What was measured of proxies, targets and what they choose, by name; shares are in percent."""

import numpy as np
import xarray as xr

from stages.core.measurements import measured
from stages.coreset.order import counted
from stages.coreset.params import COMPARED, CRITERIA, HALF, LEAST, fractions

WORDS = {
    "random": "random", "entropy": "highest entropy", "least_confidence": "least confident",
    "margin": "smallest margin", "forgetting": "most often forgotten", "k_centre": "k centres",
    "target_entropy": "highest entropy, the target’s",
    "target_forgetting": "most often forgotten, the target’s",
}
RANKINGS = CRITERIA[1:]                                       # all but the control
DUPLICATES = 0.1                                             # of the images, those nearest to another


def right(pattern, seeds):
    """Percent right of test images, of the networks below data/coreset/<pattern>."""
    return 100 * measured(f"data/coreset/{pattern}/{{seed}}.safetensors", seed=seeds).right


def results(settings, seeds):
    """Percent right, all DataArrays with seed and image: of `proxy`, of the target on `all` images, of
    subsets (choice, fraction), of halves in as many steps ("same_steps", choice), and in as much work,
    `same_work`.
    """
    few = seeds[: settings.seeds]
    found = {"proxy": right("networks/proxy", seeds), "all": right("networks/target", seeds)}
    for choice in settings.choices:
        mine = seeds if choice in settings.every_seed else few
        for fraction in fractions(settings.sweep, choice, True):
            those = mine if fraction in (LEAST, HALF) else few
            found[choice, fraction] = right(f"subsets/{choice}/{fraction}", those)
    for choice in COMPARED:
        found["same_steps", choice] = right(f"same_steps/{choice}", few)
    return found | {"same_work": right("same_work", few)}


def rankings(seeds, few):
    """Scores and orders by proxy and target; and by the proxy with wrong labels, with which are wrong."""
    both = measured("data/coreset/ranking/{network}/{seed}.safetensors", network=["proxy", "target"],
                    seed=seeds)
    noisy = measured("data/coreset/ranking/mislabelled/{seed}.safetensors", seed=few)
    noted = measured("data/coreset/networks/mislabelled/{seed}.safetensors", seed=few)
    return both, noisy.assign(wrong=noted.wrong)


def agreement(both):
    """Spearman's rank correlation of scores, by `network` (the criterion) and `seed`: of proxy and target,
    and of targets of a seed and the next.
    """
    from scipy.stats import spearmanr

    score = both.score.sel(criterion=list(RANKINGS)).transpose("network", "criterion", "seed", "trained")
    proxy, target = score.to_numpy()

    def correlation(a, b):
        values = [[spearmanr(one, other).statistic for one, other in zip(*pair, strict=True)]
                  for pair in zip(a, b, strict=True)]
        places = {"network": list(RANKINGS), "seed": both.seed.values}
        return xr.DataArray(values, places, ["network", "seed"])

    return {"proxy": correlation(proxy, target), "target": correlation(target, np.roll(target, 1, axis=1))}


def chosen(order, fraction):
    """Which images are kept, bool by `trained`, of orders with the axis `place`."""
    n = order.sizes["place"]
    places = order.argsort(order.get_axis_num("place"))      # the place of each image
    return (places < counted(fraction, n)).rename(place="trained")


def shared(both):
    """Percent of the half that the target would keep which the proxy keeps, by `network` (the criterion)."""
    proxy, target = (both.order.sel(network=name, drop=True) for name in ("proxy", "target"))
    return share_kept(proxy, chosen(target, HALF))


def wrong_kept(noisy, fraction=HALF):
    """Whether each image with a wrong label is kept, 0 or 100 %, by `network` (the criterion), seed and
    `image`: of every seed there are as many.
    """
    kept, wrong = chosen(noisy.order, fraction).transpose("seed", "trained", ...), noisy.wrong > 0
    each = [kept.sel(seed=seed)[wrong.sel(seed=seed).to_numpy()] for seed in noisy.seed.values]
    return 100 * xr.concat(each, "seed").rename(criterion="network", trained="image")


def share_kept(order, among, fraction=HALF):
    """Percent of the images `among`, bool by `trained`, that are kept, by `network` (the criterion), seed."""
    kept = chosen(order, fraction)
    found = 100 * (kept & among).sum("trained") / among.sum("trained")
    return found.rename(criterion="network")


def duplicates(neighbours):
    """Which training images are among the tenth that is nearest to another."""
    return neighbours.distance <= neighbours.distance.quantile(DUPLICATES)


def of_classes(order, labels):
    """Percent of each class that is in the half kept, by `network` (the criterion), seed and `class`."""
    classes = np.unique(labels).astype(int)
    each = [share_kept(order, labels == c) for c in classes]
    return xr.concat(each, "class").assign_coords({"class": classes})


def picked(both, noisy, neighbours):
    """Percent that a proxy keeps, by `network` (the criterion) and seed: of wrong labels in a half, `wrong`,
    and in three images of ten, `few_wrong`; in a half of near-`duplicates`, and by `class`, `classes`.
    """
    order = both.order.sel(network="proxy", drop=True)
    return {
        "wrong": wrong_kept(noisy), "few_wrong": wrong_kept(noisy, LEAST),
        "duplicates": share_kept(order, duplicates(neighbours)),
        "classes": of_classes(order, neighbours.label),
    }


def swept(right, settings):
    """Percent right by `network` (the choice) and `kept`, percent of the images, up to all; few seeds."""
    found = []
    for choice in settings.sweep.choices:
        places = [right[choice, fraction] for fraction in settings.sweep.fractions] + [right["all"]]
        found.append(xr.concat(places, "kept", join="inner"))
    kept = [100 * fraction for fraction in settings.sweep.fractions] + [100]
    return xr.concat(found, "network").assign_coords(network=settings.sweep.choices, kept=kept)
