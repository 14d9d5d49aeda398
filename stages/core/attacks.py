"""Attacks: images changed a little, so that a network errs, or says what it is told to.

Goodfellow, Shlens, Szegedy, ICLR 2015, https://arxiv.org/abs/1412.6572, and Madry, Makelov, Schmidt,
Tsipras, Vladu, ICLR 2018, https://arxiv.org/abs/1706.06083:

    x'  <-  P(x' + step * d(g)),   g = grad_x' L(net(x'), y)
    d(g) = sign(g) for "linf",  g / |g|_2 for "l2"

P moves x' back into the ball of radius epsilon around x, then every pixel into [0, 1]; a targeted attack
descends on the loss of its target instead. Images are floats (n, c, h, w) in [0, 1], and so is every epsilon
and step; the network normalises its own input, and is attacked in the mode that it is in.

L is cross-entropy (`losses`) where a network is trained. Where it is measured, L is cross-entropy at a
temperature that follows the logits (`levelled`): that of a network which is sure is 0 in float32 and shows no
way, so that to say all fifty times as loudly would look like robustness (Carlini & Wagner 2016,
https://arxiv.org/abs/1607.04311).
"""

import torch
import torch.nn.functional as F

from stages.core.compute import mixed
from stages.core.data import unit

SPREAD = 4.0                     # standard deviation of an image's logits where they are levelled


def losses(net, x, y):
    """Cross-entropy of each image: (n,)."""
    with mixed():
        return F.cross_entropy(net(x).float(), y, reduction="none")


def levelled(net, x, y):
    """Cross-entropy of each image with its logits brought to a deviation of SPREAD: (n,); the same, however
    large they are.
    """
    with mixed():
        logits = net(x).float()
    deviation = logits.detach().std(1, keepdim=True)
    return F.cross_entropy(SPREAD * logits / torch.where(deviation > 0, deviation, 1), y, reduction="none")


def margins(net, x, y):
    """The largest other logit minus that of y, of each image: (n,), above 0 where `net` does not say y."""
    with mixed():
        logits = net(x).float()
    is_y = F.one_hot(y, logits.shape[1]).bool()
    return logits.masked_fill(is_y, -torch.inf).amax(1) - logits.masked_fill(~is_y, -torch.inf).amax(1)


def fgsm(net, x, y, epsilon, norm="linf", **options):
    """The fast gradient sign method, and its counterpart in L2: one step to the edge of the ball."""
    return pgd(net, x, y, norm, epsilon, epsilon, 1, **options)


def pgd(
    net, x, y, norm, epsilon, step, iterations, restarts=1, random_start=False, targeted=False, loss=losses
):
    """Projected gradient descent: `iterations` of length `step` on the loss of `net` on images x, labels y.

    y are the true labels or, if `targeted`, those that the network shall give. Of several restarts, each
    image's best by its margin is returned; they differ only with `random_start`, which begins anywhere in the
    ball. `loss` is `losses` or `levelled`.
    """
    sign = -1 if targeted else 1
    best, best_margin = x, torch.full((len(x),), -torch.inf, device=x.device)
    for _ in range(restarts):
        found = inside(x, anywhere(x, epsilon, norm), epsilon, norm) if random_start else x
        for _ in range(iterations):
            direction = steepest(input_gradient(lambda at: loss(net, at, y).sum(), found), norm)
            found = inside(x, found + sign * step * direction - x, epsilon, norm)
        if restarts == 1:
            return found
        with torch.no_grad():
            margin = sign * margins(net, found, y)
        better = margin > best_margin
        best, best_margin = torch.where(_each(better), found, best), torch.where(better, margin, best_margin)
    return best


def attacked(net, split, batch_size=250, loss=levelled, **attack):
    """Images of a split after `pgd` with `loss` and the arguments `attack` on their labels."""
    pairs = zip(split.images.split(batch_size), split.labels.split(batch_size), strict=True)
    return torch.cat([pgd(net, unit(x), y, loss=loss, **attack) for x, y in pairs])


def adversarial(net, batch, **attack):
    """Mean cross-entropy of a network in training on a batch (x, y) that `pgd` has attacked, as it stands."""
    x, y = batch
    net.eval()                                               # the attack sees the network that will be used
    x = pgd(net, x, y, **attack)
    net.train()
    return losses(net, x, y).mean()


def input_gradient(objective, x):
    """Gradient with respect to the images x of a number `objective(x)`; no weight is touched."""
    x = x.detach().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(objective(x), x)[0]


def steepest(gradient, norm):
    """The direction of length 1 in the norm that climbs most, for each image; 0 where the gradient is 0."""
    if norm == "linf":
        return gradient.sign()
    largest = _each(gradient.flatten(1).abs().amax(1))
    scaled = gradient / torch.where(largest > 0, largest, 1)             # squares of tiny numbers would be 0
    return scaled / _each(lengths(scaled)).clamp(min=1)                  # it has an entry of 1, or is 0


def inside(x, change, epsilon, norm):
    """x + change, moved into the ball around x, then into [0, 1]."""
    if norm == "linf":
        change = change.clamp(-epsilon, epsilon)
    else:
        change = change * (epsilon / (_each(lengths(change)) + 1e-12)).clamp(max=1)
    return (x + change).clamp(0, 1)


def anywhere(x, epsilon, norm):
    """A change of each image, uniform in the ball."""
    if norm == "linf":
        return epsilon * (2 * torch.rand_like(x) - 1)
    radius = epsilon * torch.rand(len(x), device=x.device) ** (1 / x[0].numel())
    return _each(radius) * steepest(torch.randn_like(x), norm)


def lengths(change):
    """L2 norm of each image's change: (n,)."""
    return change.flatten(1).norm(dim=1)


def _each(numbers):
    """Numbers (n,), shaped to multiply images."""
    return numbers.view(-1, 1, 1, 1)
