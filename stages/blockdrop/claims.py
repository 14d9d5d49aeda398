"""What Veit et al. and Wu et al. say, tested on the networks just trained.

What a part is worth is what is lost without it, image by image against the whole network. That error grows
gradually with the number of blocks left out is measured at its first step: one block costs less than half of
what most cost. Short paths are those through less than half of the blocks: of all paths they are at most
half, so that without a decay they would carry at most half of the gradient. Both policies are averaged
wherever they are compared with rivals; with those of the curriculum only the careful ones are, to which an
error costs as much as there. Random blocks are compared where the network was trained on with them for as
long: that random blocks ruin a network that has never missed any is known from dropping them. An image is
hard if the whole network's margin, its largest probability less the second, is below the median. All this was
fixed before the default run, but with pilots in view, in which networks and policies were trained otherwise.
"""

from stages.blockdrop.about import VEIT, WU
from stages.blockdrop.results import harder
from stages.core.claims import OURS, claim

POINT = 1.0


def of_parts(whole, cut, paths):
    """The claims on parts left out and on paths, from Datasets as in results.py."""
    right = {name: whole.right.sel(network=name, drop=True) for name in whole.network.values}
    given = whole.right.sel(network=["residual", "vgg"])
    lost = {name: right[name] - one.alone for name, one in cut.items()}
    narrowing = cut["residual"].narrowing.isel(seed=0, drop=True) > 0
    block, most = cut["residual"].several.isel(dropped=0), cut["residual"].several.isel(dropped=-1)
    length = paths.length
    short = paths.share.where(length < length.max() / 2, drop=True).sum("length")
    return [
        claim(difference=lost["vgg"].mean("part") - lost["residual"].mean("part"), given=given,
              id="residual_bears_dropping", source=f"{VEIT}, section 4.1",
              sentence="Leaving out one block of a residual network costs less test accuracy than leaving "
                       "out one layer of VGG, half as many convolutions."),
        claim(difference=lost["residual"].isel(part=narrowing.values).mean("part")
              - lost["residual"].isel(part=~narrowing.values).mean("part"), given=given,
              id="narrowing_costs_most", source=f"{VEIT}, section 4.1",
              sentence="Of residual blocks, those that halve the image cost more when left out than the "
                       "others."),
        claim(difference=(right["residual"] - most) / 2 - (right["residual"] - block), given=given,
              id="error_grows_gradually", source=f"{VEIT}, section 4.2",
              sentence="Leaving out one block at random costs a residual network less than half of what "
                       "leaving out most of them costs."),
        claim(difference=short - 50, given=given, id="short_paths_carry_gradient",
              source=f"{VEIT}, section 5",
              sentence="Paths through less than half of the blocks carry more than half of the gradient."),
        claim(difference=right["short"] - right["residual"] + POINT, given=given,
              id="short_paths_suffice", source=f"{VEIT}, section 5",
              sentence="A network trained on short paths only is within a point of test accuracy of one "
                       "trained whole."),
    ]


def of_policies(whole, chosen, before):
    """The claims on policies."""
    base = whole.sel(network="residual", drop=True)
    blocks, careful = chosen.gates.sum("block"), chosen.sel(policy="careful", drop=True)

    def made(difference, **text):
        return claim(difference=difference, given=base.right, **text)

    hard = harder(base.margin)
    return [
        made(chosen.learned - chosen.random_tuned, id="policy_beats_random", source=f"{WU}, section 4",
             sentence="A network with learned policies has more test images right than one trained on as "
                      "long with random blocks, as many for each image."),
        made(chosen.learned - chosen.fixed_tuned, id="policy_beats_one_set", source=OURS,
             sentence="A network with learned policies has more test images right than one trained on as "
                      "long with one set of as many blocks for all images: those that can least be spared."),
        made(chosen.learned - chosen.exchanged, id="policies_fit_their_images", source=OURS,
             sentence="Learned policies have more images right than the same policies given to other "
                      "images."),
        made(careful.learned - before.right, id="tuning_restores", source=f"{WU}, section 4",
             sentence="Policies have more images right after they were trained together with the network "
                      "than after the curriculum alone."),
        made((before.gates - careful.gates).sum("block"), unit="blocks", id="tuning_saves_blocks",
             source=f"{WU}, section 4",
             sentence="Policies run fewer blocks after they were trained together with the network than "
                      "after the curriculum alone."),
        made(2 * hard * (blocks - blocks.mean("image")), unit="blocks", id="hard_images_use_more",
             source=f"{WU}, section 4",
             sentence="Learned policies run more blocks for hard images than for easy ones."),
        made(blocks.sel(policy="careful") - blocks.sel(policy="sparing"), unit="blocks",
             id="gamma_buys_blocks", source=f"{WU}, section 3",
             sentence="Where an error costs more, policies run more blocks."),
        made(chosen.stochastic - chosen.random, id="stochastic_depth_bears_dropping", source=OURS,
             sentence="With random blocks at test time, a network trained with stochastic depth has more "
                      "images right than one that was trained whole."),
    ]
