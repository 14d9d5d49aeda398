"""What was measured of the networks, by name: test images right and weights left, in percent."""

from stages.core.measurements import measured

# name -> how tables and legends call it; the control first
METHODS = {
    "dense": "dense",
    "global": "ticket, global",
    "layerwise": "ticket, layer by layer",
    "finetuned": "pruned and fine-tuned",
    "reinit": "ticket's mask, new weights",
    "random": "early weights, random mask",
}
CRITERIA = {
    "large_final": "large final", "small_final": "small final", "large_init": "large init",
    "large_init_large_final": "large init, large final", "magnitude_increase": "magnitude increase",
    "movement": "movement", "random": "random", "snip": "SNIP", "taylor": "Taylor",
}
SCOPES = {"global": "all layers ranked together", "layerwise": "each layer by itself"}
TREATMENTS = {
    "ticket": "the ticket itself",
    "reinit": "new weights", "reinit_signed": "new weights, signs kept",
    "reshuffle": "weights reshuffled", "reshuffle_signed": "weights reshuffled, signs kept",
    "constant": "constant weights, random signs", "constant_signed": "constant weights, signs kept",
    "frozen": "pruned weights frozen, not 0",
}
ATTACKED = {"adversarial/dense": "dense", "adversarial/ticket": "ticket",
            "adversarial/reinit": "ticket's mask, new weights"}
CONTINUOUS = {"continuous/ticket": "ticket by continuous sparsification",
              "continuous/magnitude": "ticket by magnitude, at once"}


def methods(lottery, number):
    """The networks of a round: name in METHODS -> name of the network."""
    controls = ("reinit", "random") if number in lottery.controlled else ()
    chains = {name: f"rounds/{number}/{name}" for name in ("global", "layerwise", "finetuned")}
    return {"dense": "dense"} | chains | {name: f"controls/{name}/{number}" for name in controls}


def treatments(lottery):
    """The networks with other weights in or around the ticket's mask: name in TREATMENTS -> network."""
    ticket = {"ticket": f"rounds/{lottery.common_round}/global"}
    return ticket | {name: f"treatments/{name}" for name in lottery.treatments}


def criteria(lottery, scope):
    """The networks pruned at once: name in CRITERIA -> network."""
    return {name: f"criteria/{name}/{scope}" for name in lottery.criteria}


def networks(lottery):
    """The names of all networks that are trained by section `lottery.training`, each once."""
    groups = [methods(lottery, number) for number in range(1, len(lottery.rounds) + 1)]
    groups += [criteria(lottery, scope) for scope in lottery.scopes]
    names = [name for group in (*groups, treatments(lottery)) for name in group.values()]
    return list(dict.fromkeys([*names, *CONTINUOUS]))


def results(names, seeds):
    """A Dataset of networks, with the axes `network` and `seed`; what is right is 0 or 100, in percent."""
    found = measured("data/lottery/{network}/{seed}.safetensors", network=names, seed=seeds)
    return found.assign({name: 100 * found[name] for name in ("right", "robust") if name in found})


def renamed(values, names):
    """A DataArray of the networks of `names`, new name -> network, by their new names."""
    return values.sel(network=list(names.values())).assign_coords(network=list(names))


def by_round(lottery, values):
    """A DataArray by method and `round`, 0 being the dense network; NaN where there is no control."""
    import xarray as xr

    rounds, names = range(1, len(lottery.rounds) + 1), list(METHODS)
    dense = renamed(values, dict.fromkeys(names, "dense"))
    each = [renamed(values, methods(lottery, number)).reindex(network=names) for number in rounds]
    return xr.concat([dense, *each], xr.Variable("round", [0, *rounds]))


def share(found, number):
    """The percentage of convolution weights that a round leaves."""
    return float(found.left.sel(network=f"rounds/{number}/global").mean())


def moderate(lottery, found):
    """The first round that leaves at most half of the weights, else the last."""
    last = len(lottery.rounds)
    return next((number for number in range(1, last) if share(found, number) <= 50), last)
