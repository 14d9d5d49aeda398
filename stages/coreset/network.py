"""The proxy and the target, trained on all images; while they learn, what they forget is noted.

The proxy has fewer layers, is narrower and is trained for fewer epochs. The target on all images is what
targets on fewer are compared with; its own ranking is the control of the proxy's.
"""

from stages.core.params import read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.coreset.images import images
from stages.coreset.params import Network
from stages.coreset.recipe import learn


def run(name: str):
    recipe = read(f"coreset.{name}", Network)
    role = images(recipe.pool)
    for seed in each_seed():
        learn(name, seed, role, recipe, role.train)


if __name__ == "__main__":
    main(run)
