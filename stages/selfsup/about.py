"""What this experiment is."""

from stages.core.about import About, Source

SIMCLR = Source(
    "Chen et al. 2020",
    "Chen, Kornblith, Norouzi, Hinton: A simple framework for contrastive learning of visual "
    "representations, ICML 2020",
    "https://arxiv.org/abs/2002.05709",
)
ROTNET = Source(
    "Gidaris et al. 2018",
    "Gidaris, Singh, Komodakis: Unsupervised representation learning by predicting image rotations, "
    "ICLR 2018",
    "https://arxiv.org/abs/1803.07728",
)
PIRL = Source(
    "Misra & van der Maaten 2020",
    "Misra, van der Maaten: Self-supervised learning of pretext-invariant representations, CVPR 2020",
    "https://arxiv.org/abs/1912.01991",
)
REVISITED = Source(
    "Van Gansbeke et al. 2021",
    "Van Gansbeke, Vandenhende, Georgoulis, Van Gool: Revisiting contrastive methods for unsupervised "
    "learning of visual representations, NeurIPS 2021",
    "https://arxiv.org/abs/2106.05967",
)
ABOUT = About(
    name="selfsup",
    title="Learning without labels: SimCLR, RotNet, PIRL",
    question="What do networks learn from images without labels, and what matters for it: images, "
             "transformations, batches?",
    sources=[SIMCLR, ROTNET, PIRL, REVISITED],
    curves={"accuracy": "Linear probe of each block"},
)
