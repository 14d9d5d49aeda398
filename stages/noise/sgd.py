"""The control: plain stochastic gradient descent with momentum."""

from stages.core.stage import main
from stages.noise.recipe import keep, trained


def run(seed: int):
    net, history, _ = trained("sgd", seed, lambda net, sgd: sgd)
    keep("sgd", seed, net, history)


if __name__ == "__main__":
    main(run)
