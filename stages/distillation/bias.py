"""The bias of one class: what it does to errors, and the one with the fewest. n images, c classes."""

import torch

BIASES = "none", "held_out", "test"              # what a bias was chosen on


def errors(z, y, digit, biases):
    """How many of the logits z (n, c) are wrong when each of `biases` (k,) is added to the digit's: (k,)."""
    others = z.scatter(1, torch.full_like(y, digit)[:, None], -torch.inf)
    best, runner_up = others.max(1)
    chosen = biases[:, None] > best - z[:, digit]                            # (k, n): the digit wins
    return torch.where(chosen, y != digit, y != runner_up).sum(1)


def best_bias(z, y, digit):
    """The bias with the fewest errors on logits z (n, c), labels y: the middle of the widest range of such.

    Errors change only where the digit overtakes an image's best other class, so all of them can be tried.
    """
    z = z.double()
    margins = (z.scatter(1, torch.full_like(y, digit)[:, None], -torch.inf).amax(1) - z[:, digit]).unique()
    margins = torch.cat([margins[:1] - 1, margins, margins[-1:] + 1])
    middles, widths = (margins[1:] + margins[:-1]) / 2, margins.diff()
    wrong = errors(z, y, digit, middles)
    best = wrong == wrong.min()
    return middles[torch.where(best, widths, -1.0).argmax()].item()


def raised(z, digit, bias):
    """Logits z (n, c) with `bias` added to the digit's."""
    column = torch.tensor([digit], device=z.device)
    return z.index_add(1, column, torch.full((len(z), 1), bias, device=z.device))
