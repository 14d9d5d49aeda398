"""The end of this experiment: its claims, tables and figures, of kernels, then of gates, then under attack."""

import numpy as np

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
from stages.dynamic.results import attacks, costs, narrow, of_networks, of_same_cost, states


def answer(found, gated, alike, attacked, probed):
    """The experiment in a few sentences, made of its numbers."""
    right = {name: float(one.right.mean()) for name, one in found.items()}
    medium = gated["medium"]
    moved = {kind: [float(attacked[kind].moved.sel(images=key).mean()) for key in ("noise", "white")]
             for kind in ("kernels", "gates")}
    probe = {layer: float(probed.sel(layer=layer).mean()) for layer in probed.layer.values}
    return (
        f"With 1, 2, 3, 4 and 5 kernels test accuracy is {right['plain']:.1f}, {right['two']:.1f}, "
        f"{right['three']:.1f}, {right['four']:.1f} and {right['five']:.1f} %. Attention alone tells the class of "
        f"{probe['early']:.0f} % of the images in the first layer and of {probe['late']:.0f} % in the last. With "
        f"gates a network is right on {float(medium.right.mean()):.1f} %, a plain one of the same cost on "
        f"{float(alike['medium'].mean()):.1f} %. A white-box attack moves {moved['kernels'][1]:.1f} % of attention "
        f"and {moved['gates'][1]:.1f} % of gates, noise of the same size {moved['kernels'][0]:.1f} % and "
        f"{moved['gates'][0]:.1f} %."
    )


def run():
    settings, seeds, role = read("dynamic", Dynamic), listed(), load_role("objects")
    few, four = listed(settings.seeds), listed(settings.kernels.networks.four.seeds)
    found, gated = of_networks("kernels", settings.kernels.networks), of_networks("gates", settings.gates.networks)
    cost, attacked = costs(), attacks([f"{kind}{how}" for kind in tables.KINDS for how in ("", "_adversarial")], few)
    plain = {"plain": found["plain"].right} | narrow(["wider", "narrower"], few)
    dense = [(float(cost.macs.sel(network=name)), right) for name, right in plain.items()]
    alike = {name: of_same_cost(one.macs.mean("image") / 1e6, dense) for name, one in gated.items()}
    conditional = {name: states(one.open.astype(bool)).sel(network="conditional").mean("gate")
                   for name, one in gated.items()}
    looked = measured("data/dynamic/attention/{seed}.safetensors", seed=four)
    probed, mean = 100 * looked.right, looked.attention.mean("image")
    entropy = np.exp(-(mean * np.log(mean)).sum("kernel"))
    write_losses("dynamic", {"dynamic/kernels": list(tables.KERNELS)}, few)
    publish(
        ABOUT, conditions(role, settings.training, seeds, "dynamic/kernels/plain"),
        answer(found, gated, alike, attacked, probed),
        [*kernel_claims({name: one.right for name, one in found.items()}),
         *attention_claims(probed, found["four"].right),
         *gate_claims({name: one.right for name, one in gated.items()}, alike["medium"], conditional),
         *attack_claims(attacked)],
        [tables.kernels(found, cost), tables.attention(probed, entropy, looked.attrs["layers"]),
         tables.gates(gated, plain, cost.macs, alike), tables.attacks(attacked)],
        [figures.accuracy(found), figures.distributions(looked.attention),
         figures.embedding(recorded("data/dynamic/tsne.safetensors")), figures.probes(probed),
         figures.frontier(gated, plain, cost.macs), figures.layers(gated, gated["medium"].attrs["gates"]),
         figures.classes(gated["medium"].open, role.test.labels.cpu().numpy(), role.classes, seeds[0],
                         gated["medium"].attrs["gates"]),
         figures.movement(attacked), figures.robustness(attacked)],
        plain_test_accuracy=float(found["plain"].right.mean()),
        four_test_accuracy=float(found["four"].right.mean()),
        gates_test_accuracy=float(gated["medium"].right.mean()),
        gates_cost=float(gated["medium"].macs.mean() / 1e6),
    )


if __name__ == "__main__":
    main(run)
