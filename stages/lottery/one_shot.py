"""Which weights to keep: every criterion of criteria.py once, at one sparsity, in both scopes.

The dense network is pruned at once to as many weights as iterative pruning leaves in round `common_round`,
reset to the rewind point and trained (Zhou et al. 2019 prune iteratively; one training each allows to compare
many criteria).
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.errors import UserError
from stages.core.params import Seeds, among, read
from stages.core.recipe import sgd
from stages.core.stage import main
from stages.lottery import criteria
from stages.lottery.masks import SCOPES, convolutions, hold, rounds_of, whole
from stages.lottery.params import CRITERIA, Fraction, Step, Training
from stages.lottery.recipe import common_round, kept, record, trained


def compared(name, scores):
    """Trains and records a ticket of each scope.

    scores  scores(initial, final, role, scope) -> name of a weight -> score, of networks before and after
            training
    """
    recipe, seeds = read("lottery.training", Training), read("seeds", Seeds)
    fraction, rounds = read("lottery.fraction", Fraction), common_round()
    step = read("lottery.rewind_step", Step)
    histories, all_masks = {scope: [] for scope in SCOPES}, {scope: [] for scope in SCOPES}
    for seed in seeds:
        for scope, prune in SCOPES.items():
            rng = start(seed)
            role = load_role("objects")
            initial, final = kept("initial", seed), kept("global/0", seed)
            masks = prune(whole(final), scores(initial, final, role, scope), rounds_of(fraction, rounds))
            net = kept("rewind", seed)
            optimizer = sgd(net, recipe)
            hold(net, optimizer, masks)
            title = f"{name}, {scope}, seed {seed}"
            histories[scope].append(trained(title, net, optimizer, role, rng, recipe, step))
            all_masks[scope].append(masks)
    record(f"one_shot/{name}", seeds, histories, all_masks)


def run(criterion: str):
    if criterion not in CRITERIA:
        raise UserError(f"there is no criterion `{criterion}`{among(criterion, CRITERIA)}")
    score = getattr(criteria, criterion)

    def scores(initial, final, role, scope):
        before, after = ({k: w.detach() for k, w in convolutions(net).items()} for net in (initial, final))
        return criteria.in_pools(score, scope, before, after)

    compared(criterion, scores)


if __name__ == "__main__":
    main(run)
