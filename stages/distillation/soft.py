"""The loss of distillation, and what can be known of soft labels. n images, c classes.

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531:

    q_i(T) = exp(z_i / T) / sum_j exp(z_j / T)                                             (1)
    L      = (1 - alpha) H(y, q(1))  +  alpha T^2 KL(p(T) || q(T)),    z student, v teacher

p(T) are the teacher's probabilities at temperature T. The gradient of KL shrinks like 1/T^2, hence the
factor; with it, as T grows, d(T^2 KL)/dz tends to (z - v) / c for logits of mean 0 (equation 4). KL is a sum
over classes and a mean over images, `batchmean`; torch's default would divide by the classes, too.
"""

import torch
import torch.nn.functional as F


def soft_loss(z, v, temperature):
    """T^2 KL(p || q) at T, of the student's logits z and the teacher's v, both (n, c); a mean over images."""
    student, teacher = (z / temperature).log_softmax(1), (v / temperature).log_softmax(1)
    return temperature**2 * F.kl_div(student, teacher, reduction="batchmean", log_target=True)


def distillation(z, y, v, alpha, temperature):
    """L of logits z (n, c), labels y (n,) and the teacher's logits v (n, c); alpha 0 is plain training."""
    return (1 - alpha) * F.cross_entropy(z, y) + alpha * soft_loss(z, v, temperature)


def entropy(v, temperature):
    """Entropy of the soft labels of logits v at a temperature, in nats: (n,)."""
    log_p = (v.double() / temperature).log_softmax(1)
    return -(log_p.exp() * log_p).sum(1)


def smoothed(labels, classes, confidence):
    """Logits of labels that give `confidence` to the class and share out the rest equally: (n, c)."""
    p = torch.full((len(labels), classes), (1 - confidence) / (classes - 1), device=labels.device)
    return p.scatter(1, labels[:, None], confidence).log()


def confidence_of_entropy(nats, classes):
    """The confidence, from 1/classes to 1, at which a smoothed label has this entropy, up to log classes."""
    from scipy.optimize import brentq
    from scipy.special import entr

    def excess(confidence):
        return entr(confidence) + (classes - 1) * entr((1 - confidence) / (classes - 1)) - nats

    return brentq(excess, 1 / classes, 1.0, xtol=1e-14)


def shuffled(v, rng):
    """Logits v (n, c) in which each image's own permutation moves all but the largest to other classes.

    Prediction, confidence and entropy of every soft label stay what they are at every temperature; gone is
    which wrong class is more likely than another, the "dark knowledge".
    """
    others = v.scatter(1, v.argmax(1, keepdim=True), torch.inf).argsort(1)[:, :-1]           # (n, c - 1)
    mixed = others.gather(1, torch.rand(others.shape, generator=rng, device=v.device).argsort(1))
    return v.scatter(1, others, v.gather(1, mixed))
