"""What this experiment is."""

from stages.core.about import About, Source

GAN = Source(
    "Goodfellow et al. 2014",
    "Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio: Generative adversarial "
    "nets, NeurIPS 2014",
    "https://arxiv.org/abs/1406.2661",
)
CONDITIONAL = Source(
    "Mirza & Osindero 2014",
    "Mirza, Osindero: Conditional generative adversarial nets, 2014",
    "https://arxiv.org/abs/1411.1784",
)
WGAN = Source(
    "Arjovsky et al. 2017",
    "Arjovsky, Chintala, Bottou: Wasserstein generative adversarial networks, ICML 2017",
    "https://arxiv.org/abs/1701.07875",
)
PRINCIPLED = Source(
    "Arjovsky & Bottou 2017",
    "Arjovsky, Bottou: Towards principled methods for training generative adversarial networks, ICLR 2017",
    "https://arxiv.org/abs/1701.04862",
)
PENALTY = Source(
    "Gulrajani et al. 2017",
    "Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville: Improved training of Wasserstein GANs, NeurIPS 2017",
    "https://arxiv.org/abs/1704.00028",
)
ACGAN = Source(
    "Odena et al. 2017",
    "Odena, Olah, Shlens: Conditional image synthesis with auxiliary classifier GANs, ICML 2017",
    "https://arxiv.org/abs/1610.09585",
)
ABOUT = About(
    name="gan",
    title="Generators and critics: GAN, WGAN, AC-GAN, conditional GANs",
    question="Do the losses of two players tell how good the images are, which losses train steadily, and "
             "what does it help to tell the players the class?",
    sources=[GAN, CONDITIONAL, WGAN, PRINCIPLED, PENALTY, ACGAN],
    curves={
        "generator": "Generator's loss, garments",
        "critic": "Discriminator's loss, garments",
    },
)
