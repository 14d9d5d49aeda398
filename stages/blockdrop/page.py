"""The end of this experiment: its claims, the papers' numbers beside ours, figures."""

from stages.blockdrop import figures, tables
from stages.blockdrop.about import ABOUT
from stages.blockdrop.claims import of_parts, of_policies
from stages.blockdrop.images import some_of_role
from stages.blockdrop.params import Blockdrop
from stages.blockdrop.results import CUT, NETWORKS, POLICIES, TUNED, lesions, networks, paths, policies
from stages.core.charts import side_by_side, write_lines, write_losses
from stages.core.pages import accuracies, conditions, means, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main


def setting(settings, role, seeds):
    """What the numbers depend on, in words."""
    shape = settings.shape
    smaller = f", images {shape.pool} times smaller" if shape.pool > 1 else ""
    words = conditions(
        role, settings.training, seeds, "blockdrop/residual",
        f"ResNet-{shape.depth}, {shape.blocks} blocks, and VGG of as many convolutions; width {shape.width}"
        f"{smaller}",
    )
    return words | {"training": f"{words['training']}; policies {settings.curriculum.epochs} epochs, then "
                                f"{settings.joint.epochs} with the network"}


def answer(whole, cut, found, chosen):
    """What parts and paths are worth, and what policies do, in numbers."""
    right, used = means(whole.right), 100 * float(chosen.gates.mean())
    lost = {name: right[name] - float(one.alone.mean()) for name, one in cut.items()}
    short = found.where(found.length < found.length.max() / 2)
    share, number = (float(short[name].sum("length").mean()) for name in ("share", "number"))
    at = {name: float(chosen[name].mean()) for name in TUNED}
    return (
        f"Whole, the residual network has {right['residual']:.1f} % of the test images right and VGG "
        f"{right['vgg']:.1f} %; without one part they lose {lost['residual']:.0f} and {lost['vgg']:.0f} "
        "points. There is a way around each residual block: paths through less than half of the blocks are "
        f"{number:.0f} % of all paths and carry {share:.0f} % of the gradient; VGG has a single path, "
        f"through all its layers. Learned policies run {used:.0f} % of the blocks and have "
        f"{at['learned']:.1f} % right; trained on as long, random blocks have {at['random_tuned']:.1f} %, "
        f"and one set of blocks for all images {at['fixed_tuned']:.1f} %."
    )


def run():
    settings = read("blockdrop", Blockdrop)
    seeds = listed(settings.seeds)
    role = some_of_role()
    labels, classes = role.test.labels.cpu().numpy(), role.classes
    whole, cut, found, (chosen, before) = networks(seeds), lesions(seeds), paths(seeds), policies(seeds)
    several = side_by_side({name: one.several for name, one in cut.items()})
    write_lines("plots/blockdrop/curves/several.csv", several, "dropped", CUT)
    write_losses("blockdrop", {"blockdrop": NETWORKS}, seeds)
    publish(
        ABOUT, setting(settings, role, seeds), answer(whole, cut, found, chosen),
        [*of_parts(whole, cut, found), *of_policies(whole, chosen, before)],
        [tables.networks(whole, cut), tables.orders(whole, cut),
         tables.papers(whole, chosen, before, settings.gammas)],
        [*figures.parts(whole, cut), *figures.paths(found), *figures.rivals(whole, chosen),
         *figures.blocks(whole, chosen, labels, classes)],
        **accuracies(whole.right),
        **{f"{name}_test_accuracy": float(chosen.learned.sel(policy=name).mean()) for name in POLICIES},
        **{f"{name}_share_of_blocks": float(chosen.gates.sel(policy=name).mean()) for name in POLICIES},
    )


if __name__ == "__main__":
    main(run)
