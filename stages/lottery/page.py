"""This experiment's page in the report: the papers' numbers beside ours, in words, tables and figures.

Numbers of Frankle & Carbin 2019 are of their "Resnet-18" on CIFAR-10, which is the ResNet-20 here with
convolutions on its shortcuts, with learning rate 0.03 and warm-up (section 4).
"""

from stages.core.claims import interval
from stages.core.data import load_role
from stages.core.files import read_json
from stages.core.pages import Figure, Page, Table, machine, write_page
from stages.lottery.results import CRITERIA, METHODS, SCOPES, TREATMENTS, moderate

PAPER = (
    "Frankle & Carbin 2019, section 4, ResNet-20 with learning rate 0.03 and warm-up, 30,000 steps on "
    "CIFAR-10: 90.5 % with 27.1 % of all weights, winning tickets down to 11.8 %; dense with learning rate "
    "0.1: 90.5 %. The paper gives the controls as curves only. Its network has convolutions on the "
    "shortcuts, ours has none, and our percentages are of convolution weights alone."
)


def with_interval(right):
    """Percent right (s, n) as text: the mean and its 95 % interval."""
    mean, low, high, _ = interval(right, "test images")
    return f"{mean:.1f} [{low:.1f}, {high:.1f}]"


def sparsity_table(dense, chains):
    """Test accuracy of every method in every round."""
    methods = list(chains)
    rows = [["0", 100.0, with_interval(dense.last("dense")), *[None] * (len(methods) - 1)]]
    for number in range(len(chains["global"])):
        rounds = {method: chains[method][number] for method in methods}
        rows.append([
            str(number + 1), rounds["global"].share("global"),
            *(with_interval(one.last(method)) for method, one in rounds.items()),
        ])
    return Table(
        "Test accuracy by sparsity, in %, with 95 % intervals",
        ["round", "weights left, %", *(METHODS[method] for method in methods)], rows,
        f"Round 0 is the dense network. {PAPER}",
    )


def ways(lottery, chains, criteria):
    """All ways of finding a ticket at the common sparsity: (name, scope) -> percent right (s, n)."""
    at = lottery.common_round - 1
    iterative = {("iterative large final", scope): chains[scope][at].last(scope) for scope in SCOPES}
    return iterative | {
        (CRITERIA[name], scope): right for name, scopes in criteria.items() for scope, right in scopes.items()
    }


def criteria_table(lottery, chains, found):
    """Test accuracy of criterion × scope; `found` is the result of `ways`."""
    names = list(dict.fromkeys(name for name, _ in found))
    share = chains["global"][lottery.common_round - 1].share("global")
    return Table(
        f"Tickets with {share:.1f} % of the weights by criterion: test accuracy, in %, with 95 % intervals",
        ["criterion", *SCOPES],
        [[name, *(with_interval(found[name, scope]) for scope in SCOPES)] for name in names],
        "Iterative large final is the ticket of the chains, everything else is pruned at once. Zhou et al. "
        "2019 prune iteratively and layer by layer; they find large final and magnitude increase best, and "
        "movement and large init, large final close behind (from a summary: unverified). SNIP and Taylor are "
        "from other papers.",
    )


def treatments_table(ticket, treatments):
    """Test accuracy of the ticket and under each treatment."""
    rows = [["the ticket itself", with_interval(ticket), None]]
    rows += [
        [TREATMENTS[name], with_interval(right), float((right - ticket).mean())]
        for name, right in treatments.items()
    ]
    return Table(
        "What the kept weights become: test accuracy, in %, with 95 % intervals",
        ["treatment", "test accuracy", "difference, points"], rows,
        "All have the mask of the global ticket of the common round. The paper has curves only (Zhou et al. "
        "2019, sections 3 and 4).",
    )


def variants_table(adversarial, continuous):
    """Clean and robust accuracy, weights left."""
    rows = [
        [f"adversarial training, {label}", adversarial.share(name), with_interval(adversarial.last(name)),
         with_interval(adversarial.right[f"{name}_robust"])]
        for name, label in {"dense": "dense", "ticket": "ticket", "reinit": "new weights"}.items()
    ]
    rows += [
        ["continuous sparsification, ticket", continuous.share("ticket"),
         with_interval(continuous.last("ticket")), None],
        ["as many weights by magnitude", continuous.share("magnitude"),
         with_interval(continuous.last("magnitude")), None],
    ]
    return Table(
        "Variants: test accuracy, in %, with 95 % intervals",
        ["network", "weights left, %", "clean", "under attack"], rows,
        "For ResNet-20 on CIFAR-10 the README of Savarese et al.'s code says 91.5 to 92.0 % for tickets with "
        "20 to 30 % of the weights and 90 to 91 % for dense networks. The papers have no tickets under "
        "adversarial training.",
    )


