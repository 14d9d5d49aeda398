"""Training with Gaussian weight noise: does a network learn to withstand what it is trained with?

The loss is an expectation over noisy weights, estimated with one draw a step:

    w  <-  w - lr * grad L(w + e),   e_i ~ N(0, (sigma * rms(filter of w_i))^2)

It is the random counterpart of SAM (Foret et al. 2021, appendix C.5, compare a random with the adversarial
direction).
"""

from stages.core.params import read
from stages.core.stage import main
from stages.core.train import Around, batchnorm_frozen, recompute_batchnorm
from stages.noise.params import Gaussian
from stages.noise.recipe import train
from stages.noise.weights import filters, gaussian, moved


class GaussianNoise(Around):
    """Steps `optimizer` with the gradient found at weights to which fresh noise was added."""

    def __init__(self, net, optimizer, sigma):
        super().__init__(optimizer)
        self.net, self.sigma = net, sigma

    def step(self, closure):
        weights = filters(self.net)
        with moved(weights, gaussian(weights, self.sigma)), batchnorm_frozen(self.net):
            loss = closure()                                 # grad L(w + e)
        self.optimizer.step()                                # from w
        return loss


def run():
    sigma = read("gaussian", Gaussian).sigma
    train(
        "gaussian", lambda net, sgd: GaussianNoise(net, sgd, sigma),
        after=recompute_batchnorm,                           # training saw noisy weights only; these are w's
    )


if __name__ == "__main__":
    main(run)
