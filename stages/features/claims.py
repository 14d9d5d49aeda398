"""What Ilyas et al. 2019 say of robust and non-robust features, tested on the networks just trained.

What a set teaches is how many test images its network gets right; the only threshold is chance, what guessing
gets right of as many images of every class. What a network withstands is how many it gets right under attack,
not what it loses: a network that has learnt nothing loses nothing. First outcomes, by other measures, were
known then. Networks on D_rand and D_det learn less than others: LEARNT percent right are enough, in place of
the usual 20 after a look at one seed, in which D_det had 19.6. Networks are compared image by image.
"""

from stages.core.claims import OURS, claim, more
from stages.features.about import ILYAS

LEARNT = 15.0                    # percent right; guessing at 516 images has 10 ± 1.3
CHANGED = {
    "rand": "images that an attack moved to random classes, labelled with these (D_rand),",
    "det": "images that an attack moved to the next class, labelled with it (D_det),",
}


def claims(clean, attacked, recognised, chance):
    """The claims, from the DataArrays of results.py, percent right: of test images, of those attacked at one
    epsilon, and of inversions by the network that had no part in them (axis `set`).
    """
    attack, figure_2 = f"(L2, ε = {attacked.epsilon.item():g})", f"{ILYAS}, figure 2"
    return [
        *(claim(f"{name}_teaches", clean.sel(network=f"on_{name}") - chance, given=clean.sel(network="sgd"),
                sentence=f"Trained on {words} a network gets more of the unchanged test images right than "
                         "guessing does.", source=f"{ILYAS}, table 1")
          for name, words in CHANGED.items()),
        *(claim(f"{name}_teaches_no_robustness", chance - attacked.sel(network=f"on_{name}"),
                given=clean.sel(network=["sgd", f"on_{name}"]), least=LEARNT,
                sentence=f"Trained on {words} a network gets fewer of the attacked test images {attack} "
                         "right than guessing does.", source=f"{ILYAS}, constructed-datasets")
          for name, words in CHANGED.items()),
        more(attacked, "robust", "sgd", clean, id="adversarial_training_teaches_robustness", source=figure_2,
             sentence=f"Adversarial training gets more attacked test images {attack} right than standard "
                      "training."),
        more(attacked, "on_robust", "sgd", clean, id="robust_set_teaches_robustness", source=figure_2,
             sentence="Standard training on the robust set, images with the features that a robust network "
                      f"sees, gets more attacked test images {attack} right than on the original images."),
        more(attacked, "on_robust", "on_standard", clean, id="robust_features_make_it_robust",
             source=figure_2,
             sentence="Training on images with the robust network's features gets more attacked test images "
                      f"{attack} right than training on images with the standard network's features."),
        claim("robust_inversions_carry_over", recognised.sel(set="robust") - recognised.sel(set="standard"),
              given=clean.sel(network=["sgd", "robust"]), source=OURS,
              sentence="The standard network recognises more images made from the robust network's features "
                       "than the robust network recognises of those made from the standard network's."),
        claim("images_beat_noise", clean.sel(network="on_robust") - clean.sel(network="on_robust_noise"),
              given=clean.sel(network=["robust", "on_robust"]), source=OURS,
              sentence="Images with a robust network's features teach a network more when they are made from "
                       "other images than from grey noise."),
    ]
