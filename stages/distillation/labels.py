"""Networks trained on labels only: the student, as the control, and its teachers.

Yuan, Tay, Li, Wang, Feng, CVPR 2020, https://arxiv.org/abs/1909.11723, section 2, let a weaker network teach
a stronger one, and a poorly trained one teach others. `student` is the stronger network and `weaker` the
weaker one; `poor` is the weaker one early in the same training, its learning rate still high, as the paper's
ResNet-18 after one epoch of 200.
"""

from stages.core.params import Count, Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.distillation.objects import kept, trained
from stages.distillation.params import Networks


def run(network: str):
    early = read("distillation.objects.poor.epochs", Count)
    networks = read("distillation.objects.networks", Networks)
    shape, stop = (networks.weaker, early) if network == "poor" else (getattr(networks, network), None)
    for seed in each_seed(read("distillation.objects.seeds", Few)):
        kept(network, seed, *trained(seed, shape, f"{network} on labels", stop=stop))


if __name__ == "__main__":
    main(run)
