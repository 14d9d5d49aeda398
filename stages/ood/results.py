"""What was measured, by name; a metric of a set, in percent, as terms whose means add up to it (claims.py).
"""

import numpy as np

from stages.core.files import load
from stages.core.measurements import measured
from stages.ood.influence import auroc_parts, contributions
from stages.ood.params import classes_of
from stages.ood.recipe import INSIDE, SETS_PATH, resized

# names -> how tables and legends call them
SETS = {
    "outliers": "outliers",
    "scenes": "scenes",
    "textures": "textures",
    "faces": "faces",
    "text": "text",
    "digits": "digits",
    "gaussian": "Gaussian noise",
    "uniform": "uniform noise",
}
NEAR = {"other_classes": "the other classes"}
# what exposure is tested on: no set is of the same kind as the outliers that networks saw
UNSEEN = [name for name in [*NEAR, *SETS] if name != "outliers"]
FAR = [name for name in UNSEEN if name not in NEAR]          # other data; some may show a known class
PLAIN = "max_softmax"


def results(group, networks, seeds):
    """A Dataset of all that was measured of a group of networks, with the axes `network` and `seed`."""
    path = f"data/ood/scores/{group}/{{network}}/{{seed}}.safetensors"
    found = measured(path, network=networks, seed=seeds)
    return found.assign(right=100 * found.right, metrics=100 * found.metrics)


def sources():
    """Where the images of each set come from, in words."""
    return load(SETS_PATH)[1]["sources"]


def sizes(recipe, capacities):
    """The networks that know every class, and their recipes: by depth, then by width."""
    found = {"baseline": recipe} | {name: resized(recipe, name) for name in capacities}
    return dict(sorted(found.items(), key=lambda item: (item[1].depth, item[1].width)))


def size_labels(networks):
    """How networks of all sizes are called."""
    return {name: f"ResNet-{of.depth}, width {of.width}" for name, of in networks.items()}


def exposure_labels(exposed):
    """How networks of the first classes are called."""
    words = {"known": "as trained", "control": "no outliers", "exposed": "all outliers"}
    words |= {name: f"outliers of {k} class{'es' * (k > 1)}" for name, k in classes_of(exposed).items()}
    return {name: words[name] for name in ("known", *exposed)} | {"energy": "energy bounds"}


def ends(sizes, what):
    """The smallest and the largest of the networks that differ from the baseline in nothing but depth or
    width.
    """
    names = [name for name in sizes if name == "baseline" or name.startswith(what)]
    return names[0], names[-1]


def equally(names):
    """The weights of a mean over sets."""
    return {name: 1 / len(names) for name in names}


def terms(found, network, score, weights, parts=auroc_parts):
    """DataArrays (seed, image) whose means add up to a weighted sum over sets of a metric of a network, in
    percent.

    `weights` is a number for each set by name. The first term is of in-distribution images, the others are of
    the sets in the order of `weights`.
    """
    from xarray import DataArray

    one = found[[INSIDE, *weights]].sel(network=network, score=score)
    seeds = [
        contributions(parts, one[INSIDE].to_numpy()[i], [one[name].to_numpy()[i] for name in weights],
                      list(weights.values()))
        for i in range(one.sizes["seed"])
    ]
    return [
        DataArray(100 * np.stack(values), {"seed": one.seed}, ("seed", "image"))
        for values in zip(*seeds, strict=True)
    ]


def minus(terms, others):
    """The terms of a difference, paired image by image: both are of the same sets."""
    return [term - other for term, other in zip(terms, others, strict=True)]
