"""Out-of-distribution detection by networks that know the first classes of `objects` only.

The other classes are one more test set, and the nearest to what these networks know.
"""

from stages.core.compute import start
from stages.core.nets import load_net
from stages.core.params import Count, read
from stages.core.stage import main
from stages.ood.measuring import measured
from stages.ood.params import Diversity
from stages.ood.recipe import diversity_path, finetuned_path, known_role, load_sets, other_images


def run(seed: int):
    start(seed)
    classes, diversity = read("ood.known.classes", Count), read("ood.diversity", Diversity)
    paths = {name: finetuned_path(name, seed) for name in ("known", "control", "exposed", "energy")}
    paths |= {f"diversity_{k}": diversity_path(k, seed) for k in diversity.classes}
    nets = {name: load_net(path) for name, path in paths.items()}
    sets = {"other_classes": other_images(classes)} | load_sets()
    measured("exposure", seed, nets, known_role(classes).test, sets)


if __name__ == "__main__":
    main(run)
