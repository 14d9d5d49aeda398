"""Steps and multiply-accumulates of proxy, target and selection, and what else could be had for them."""

import math

from stages.coreset.order import counted
from stages.coreset.params import HALF


def batches(recipe, n):
    """Steps in an epoch of n images."""
    return n // recipe.batch_size


def steps(recipe, n):
    """Steps of a training on n images."""
    return recipe.epochs * batches(recipe, n)


def work(settings, cost):
    """Multiply-accumulates: of the target on `all` images and on a `half`, and of the `proxy`, its training
    and its look at all images; `cost` is what cost.py recorded.
    """
    n, step = settings.data.train, cost.step.sel(network="target").item()
    return {
        "all": steps(settings.target, n) * step,
        "half": steps(settings.target, counted(HALF, n)) * step,
        "proxy": steps(settings.proxy, n) * cost.step.sel(network="proxy").item()
                 + cost.scoring.sel(network="proxy").item(),
    }


def share_of_work(settings, cost):
    """What proxy and half together take of the work of all images."""
    each = work(settings, cost)
    return (each["proxy"] + each["half"]) / each["all"]


def as_many_steps(settings):
    """The target's recipe for a half with as many epochs as come nearest to the steps on all images."""
    recipe, n = settings.target, settings.data.train
    epochs = round(steps(recipe, n) / batches(recipe, counted(HALF, n)))
    return recipe.model_copy(update={"epochs": epochs})


def as_much_work(settings, cost):
    """The target's recipe for all images with the fewest epochs that cost no less than proxy and half."""
    recipe = settings.target
    epochs = math.ceil(recipe.epochs * share_of_work(settings, cost))
    return recipe.model_copy(update={"epochs": epochs})


def trainings(settings, cost):
    """Epochs, steps and multiply-accumulates of everything that is compared: name -> a triple.

    `both` are proxy and half together; `many` is the half for as many steps as all images, `much` all images
    for as much work as both.
    """
    n, target, each = settings.data.train, settings.target, work(settings, cost)
    many, much, half = as_many_steps(settings), as_much_work(settings, cost), counted(HALF, n)
    return {
        "all": (target.epochs, steps(target, n), each["all"]),
        "proxy": (settings.proxy.epochs, steps(settings.proxy, n), each["proxy"]),
        "half": (target.epochs, steps(target, half), each["half"]),
        "both": (None, None, each["proxy"] + each["half"]),
        "many": (many.epochs, steps(many, half), each["half"] * many.epochs / target.epochs),
        "much": (much.epochs, steps(much, n), each["all"] * much.epochs / target.epochs),
    }
