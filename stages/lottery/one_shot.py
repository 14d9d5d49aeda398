"""Which weights to keep: every criterion of criteria.py at one sparsity.

The dense network is pruned at once to as many weights as iterative pruning leaves in round `common_round`,
reset to the rewind point and trained (Zhou et al. 2019 prune iteratively; one training each allows to compare
many criteria).
"""

from stages.core.compute import start
from stages.core.errors import UserError
from stages.core.params import Count, Few, among, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lottery import criteria
from stages.lottery.criteria import in_pools
from stages.lottery.masks import SCOPES, convolutions, rounds_of, whole
from stages.lottery.params import CRITERIA, Fraction, Scopes
from stages.lottery.recipe import common_round, fit, kept, setting
from stages.lottery.saliency import SALIENCIES, gradients


def scores(criterion, scope, seed, train):
    """What a criterion gives each weight: name -> tensor; it may ask the gradient on the images `train`."""
    nets = {"initial": kept("initial", seed), "final": kept("rounds/0/global", seed)}
    before, after = ({name: w.detach() for name, w in convolutions(net).items()} for net in nets.values())
    if criterion not in SALIENCIES:
        return in_pools(getattr(criteria, criterion), scope, before, after)
    net = nets[SALIENCIES[criterion]]
    return in_pools(criteria.saliency, scope, convolutions(net), gradients(net, train))


def run(criterion: str):
    if criterion not in CRITERIA:
        raise UserError(f"there is no criterion `{criterion}`{among(criterion, CRITERIA)}")
    given, scopes = setting(), read("lottery.scopes", Scopes)
    prunes = rounds_of(read("lottery.fraction", Fraction), common_round())
    train = given.role.train.first(read("lottery.gradient_images", Count), "lottery.gradient_images")
    for seed in each_seed(read("lottery.seeds", Few)):
        for scope in scopes:
            start(seed)
            chosen = scores(criterion, scope, seed, train)
            net = kept("rewind", seed)
            masks = SCOPES[scope](whole(net), chosen, prunes)
            fit(f"criteria/{criterion}/{scope}", seed, net, masks, given, given.step)


if __name__ == "__main__":
    main(run)
