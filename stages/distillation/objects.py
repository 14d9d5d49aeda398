"""How residual networks on `objects` are trained and kept: what the stages of this part share."""

from itertools import islice

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.files import save
from stages.core.params import ImageRecipe, read
from stages.core.progress import progress
from stages.core.recipe import augmented, keep, sgd
from stages.core.scores import accuracy, calibration_error, correct, logits
from stages.core.train import cross_entropy, training
from stages.distillation.nets import StagedResNet, flops, staged
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
    """Writes a network, its numbers, and which test images it gets right.

    `exits` are the logits (n, c) of several classifiers by name, where there is more than one.
    """
    z = logits(net, role.test.images)
    labels = role.test.labels
    keep(
        f"distillation/objects/{name}-{seed}", net, history, flops=flops(net, role.test.images),
        test_accuracy=accuracy(z, labels), test_calibration_error=calibration_error(z, labels),
    )
    right = {key: correct(value, labels) for key, value in (exits or {}).items()}
    save(f"data/distillation/objects/{name}-{seed}.safetensors", {"right": correct(z, labels)} | right)
