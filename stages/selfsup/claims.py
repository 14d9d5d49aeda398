"""What is learnt without labels, and what matters for it, tested on the networks just trained.

Encoders are compared by the linear probe of their best block, chosen on other test images than it is read on;
variants of SimCLR by that of their last block, which is the one its authors use. The middle block is the one
with which half of all end. All this was fixed before a first run of all, on tiles of photographs, where
random weights did as well as anything learnt. Then images became digits and a probe reads the mean of a
block, with single seeds of methods and of random weights in view; after a first run on digits, fine-tuning
became longer and the learning rate grew with the batch, where large batches had been contradicted.
"""

from stages.core.claims import OURS, claim, more
from stages.selfsup.about import PIRL, REVISITED, ROTNET, SIMCLR
from stages.selfsup.params import ADDED
from stages.selfsup.results import gains


def claims(probes, best, arms, grid, tuned):
    """The claims, from what results.py has: encoders, their best blocks, arms, batches, and few labels."""
    return [*encoders(probes, best), *labels(tuned, best), batches(grid, best), *revisited(arms)]


def encoders(probes, best):
    """Claims that compare methods."""
    middle, last = probes.sizes["block"] // 2, probes.sizes["block"]
    rotnet, moves = probes.linear.sel(network="rotnet"), probes.rotation.sel(block=last)

    def by_probe(network, than, **text):
        return more(best, network, than, given=best, **text)

    return [
        by_probe("simclr", "random", id="simclr_beats_random", source=SIMCLR,
                 sentence="A linear probe of SimCLR's encoder classifies more test images correctly than one "
                          "of random weights, each of its best block."),
        by_probe("simclr", "rotnet", id="simclr_beats_rotnet", source=OURS,
                 sentence="A linear probe of SimCLR's encoder classifies more test images correctly than one "
                          "of RotNet's, each of its best block."),
        claim(difference=rotnet.sel(block=middle) - rotnet.sel(block=last), id="rotnet_middle_beats_last",
              source=ROTNET, given=best.sel(network="rotnet"),
              sentence="A linear probe of the middle block of RotNet's encoder classifies more test images "
                       "correctly than one of its last."),
        by_probe("pirl_rotation", "rotnet", id="pirl_beats_rotnet", source=PIRL,
                 sentence="A linear probe of PIRL's encoder, with rotations, classifies more test images "
                          "correctly than one of RotNet's, each of its best block."),
        claim(difference=moves.sel(network="rotnet") - moves.sel(network="pirl_rotation"),
              id="pirl_is_more_invariant", source=PIRL, unit="% of the distance between images",
              given=best.sel(network=["rotnet", "pirl_rotation"]),
              sentence="Rotated images move less in the last block of PIRL's encoder, with rotations, than "
                       "in that of RotNet's, relative to how far different images are apart."),
    ]


def labels(tuned, best):
    """Claims on few labels; that a network from random weights learns from them is no condition."""
    given = best.sel(network="simclr")

    def gain(percent):
        one = tuned.sel(percent=percent)
        return one.sel(network="simclr") - one.sel(network="random")

    return [
        claim(difference=gain(1), id="simclr_helps_with_few_labels", source=SIMCLR, given=given,
              sentence="With 1 % of the labels, a network that begins with SimCLR's encoder classifies more "
                       "test images correctly than the same network from random weights."),
        claim(difference=gain(1) - gain(100), id="simclr_helps_most_with_few_labels", source=SIMCLR,
              given=given,
              sentence="What SimCLR's encoder gains over random weights is more with 1 % of the labels than "
                       "with all."),
    ]


def batches(grid, best):
    """What a large batch gains when training is short, over what it gains when it is long."""
    gain = grid.isel(size=-1) - grid.isel(size=0)
    return claim(difference=gain.isel(epochs=0) - gain.isel(epochs=-1), id="batches_matter_less_with_epochs",
                 source=SIMCLR, given=best.sel(network="simclr"),
                 sentence="What a large batch gains over a small one in SimCLR's linear probe shrinks when "
                          "training is longer.")


def revisited(arms):
    """Claims on images and added invariances: SimCLR in all."""
    gain = gains(arms)
    added = sum(gain[arm] for arm in ADDED) / len(ADDED)
    lost = -(gain["scenes"] + gain["long_tailed"]) / 2
    given = arms.sel(network="objects")
    words = {
        "multi_crop_helps": ("multi_crop", "constrained multi-crop"),
        "stronger_helps": ("stronger", "stronger changes of colour in one view"),
        "neighbours_help": ("neighbours", "nearest neighbours as further positives"),
    }
    return [
        claim(difference=added - lost, id="images_matter_less_than_invariances", source=REVISITED,
              given=given,
              sentence="SimCLR loses less by scene-like in place of object-centred images, and by "
                       "long-tailed in place of uniform classes, than added invariances gain, in the mean "
                       "of both and of all three."),
        *(claim(difference=gain[arm], id=id, source=REVISITED, given=given,
                sentence=f"SimCLR's linear probe classifies more test images correctly with {what}.")
          for id, (arm, what) in words.items()),
    ]
