"""What was measured of the network and its narrow ones, by name; right and left out are in percent."""

from stages.core.histories import histories
from stages.core.measurements import measured

SIZES = {"half": "2×", "quarter": "4×", "eighth": "8×"}
KINDS = {
    "truncated": "factors, as they are",
    "refined": "factors, refined",
    "random": "random weights, trained as long",
    "scratch": "random weights, as many epochs in all",
}


def results(seeds, few):
    """Confusion and percent right of test images: name -> DataArray, of `whole` and, with the axis `size`, of
    the KINDS of narrow networks; of `scratch` the few seeds alone.
    """
    whole = measured("data/lowrank/whole/{seed}.safetensors", seed=seeds)
    narrow = measured("data/lowrank/narrow/{size}/{seed}.safetensors", size=SIZES, seed=seeds)
    scratch = measured("data/lowrank/scratch/{size}/{seed}.safetensors", size=SIZES, seed=few)
    found = {name: narrow.sel(network=name, drop=True) for name in narrow.network.values}
    found |= {"whole": whole, "scratch": scratch}
    confusion = {name: one.confusion for name, one in found.items() if name != "scratch"}
    return confusion, {name: 100 * one.right for name, one in found.items()}


def spectra(layers, seeds):
    """A Dataset along the axis `rank` for each layer, number -> one: singular values, what a rank leaves out
    of the matrix, and test images that are right with this matrix alone at it.
    """
    found = {}
    for number in range(1, layers + 1):
        one = measured(f"data/lowrank/spectrum/{number}/{{seed}}.safetensors", seed=seeds)
        found[number] = one.assign(right=100 * one.right, left_out=100 * one.left_out)
    return found


def trainings(seeds):
    """How the whole network, and two at 8×, were trained: loss and accuracy by `network` and `epoch`."""
    return histories({"lowrank": ["whole"], "lowrank/eighth": ["refined", "random"]}, seeds)
