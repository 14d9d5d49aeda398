"""How flat the loss is around a trained network.

All at weights w of a network in evaluation mode, on the same training images for every network:

    sharpness at rho     max_{|e| <= rho} L(w + e) - L(w)             Foret et al. 2021, (1) and appendix C.6
    adversarial weights  the same ascent at several radii, L2 and L-infinity; what is left of test accuracy
    curvature            the largest eigenvalue of the Hessian of L                  Foret et al., section 4.2
    slices               L(w + a d), d random, each filter of d as long as that of w     Li et al., section 4

Li, Xu, Taylor, Studer, Goldstein, NeurIPS 2018, https://arxiv.org/abs/1712.09913
"""

import torch

from stages.core.compute import mixed, start
from stages.core.data import load_role, unit
from stages.core.errors import UserError
from stages.core.measurements import record
from stages.core.params import read
from stages.core.scores import correct, logits, loss
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.noise.hessian import hessian, largest_eigenvalue
from stages.noise.params import Landscape
from stages.noise.recipe import trained
from stages.noise.weights import climbed, filter_norms, filters, moved


def mean_loss(net, split):
    """Mean cross-entropy of `net` on a split, as a tensor to differentiate."""
    return cross_entropy(net, (unit(split.images), split.labels))


def ascended(net, split, radius, steps, norm):
    """A change of all weights, at most `radius` in `norm`, that raises the loss on `split`: `steps` of
    projected ascent.

    A step is 2.5 radius / steps long, so that the path can reach any point of the ball and turn back from its
    edge.
    """
    weights = list(net.parameters())
    change = [torch.zeros_like(weight) for weight in weights]
    for _ in range(steps):
        with moved(weights, change), mixed():
            gradients = torch.autograd.grad(mean_loss(net, split), weights)
        change = climbed(change, gradients, 2.5 * radius / steps, radius, norm)
    return change


def under_attack(net, train, test, radii, steps, norm):
    """For each radius: the rise of the training loss (radii,) and which test images stay right (radii, n)."""
    rises, right = [], []
    for radius in radii:
        change = ascended(net, train, radius, steps, norm)
        with moved(list(net.parameters()), change):
            rises.append(loss(logits(net, train.images), train.labels))
            right.append(correct(logits(net, test.images), test.labels))
    base = loss(logits(net, train.images), train.labels)
    return torch.tensor(rises, dtype=torch.float64, device="cpu") - base, torch.stack(right)


def curvature(net, split, batch_size, iterations):
    """The largest eigenvalue of the Hessian of the mean loss on a whole split, taken in batches."""
    weights = list(net.parameters())
    parts = [split.part(at, at + batch_size) for at in range(0, len(split), batch_size)]
    return largest_eigenvalue(hessian(lambda part: mean_loss(net, part), parts, weights), weights, iterations)


def filter_normalised(weights):
    """A random direction; each of its filters is as long as that of the weights."""
    noise = [torch.randn_like(weight) for weight in weights]
    return [d * filter_norms(w) / filter_norms(d) for d, w in zip(noise, weights, strict=True)]


def slices(net, train, places, directions):
    """The loss at each of `places` along random directions: (directions, places)."""
    weights = filters(net)
    curves = []
    for _ in range(directions):
        direction = filter_normalised(weights)
        for place in places:
            with moved(weights, [place * d for d in direction]):
                curves.append(loss(logits(net, train.images), train.labels))
    return torch.tensor(curves, dtype=torch.float64, device="cpu").view(directions, len(places))


def measure(net, role, settings):
    """All measures of one network, as `record` takes them."""
    train = role.train.part(0, settings.images)
    rises_l2, right_l2 = under_attack(net, train, role.test, settings.radii_l2, settings.steps, "l2")
    _, right_linf = under_attack(net, train, role.test, settings.radii_linf, settings.steps, "linf")
    curved = role.train.part(0, settings.hessian_images)
    distances = [settings.reach * (2 * i / (settings.points - 1) - 1) for i in range(settings.points)]
    return {
        "adversarial_l2": ("radius_l2 image", right_l2),
        "adversarial_linf": ("radius_linf image", right_linf),
        "sharpness": ("radius_l2", rises_l2),
        "eigenvalue": ("", curvature(net, curved, settings.batch_size, settings.iterations)),
        "slices": ("direction distance", slices(net, train, distances, settings.directions)),
    }, {"radius_l2": settings.radii_l2, "radius_linf": settings.radii_linf, "distance": distances}


def run(network: str):
    settings, role = read("noise.landscape", Landscape), load_role("objects")
    needed = max(settings.images, settings.hessian_images)
    if needed > len(role.train):
        raise UserError(f"noise.landscape needs {needed} training images, `objects` has {len(role.train)}: "
                        "lower images or hessian_images, or raise data.objects.train")
    for seed in each_seed():
        start(seed)
        arrays, places = measure(trained(network, seed), role, settings)
        record(f"data/noise/landscape/{network}/{seed}.safetensors", arrays, **places)


if __name__ == "__main__":
    main(run)
