"""How residual networks on `objects` are trained and kept: what the stages of this part share."""

from itertools import islice

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import ImageRecipe, read
from stages.core.progress import progress
from stages.core.recipe import augmented, keep, sgd, weights_path
from stages.core.scores import correct, logits
from stages.core.train import cross_entropy, training
from stages.distillation.nets import StagedResNet, cost, staged
from stages.distillation.params import Network


def trained(seed, network, title, loss=cross_entropy, kind=StagedResNet, stop=None):
    """A network of the class `kind` and section `network`, trained with `loss`; its history; the role.

    With `stop`, training ends after so many epochs of its schedule. The same seed gives all networks of one
    kind and section the same initial weights and the same batches.
    """
    recipe = read("distillation.objects.training", ImageRecipe)
    rng = start(seed)
    role = load_role("objects")
    net = staged(role, network, kind)
    batches = augmented(role.train, recipe, rng)
    epochs = training(net, batches, loss, sgd(net, recipe), recipe.epochs)
    history = list(islice(progress(epochs, recipe.epochs, f"{title}, seed {seed}"), stop))
    return net.eval(), history, role


def student(seed, title, loss):
    """The network that every teacher teaches, trained with `loss`, as `trained` returns it."""
    return trained(seed, read("distillation.objects.networks.student", Network), title, loss)


def kept(name, seed, net, history, role, exits=None):
    """Writes a network, how it was trained, and which test images it gets right.

    `exits` are the logits (n, c) of several classifiers by name, where there is more than one.
    """
    labels = role.test.labels
    keep(f"distillation/{name}", seed, net, history)
    answers = {"right": logits(net, role.test.images)} | (exits or {})
    record(
        f"data/distillation/objects/{name}/{seed}.safetensors",
        {key: ("image", correct(z, labels)) for key, z in answers.items()}, cost(net, role.test.images),
    )


def teacher_of(name, seed):
    """A network that was kept, in evaluation mode."""
    return load_net(weights_path(f"distillation/{name}", seed), StagedResNet)
