"""Batches of labelled and unlabelled images, and with whom each of them is mixed.

Mixtures have a share max(r, 1 - r) of their own image, r ~ Beta(alpha, alpha) for every image, so that they
know which target is theirs (Berthelot et al. 2019, equations 8 and 9). Who may meet whom is the ablation of
their table 4:

    all            labelled and unlabelled images together
    separate       labelled with labelled, unlabelled with unlabelled ones
    labelled       labelled with labelled ones only, the others stay as they are
    unlabelled     unlabelled with unlabelled ones only
    none           all stay as they are
"""

import numpy as np
import torch

from stages.core.cutout import cut
from stages.core.data import Batches


class Copies(Batches):
    """Augmented copies of images that are chosen from outside; with a square of side `cutout` cut out."""

    def __init__(self, split, rng, pad, flip, cutout=0, fill=None):
        super().__init__(split, 1, rng, pad, flip)
        self.cutout, self.fill = cutout, fill

    def of(self, chosen):
        x = self._cut(chosen)
        if not self.cutout:
            return x
        ends = torch.tensor([[self.height], [self.width]], device=x.device)
        centres = torch.rand(2, len(x), generator=self.rng, device=x.device) * ends
        return cut(x, centres.long(), self.cutout, self.fill)


class Mixing:
    """Draws, for b labelled and u unlabelled images in a batch, order and shares as in `losses.mixed`."""

    def __init__(self, among, alpha, rng):
        self.among, self.alpha, self.rng = among, alpha, rng

    def drawn(self, b, u, device):
        x, xu = slice(b), slice(b, b + u)
        groups = {"all": [slice(b + u)], "separate": [x, xu], "labelled": [x], "unlabelled": [xu], "none": []}
        order, own = np.arange(b + u), np.ones(b + u)
        for group in groups[self.among]:
            order[group] = self.rng.permutation(order[group])
            if self.alpha:
                own[group] = self.rng.beta(self.alpha, self.alpha, len(order[group]))
        own = torch.from_numpy(np.maximum(own, 1 - own)).to(device, torch.float32)
        return torch.from_numpy(order).to(device), torch.stack([own, 1 - own])


class Streams:
    """`steps` batches a pass: (x, y), with `copies` also u, and with `mixing` also order and shares.

    `copies` are the Copies of unlabelled images, one for each copy of an image that a batch has.
    """

    def __init__(self, labelled, copies, mixing, batch_size, steps, rng):
        self.labelled, self.copies, self.mixing = labelled, copies, mixing
        self.batch_size, self.steps, self.rng = batch_size, steps, rng

    def __len__(self):
        return self.steps

    def __iter__(self):
        for _ in range(self.steps):
            chosen = self.chosen(self.labelled, self.labelled.rng)
            batch = [self.labelled.of(chosen), self.labelled.labels[chosen]]
            if self.copies:
                chosen = self.chosen(self.copies[0], self.rng)
                batch.append(torch.cat([one.of(chosen) for one in self.copies]))
            if self.mixing:
                batch += self.mixing.drawn(self.batch_size, len(batch[2]), chosen.device)
            yield tuple(batch)

    def chosen(self, among, rng):
        return torch.randint(len(among.labels), (self.batch_size,), generator=rng, device=among.labels.device)
