"""How every network of this experiment is trained and kept: only its quantisers differ.

All begin with the weights of the baseline of their seed and are trained on, with the same batches; so they
differ less by chance than if each were trained from random weights, as the paper does.
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import Count, Depth, ImageRecipe, read
from stages.core.recipe import augmented, fit, keep, weights_path
from stages.core.scores import correct, logits
from stages.quantisation.nets import quantised
from stages.quantisation.weights import MIDDLES


def train(name, seed, measured, **setting):
    """Trains a network quantised by a `setting`, keeps it as models/quantisation/<name>, and records which
    test images are right and what `measured` finds of it.
    """
    recipe, role = read("quantisation.training", ImageRecipe), load_role("objects")
    images = role.train.first(read("quantisation.images", Count), "quantisation.images")
    batches = augmented(images, recipe, start(seed))
    whole = load_net(weights_path(f"resnet{read('quantisation.depth', Depth)}/sgd", seed))
    net = quantised(whole, images.images[: recipe.batch_size], **setting)
    history = fit(net, batches, recipe, f"{name}, seed {seed}")
    keep(f"quantisation/{name}", seed, net.eval(), history)
    right = correct(logits(net, role.test.images), role.test.labels)
    record(f"data/quantisation/{name}/{seed}.safetensors", {"right": ("image", right)} | measured(net),
           weight=MIDDLES)
