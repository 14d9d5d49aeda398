"""What all networks of this experiment learn from, and how."""

from dataclasses import replace

from stages.core.data import load_role
from stages.core.params import Training, read
from stages.regularization.methods import Fitting


def objects():
    """The role that the networks learn: `objects` with as many training images as they see."""
    fitting, role = read("regularization.training", Fitting), load_role("objects")
    return replace(role, train=role.train.first(fitting.images, "regularization.training.images"))


def training_recipe(**changes):
    """How the networks are trained, but for `changes`."""
    own = read("regularization.training", Fitting).model_dump(exclude={"images"})
    return read("training", Training).model_copy(update=own | changes)
