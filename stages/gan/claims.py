"""What the papers say of generators and critics, tested on those just trained.

What is measured, fixed before the default run:

- A critic's estimate, of the Wasserstein distance or of twice the Jensen-Shannon divergence (losses.py), is
  held against the Fréchet distance of samples after the same epoch by Spearman's rank correlation over epochs
  from the second on, 1 if it falls whenever samples get better. Both ways to bound a critic count alike, and
  both losses of the plain GAN.
- A gradient has vanished where its norm is a tenth of the largest that it had while the critic was trained.
- A training has collapsed by the rule of `gan.rates`; the plain GAN there is the non-saturating one.
- Images are named as wanted if an independent network says so, and that is held against chance. (Half of
  them was wanted first; trials had shown by then that in so few steps an AC-GAN is far from it.)
- Distances and changes of losses are compared by their ratio, as halvings, which seeds vary less than a
  difference.

That epochs count from the second on, and both Wasserstein critics together, was written down when trials had
been seen; so were settings and numbers of epochs (README, "Chosen by hand").

The judges of the data that a claim is about must have learnt.
"""

import numpy as np

from stages.core.claims import OURS, claim
from stages.gan.about import ACGAN, CONDITIONAL, PRINCIPLED, WGAN
from stages.gan.results import GANS, WGANS, fallen, rank_correlation, unrest

CHANCE = 10.0                                                # percent, of ten classes
TENTH = 1.0                                                  # orders of magnitude


def loss_claims(training, norms, collapsed, judged):
    """The claims on `objects`, and on learning rates; `judged` is role -> percent right of its judges."""
    follows = rank_correlation(training.estimate, training.frechet)
    critics, discriminators = (follows.sel(network=names).mean("network") for names in (WGANS, GANS))
    falls = fallen(norms)
    vanished, kept = falls.sel(network="saturating"), falls.sel(network=WGANS).mean("network")
    failed = 100 * collapsed.mean("rate")
    return [
        claim("estimate_follows_quality", critics,
              "The Wasserstein critic's estimate of the distance to the data falls as the samples get "
              "better: over epochs it goes with their Fréchet distance.",
              WGAN, "rank correlation", judged["objects"]),
        claim("estimate_tells_more_than_loss", critics - discriminators,
              "A Wasserstein critic's estimate goes with the Fréchet distance of samples more than that of "
              "a GAN's discriminator does.",
              WGAN, "rank correlation", judged["objects"]),
        claim("saturating_gradient_vanishes", vanished - TENTH,
              "As a discriminator is trained to its optimum, the gradient of the saturating generator falls "
              "to less than a tenth.",
              PRINCIPLED, "orders of magnitude"),
        claim("critic_keeps_gradient", vanished - kept,
              "While its critic is trained to its optimum, the gradient of a generator falls less against a "
              "Wasserstein critic than that of the saturating generator against a discriminator.",
              WGAN, "orders of magnitude"),
        claim("wgan_collapses_less", failed.sel(network="non_saturating") - failed.sel(network="wgan"),
              "Over learning rates, fewer trainings collapse with a clipped Wasserstein critic than with a "
              "GAN's discriminator.",
              WGAN, given=judged["digits"]),
    ]


def class_claims(found, judged):
    """The claims on players that are told the class, from name -> Dataset."""
    acgan, told, untold = (found[name] for name in ("acgan", "conditional", "unconditional"))
    return [
        claim("acgan_makes_its_classes", acgan.named - CHANCE,
              "An independent network names more samples of an AC-GAN as their class than it would by "
              "chance.",
              ACGAN, given=judged["objects"]),
        claim("acgan_is_less_varied", acgan.alike - acgan.alike_data,
              "Two samples of one class by an AC-GAN are more alike than two training images of that class.",
              OURS, "MS-SSIM", judged["objects"]),
        claim("unconditional_is_likelier", untold.likelihood - told.likelihood,
              "By Parzen windows, test digits are likelier under a generator that is not told the class "
              "than under one that is.",
              CONDITIONAL, "nats"),
        claim("conditional_makes_its_digits", told.named - CHANCE,
              "An independent network names more samples of a conditional generator as the digit that it "
              "was told than it would by chance.",
              CONDITIONAL, given=judged["digits"]),
    ]


def garment_claims(found, training, judged):
    """The claims on garments, from name -> Dataset and the losses of all epochs."""
    moved = unrest(training.generator)
    calm = {name: np.log2(moved.sel(network="dense") / moved.sel(network=name)) for name in ("soft", "noisy")}
    return [
        claim("convolution_beats_dense", np.log2(found["dense"].frechet / found["convolutional"].frechet),
              "Samples of transposed convolutions are nearer to the data, by Fréchet distance, than those "
              "of dense layers trained for as many epochs.",
              OURS, "halvings", judged["garments"]),
        claim("soft_labels_steady", calm["soft"],
              "With soft labels the generator's loss changes less from epoch to epoch than with hard ones.",
              OURS, "halvings"),
        claim("noise_steadies", calm["noisy"],
              "With noise on what the discriminator sees the generator's loss changes less from epoch to "
              "epoch than without.",
              OURS, "halvings"),
    ]
