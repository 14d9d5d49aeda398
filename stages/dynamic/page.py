"""The end of this experiment: its claims, tables and figures, of kernels, of gates, and under attack."""

from stages.core.charts import write_losses
from stages.core.data import load_role
from stages.core.measurements import measured, recorded
from stages.core.pages import conditions, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.dynamic import figures, tables
from stages.dynamic.about import ABOUT
from stages.dynamic.claims import attack_claims, attention_claims, gate_claims, kernel_claims
from stages.dynamic.params import Dynamic
from stages.dynamic.results import attacks, costs, millions, narrow, of_networks, of_same_cost, right, states


def answer(accuracy, gated, alike, attacked, probed):
    """The experiment in a few sentences, made of its numbers."""
    several = ", ".join(f"{float(accuracy[name].mean()):.1f}" for name in ("plain", "two", "three", "four"))
    moved = {f"{kind} {images}": float(attacked[kind].moved.sel(images=images).mean())
             for kind in ("kernels", "gates") for images in ("noise", "white")}
    probe = {layer: float(probed.sel(layer=layer).mean()) for layer in ("early", "late")}
    return (
        f"With 1, 2, 3, 4 and 5 kernels test accuracy is {several} and "
        f"{float(accuracy['five'].mean()):.1f} %. Attention alone tells the class of "
        f"{probe['early']:.0f} % of the images in the first layer and of {probe['late']:.0f} % in the last. "
        f"With gates a network is right on {float(gated.mean()):.1f} %, a plain one of the same cost on "
        f"{float(alike.mean()):.1f} %. A white-box attack moves "
        f"{moved['kernels white']:.2f} % of attention and {moved['gates white']:.2f} % of gates, noise of "
        f"the same size {moved['kernels noise']:.2f} % and {moved['gates noise']:.2f} %."
    )


def of_kernels(found, cost, seeds):
    """Claims, tables and figures of the networks with several kernels, and what a probe reads."""
    accuracy, looked = right(found), measured("data/dynamic/attention/{seed}.safetensors", seed=seeds)
    probed = 100 * looked.right
    return (
        [*kernel_claims(accuracy), *attention_claims(probed, accuracy["four"])],
        [tables.kernels(found, cost), tables.attention(probed, looked.attention, looked.attrs["layers"])],
        [figures.accuracy(found), figures.distributions(looked.attention),
         figures.embedding(recorded("data/dynamic/tsne.safetensors")), figures.probes(probed)],
        probed,
    )


def of_gates(gated, dense, macs, role, seed):
    """The same of the networks with gates, and plain networks of the same cost."""
    widths = [(float(macs.sel(network=name)), one) for name, one in dense.items()]
    alike = {name: of_same_cost(one.mean("image"), widths) for name, one in millions(gated).items()}
    conditional = {name: states(one.open).sel(network="conditional").mean("gate")
                   for name, one in gated.items()}
    medium = gated["medium"]
    sizes = medium.attrs["gates"]
    return (
        gate_claims(right(gated), alike["medium"], conditional),
        [tables.gates(gated, dense, macs, alike)],
        [figures.frontier(gated, dense, macs), figures.layers(gated, sizes),
         figures.classes(medium.open, role, seed, sizes)],
        alike,
    )


def run():
    settings, seeds, role, cost = read("dynamic", Dynamic), listed(), load_role("objects"), costs()
    few, networks = listed(settings.seeds), settings.kernels.networks
    found, gated = of_networks("kernels", networks), of_networks("gates", settings.gates.networks)
    attacked = attacks([kind + way for kind in tables.KINDS for way in tables.WAYS], few)
    accuracy = right(found)
    dense = {"plain": accuracy["plain"]} | narrow(["wider", "narrower"], few)
    kernels = of_kernels(found, cost, listed(networks.four.seeds))
    gates = of_gates(gated, dense, cost.macs, role, seeds[0])
    write_losses("dynamic", {"dynamic/kernels": ["plain", "four", "five", "flat"]}, few)
    medium = right(gated)["medium"]
    publish(
        ABOUT, conditions(role, settings.training, seeds, "dynamic/kernels/plain"),
        answer(accuracy, medium, gates[3]["medium"], attacked, kernels[3]),
        [*kernels[0], *gates[0], *attack_claims(attacked)],
        [*kernels[1], *gates[1], *tables.attacks(attacked)],
        [*kernels[2], *gates[2], figures.movement(attacked), figures.robustness(attacked)],
        plain_test_accuracy=float(accuracy["plain"].mean()),
        four_test_accuracy=float(accuracy["four"].mean()),
        gates_test_accuracy=float(medium.mean()),
        gates_macs=float(millions(gated)["medium"].mean()),
    )


if __name__ == "__main__":
    main(run)
