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
from stages.core.files import save, write_json
from stages.core.nets import load_net
from stages.core.params import read
from stages.core.scores import correct, logits, loss
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.noise.hessian import largest_eigenvalue
from stages.noise.params import Landscape
from stages.noise.recipe import kept
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
    return torch.tensor(rises, dtype=torch.float64) - base, torch.stack(right)


def eigenvalues(net, train, batches, batch_size, iterations):
    """The largest eigenvalue of the Hessian of the loss on each of several disjoint batches: (batches,)."""
    weights = list(net.parameters())
    parts = [train.part(i * batch_size, (i + 1) * batch_size) for i in range(batches)]
    return torch.tensor([largest_eigenvalue(mean_loss(net, part), weights, iterations) for part in parts])


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
    return torch.tensor(curves, dtype=torch.float64).view(directions, len(places))


def run(variant: str, seed: int):
    settings = read("noise.landscape", Landscape)
    start(seed)
    role = load_role("objects")
    needed = max(settings.images, settings.batches * settings.batch_size)
    if needed > len(role.train):
        raise UserError(f"noise.landscape needs {needed} training images, `objects` has {len(role.train)}: "
                        "lower images, batches or batch_size, or raise data.objects.train")
    net = load_net(kept(variant, seed))
    train = role.train.part(0, settings.images)
    rises_l2, right_l2 = under_attack(net, train, role.test, settings.radii_l2, settings.steps, "l2")
    rises_linf, right_linf = under_attack(net, train, role.test, settings.radii_linf, settings.steps, "linf")
    curvature = eigenvalues(net, role.train, settings.batches, settings.batch_size, settings.iterations)
    places = torch.linspace(-settings.reach, settings.reach, settings.points).tolist()
    save(
        f"data/noise/landscape/{variant}-{seed}.safetensors",
        {
            "adversarial_l2": right_l2, "adversarial_linf": right_linf,
            "rises_l2": rises_l2, "rises_linf": rises_linf,
            "eigenvalues": curvature, "slices": slices(net, train, places, settings.directions),
        },
    )
    write_json(
        f"metrics/noise/landscape/{variant}-{seed}.json",
        {"sharpness": rises_l2[0].item(), "largest_eigenvalue": curvature.mean().item()},
    )


if __name__ == "__main__":
    main(run)
