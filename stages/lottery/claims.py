"""What the papers say of lottery tickets, tested on the networks just trained.

Everything is compared test image by test image. Of the rounds, `moderate` is the first that leaves at most
half of the convolution weights (41.7 % in Frankle & Carbin's steps), `high` is the last.
"""

from stages.core.claims import metrics, positive, summary
from stages.core.files import write_json
from stages.core.params import Seeds, read
from stages.core.stage import main
from stages.lottery.page import write
from stages.lottery.params import Lottery
from stages.lottery.results import METHODS, chain, found, moderate, one_shot, treated

FRANKLE, ZHOU = "Frankle & Carbin 2019", "Zhou et al. 2019"
A_POINT = 1.0
LEADERS = "large_final", "magnitude_increase"
CONTROLS = {"small_final", "random"}


def better(one, other, **text):
    """The claim that the first network has more test images right; both are percent right, (s, n)."""
    return positive(one - other, "test images", unit="points", **text)


def claims_of_chains(dense, chains, at):
    """Claims from percent right at the end of the dense network and of each method and round.

    dense   (s, n)
    chains  method -> a list of (s, n), one for each round
    at      index of the moderate round
    """
    high = {method: rounds[-1] for method, rounds in chains.items()}
    ticket = high["global"]
    return [
        better(
            chains["global"][at], dense - A_POINT, id="ticket_matches_dense", source=f"{FRANKLE}, section 4",
            sentence="At moderate sparsity the ticket is less than one point worse than the dense network.",
        ),
        better(
            ticket, high["reinit"], id="ticket_beats_reinit", source=f"{FRANKLE}, section 4",
            sentence="At high sparsity the ticket is better than its mask with new initial weights.",
        ),
        better(
            ticket, high["random"], id="ticket_beats_random_mask", source=f"{FRANKLE}, figure 1",
            sentence="At high sparsity the ticket is better than a random mask on the same weights.",
        ),
        better(
            ticket, high["finetuned"], id="ticket_beats_finetuned", source="our question",
            sentence="At high sparsity the ticket is better than the network pruned and fine-tuned.",
        ),
        better(
            ticket, high["layerwise"], id="global_beats_layerwise", source=f"{FRANKLE}, appendix I.1",
            sentence="At high sparsity global pruning finds better tickets than pruning layer by layer.",
        ),
    ]


def claims_of_criteria(criteria):
    """Claims from criterion -> scope -> percent right (s, n); those whose criteria were left out are left
    out. Who beats controls only leads nothing.
    """
    mean = {name: sum(scopes.values()) / len(scopes) for name, scopes in criteria.items()}
    rivals = {name: values for name, values in mean.items() if name not in (*LEADERS, "snip", "taylor")}
    claims = []
    if rivals.keys() - CONTROLS and set(LEADERS) <= set(mean):
        rival = max(rivals, key=lambda name: rivals[name].mean())
        leaders = sum(mean[name] for name in LEADERS) / len(LEADERS)
        claims.append(better(
            leaders, rivals[rival], id="criteria_lead", source=f"{ZHOU}, section 2",
            sentence="Large final and magnitude increase, on average, beat the best other criterion.",
        ))
    if {"large_final", "small_final"} <= set(mean):
        claims.append(better(
            mean["large_final"], mean["small_final"], id="large_beats_small", source=f"{ZHOU}, section 2",
            sentence="Keeping the largest final weights is better than keeping the smallest.",
        ))
    return claims


def claims_of_treatments(ticket, treatments):
    """Claims from percent right (s, n) of the ticket and treatment -> percent right; one of signs only where
    rewinding has a benefit for them to recover.
    """
    pairs = [name for name in treatments if f"{name}_signed" in treatments]
    claims = []
    if pairs:
        lost = sum(treatments[name] for name in pairs) / len(pairs)
        signed = sum(treatments[f"{name}_signed"] for name in pairs) / len(pairs)
        claims.append(better(
            ticket, lost, id="rewinding_helps", source=f"{ZHOU}, section 3",
            sentence="Kept weights that go back to their values beat new or reshuffled ones.",
        ))
        if claims[0].verdict == "supported":
            claims.append(better(
                signed, (ticket + lost) / 2, id="signs_recover_most", source=f"{ZHOU}, section 3",
                sentence="New or reshuffled values with the old signs recover over half of that benefit.",
            ))
    if "frozen" in treatments:
        claims.append(better(
            ticket, treatments["frozen"], id="zero_beats_frozen", source=f"{ZHOU}, section 4",
            sentence="Pruned weights at 0 are better than pruned weights frozen where they began.",
        ))
    return claims


def claims_of_variants(adversarial, continuous):
    """Claims from what the two variants recorded."""
    return [
        better(
            adversarial.right["ticket_robust"], adversarial.right["reinit_robust"],
            id="robust_ticket_beats_reinit", source="our question",
            sentence="Under adversarial training the ticket bears attacks better than new initial weights.",
        ),
        better(
            continuous.last("ticket"), continuous.last("magnitude"), id="continuous_beats_magnitude",
            source="Savarese et al. 2020",
            sentence="A ticket by continuous sparsification beats one by magnitude with as many weights.",
        ),
    ]


def run():
    lottery, seeds = read("lottery", Lottery), read("seeds", Seeds)
    dense = found("dense")
    chains = {method: chain(method, lottery.rounds) for method in METHODS if method != "dense"}
    right = {method: [one.last(method) for one in rounds] for method, rounds in chains.items()}
    criteria, treatments = one_shot(lottery), treated(lottery)
    adversarial, continuous = found("adversarial"), found("continuous")
    claims = [
        *claims_of_chains(dense.last("dense"), right, moderate(chains["global"])),
        *claims_of_criteria(criteria),
        *claims_of_treatments(right["global"][lottery.common_round - 1], treatments),
        *claims_of_variants(adversarial, continuous),
    ]
    write_json("metrics/lottery.json", metrics(claims))
    write(lottery, seeds, claims, dense, chains, criteria, treatments, adversarial, continuous)
    print(*(summary(claim.row()) for claim in claims), sep="\n")


if __name__ == "__main__":
    main(run)