FIGURES = [
    Figure(
        "plots/lottery/figures/sparsity.svg",
        "Accuracy of sparse networks, with 95 % intervals. The dotted line is chance.",
    ),
    Figure(
        "plots/lottery/figures/training.svg",
        "Accuracy along training, at the first sparsity of at most half of the weights and at the last.",
    ),
    Figure(
        "plots/lottery/figures/criteria.svg",
        "Criteria at one sparsity, pruned at once; bars are 95 % intervals.",
    ),
    Figure(
        "plots/lottery/figures/treatments.svg",
        "The ticket's mask with other weights, with 95 % intervals; the line is the ticket itself.",
    ),
]


def answer(lottery, claims, dense, chains, found):
    """The experiment in a few sentences, made of its numbers."""
    supported = sum(claim.verdict == "supported" for claim in claims)
    at = moderate(chains["global"])
    parts = [
        f"with {chains['global'][i].share('global'):.1f} % of the weights the ticket gets "
        f"{chains['global'][i].last('global').mean():.1f} %, its mask with new weights "
        f"{chains['reinit'][i].last('reinit').mean():.1f} %"
        for i in dict.fromkeys([at, len(lottery.rounds) - 1])
    ]
    ranking = sorted(found, key=lambda way: found[way].mean(), reverse=True)
    lead, low, high, _ = interval(found[ranking[0]] - found[ranking[1]], "test images")
    first, second = (f"{name}, {scope}" for name, scope in ranking[:2])
    sure = "which is beyond chance" if low > 0 else "which may be chance"
    return (
        f"{supported} of {len(claims)} claims are supported here. The dense network gets "
        f"{dense.last('dense').mean():.1f} % of the test images right; {'; '.join(parts)}. Of all ways to "
        f"find a ticket at the common sparsity, {first} is best with {found[ranking[0]].mean():.1f} %, "
        f"{lead:.1f} points (95 % [{low:.1f}, {high:.1f}]) before {second}, {sure}."
    )


def conditions(lottery, seeds):
    """What the numbers depend on, in words."""
    role, facts, recipe = load_role("objects"), read_json("metrics/lottery/dense.json"), lottery.training
    kind = {"resnet": "ResNet", "vgg": "VGG"}[lottery.network.kind]
    return {
        "data": role.source,
        "images": f"{len(role.train):,} for training, {len(role.test):,} for testing",
        "network": f"{kind}-{lottery.network.depth}, width {lottery.network.width}",
        "training": f"{recipe.epochs} epochs of batches of {recipe.batch_size}, learning rate {recipe.lr:g} "
        f"after {recipe.warmup_steps} steps of warm-up, tickets reset to step {lottery.rewind_step}",
        "seeds": ", ".join(map(str, seeds)),
    } | machine(facts)


def write(lottery, seeds, claims, dense, chains, criteria, treatments, adversarial, continuous):
    """Writes data/lottery/page.json."""
    found = ways(lottery, chains, criteria)
    ticket = chains["global"][lottery.common_round - 1].last("global")
    write_page(Page(
        name="lottery",
        title="The lottery ticket hypothesis",
        question="Is there a small network in the initial one that learns as well, and how is it found?",
        sources=[
            ["Frankle, Carbin: The lottery ticket hypothesis, ICLR 2019", "https://arxiv.org/abs/1803.03635"],
            ["Zhou, Lan, Liu, Yosinski: Deconstructing lottery tickets, NeurIPS 2019",
             "https://arxiv.org/abs/1905.01067"],
            ["Savarese, Silva, Maire: Winning the lottery with continuous sparsification, NeurIPS 2020",
             "https://arxiv.org/abs/1912.04427"],
        ],
        conditions=conditions(lottery, seeds),
        answer=answer(lottery, claims, dense, chains, found),
        claims=claims,
        tables=[
            sparsity_table(dense, chains), criteria_table(lottery, chains, found),
            treatments_table(ticket, treatments), variants_table(adversarial, continuous),
        ],
        figures=FIGURES,
    ))
