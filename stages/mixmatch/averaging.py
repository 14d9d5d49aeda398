"""The steps of Berthelot et al. 2019: Adam, weight decay apart from the gradient, and a moving average.

    w <- Adam(w);  w <- (1 - lr d) w of every weight matrix and filter;  a <- c a + (1 - c) w

The weight of the loss on unlabelled images grows linearly from 0 over the first steps.
"""

import torch

from stages.core.optimizers import Adam
from stages.core.train import Around


class Averaging(Around):
    """Steps Adam on the network of a Both, decays its weights, and moves its average.

    `weight`, a tensor, grows to `peak` in the first `ramp` steps.
    """

    def __init__(self, both, lr, weight_decay, decay, weight, peak, ramp):
        super().__init__(Adam(both.trained.parameters(), lr, fused=True))    # else an eighth of a step
        self.kernels = [w.detach() for w in both.trained.parameters() if w.dim() > 1]
        self.now, self.average = both.pairs()
        self.shrunk, self.moved = 1 - lr * weight_decay, 1 - decay
        self.weight, self.peak, self.ramp = weight, peak, ramp

    def before(self, taken):
        self.weight.fill_(self.peak * min(1.0, taken / self.ramp if self.ramp else 1.0))

    def step(self, closure):
        loss = self.optimizer.step(closure)
        torch._foreach_mul_(self.kernels, self.shrunk)
        torch._foreach_lerp_(self.average, self.now, self.moved)
        return loss
