"""What was measured, by name, and a metric of a network over sets, as terms whose means add up to it."""

from stages.core.measurements import measured
from stages.ood.influence import terms
from stages.ood.params import classes_of
from stages.ood.recipe import INSIDE, resized

# name -> words, of all sets of other images; only networks of the first classes have met the first set
SETS = {
    "other_classes": "the other classes", "outliers": "outliers", "scenes": "scenes", "textures": "textures",
    "faces": "faces", "text": "text", "digits": "digits", "gaussian": "Gaussian noise",
    "uniform": "uniform noise",
}
NEAR = ["other_classes"]
OTHER = [name for name in SETS if name not in NEAR]          # no images of `objects`
UNSEEN = [name for name in SETS if name != "outliers"]       # none of the same kind as the outliers learnt
FAR = [name for name in UNSEEN if name not in NEAR]          # other data; some may show a known class
PLAIN = "max_softmax"
CHANCE = 50.0                                                # AUROC in percent


def results(group, networks, seeds):
    """A Dataset of all that was measured of a group of networks, with the axes `network` and `seed`."""
    path = f"data/ood/scores/{group}/{{network}}/{{seed}}.safetensors"
    found = measured(path, network=networks, seed=seeds)
    return found.assign(right=100 * found.right, metrics=100 * found.metrics)


def over(found, network, score, sets, metric="auroc"):
    """The mean over `sets` of a metric of a network, or a weighted sum if `sets` is name -> weight: the terms
    of influence.py, in-distribution images first.
    """
    weights = sets if isinstance(sets, dict) else dict.fromkeys(sets, 1 / len(sets))
    one = found[[INSIDE, *weights]].sel(network=network, score=score)
    return terms(metric, one[INSIDE], [one[name] for name in weights], weights.values())


def by_set(found, network, score, mean, metric="auroc"):
    """The same of each set by its name, and over the sets of `mean`."""
    groups = {name: [name] for name in SETS if name in found} | {"mean": mean}
    return {name: over(found, network, score, sets, metric) for name, sets in groups.items()}


def by_network(found, labels, score, sets, metric="auroc"):
    """The same of each network of `labels`, by its name."""
    return {name: over(found, name, score, sets, metric) for name in labels}


def minus(terms, others):
    """The terms of a difference, paired image by image: both are of the same sets."""
    return [term - other for term, other in zip(terms, others, strict=True)]


def sizes(recipe, capacities):
    """The networks that know every class, and their recipes: by depth, then by width."""
    found = {"baseline": recipe} | {name: resized(recipe, name) for name in capacities}
    return dict(sorted(found.items(), key=lambda item: (item[1].depth, item[1].width)))


def exposure_labels(exposed):
    """How networks of the first classes are called."""
    words = {"known": "as trained", "control": "no outliers", "exposed": "all outliers"}
    words |= {name: f"outliers of {k} class{'es' * (k > 1)}" for name, k in classes_of(exposed).items()}
    return {name: words[name] for name in ("known", *exposed)} | {"energy": "energy bounds"}
