"""Sharpness-aware minimisation: does a flat minimum generalise better than a sharp one?

Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, https://arxiv.org/abs/2010.01412

    min_w  max_{|e|_p <= rho}  L(w + e)                                         (1)
    e(w) = rho * sign(g) |g|^(q-1) / (|g|_q^q)^(1/p),   g = grad L(w)           (2), 1/p + 1/q = 1
         = rho * g / |g|_2       for p = 2
         = rho * sign(g)         for p = infinity                               appendix C.5
    w  <- w - lr * grad L(w + e(w))                                             (3), algorithm 1

With more than one ascent step, e is the end of projected gradient ascent in the ball (appendix C.6); its
first step is (2). Weight decay is no part of L.
"""

import torch

from stages.core.params import read
from stages.core.stage import main
from stages.core.train import Around, batchnorm_frozen
from stages.noise.params import Sam
from stages.noise.recipe import train
from stages.noise.weights import climbed, moved


class SAM(Around):
    """Steps `optimizer` with the gradient found uphill of the weights, at most `rho` away in the norm."""

    def __init__(self, net, optimizer, rho, norm, steps):
        super().__init__(optimizer)
        self.net, self.rho, self.norm, self.steps = net, rho, norm, steps

    def step(self, closure):
        loss = closure()                                     # g = grad L(w), and the statistics of w
        weights = [weight for weight in self.net.parameters() if weight.grad is not None]
        change = [torch.zeros_like(weight) for weight in weights]
        for _ in range(self.steps):
            change = climbed(change, [weight.grad for weight in weights], self.rho, self.rho, self.norm)
            with moved(weights, change), batchnorm_frozen(self.net):
                closure()                                    # grad L(w + e)
        self.optimizer.step()                                # from w
        return loss


def run(variant: str):
    sam = read(variant, Sam)
    train(variant, lambda net, sgd: SAM(net, sgd, sam.rho, sam.norm, sam.steps))


if __name__ == "__main__":
    main(run)
