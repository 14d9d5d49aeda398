"""Out-of-distribution detection by networks that know the first classes of `objects` only.

The other classes are one more test set, and the nearest to what these networks know.
"""

from stages.core.compute import start
from stages.core.nets import load_net
from stages.core.params import Count, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.ood.measuring import measure
from stages.ood.params import Exposed
from stages.ood.recipe import KNOWN, finetuned_name, known_role, load_sets, other_images


def run():
    names = {"known": KNOWN}
    names |= {network: finetuned_name(network) for network in [*read("ood.exposed", Exposed), "energy"]}
    classes = read("ood.known.classes", Count)
    test, sets = known_role(classes).test, {"other_classes": other_images(classes)} | load_sets()
    for seed in each_seed():
        start(seed)
        for network, name in names.items():
            measure("exposure", network, seed, load_net(weights_path(name, seed)), test, sets)


if __name__ == "__main__":
    main(run)
