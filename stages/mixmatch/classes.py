"""What MixMatch makes of unlabelled images of which some are of classes that no label names.

As in Oliver et al., NeurIPS 2018, https://arxiv.org/abs/1804.09170, section 4.4: a network knows some of the
classes and is tested on these; there are always as many unlabelled images, a growing share of which is of the
other classes. The control learns from the labels alone.
"""

import numpy as np

from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.mixmatch.images import images, unlabelled
from stages.mixmatch.params import Classes, MixMatch
from stages.mixmatch.recipe import learn, setting


def run():
    settings, classes = setting(), read("mixmatch.classes", Classes)
    few, options = read("mixmatch.seeds", Few), read("mixmatch.methods.mixmatch", MixMatch).model_dump()
    whole = images(settings.data)
    known = whole.known(classes.known)
    for seed in each_seed(few):
        learn("classes/supervised", "supervised", {}, known, classes.labels, known.train, settings, seed)
        for share in classes.shares:
            shown = unlabelled(whole.train, classes.known, share, np.random.default_rng(seed))
            learn(f"classes/{share}", "mixmatch", options, known, classes.labels, shown, settings, seed)


if __name__ == "__main__":
    main(run)
