"""What Coleman et al. 2020 say of selection by a proxy, and what we ask of it, tested on fresh networks.

Networks on a part of the images are compared test image by test image with others of the same seed, which
began with the same weights. The choice that stands for all is the highest entropy, the first of the
paper's; forgetting events have a claim of their own. The measures were fixed before any outcome was looked
at. After a first run, claims on wrong labels got an interval over these images, too, not over seeds alone,
and the one on three images in ten all seeds instead of three.

Entropy knows no labels, forgetting does; so both are asked whether they pick wrong ones, against the share
that a random half has. How much less work selection takes is counted, not drawn, and so it is no claim; the
last one asks whether that work is well spent.
"""

from stages.core.claims import OURS, claim
from stages.coreset.about import CCS, SVP
from stages.coreset.params import HALF, LEAST

POINT, NEAR = 1.0, 0.1                                       # of test accuracy; of a rank correlation


def claims(right, correlation, wrong):
    """The claims, from results.py: percent right, `agreement`, and the share of wrong labels in a half."""
    everything, entropy, random = right["all"], right["entropy", HALF], right["random", HALF]
    rho = {name: values.sel(network="entropy") for name, values in correlation.items()}

    def made(difference, source=OURS, **text):
        return claim(difference=difference, source=source, given=[everything, right["proxy"]], **text)

    return [
        made(entropy - random, SVP, id="entropy_beats_random",
             sentence="Trained on the half of the images of which a cheap proxy is least sure, a network has "
                      "more test images right than on a random half, for as many epochs."),
        made(POINT - (everything - entropy), SVP, id="half_suffices",
             sentence="Trained on the half of the images of which a cheap proxy is least sure, a network is "
                      "within a point of test accuracy of one that is trained on all images."),
        made(right["forgetting", HALF] - random, SVP, id="forgetting_beats_random",
             sentence="Trained on the half of the images that a cheap proxy never learns or forgets most "
                      "often, a network has more test images right than on a random half."),
        made(right["same_steps", "entropy"] - right["same_steps", "random"],
             id="entropy_beats_random_by_steps",
             sentence="Trained for as many steps as a network on all images, a network on the half of which "
                      "a proxy is least sure has more test images right than on a random half."),
        made(POINT - (right["target_entropy", HALF] - entropy), SVP, id="proxy_chooses_as_well",
             sentence="The half of the images that a proxy chooses costs less than a point of test accuracy "
                      "against the half that the trained network itself would choose, both by entropy."),
        made(NEAR - (rho["target"] - rho["proxy"]), id="proxy_ranks_alike", unit="of rank correlation",
             sentence="By entropy, proxy and target rank images alike: their rank correlation is less than "
                      "0.1 below that of two targets of other seeds."),
        made(right["random", LEAST] - right["entropy", LEAST], CCS, id="few_hard_images_are_worse",
             sentence="Trained on three images in ten, a network has fewer test images right with those of "
                      "which a proxy is least sure than with random ones."),
        made(wrong.sel(network="forgetting") - 100 * HALF, id="forgetting_picks_wrong_labels",
             sentence="The half of the images that a proxy never learns or forgets most often holds more "
                      "than half of those with a wrong label."),
        made(wrong.sel(network="entropy") - 100 * HALF, id="entropy_picks_wrong_labels",
             sentence="The half of the images of which a proxy is least sure holds more than half of those "
                      "with a wrong label."),
        made(entropy - right["same_work"], id="selection_beats_fewer_epochs",
             sentence="A network on the half that a proxy chooses by entropy has more test images right than "
                      "one on all images that is trained for at least as much work, the proxy's included."),
    ]
