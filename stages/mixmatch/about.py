"""What this experiment is."""

from stages.core.about import About, Source

MIXMATCH = Source(
    "Berthelot et al. 2019",
    "Berthelot, Carlini, Goodfellow, Papernot, Oliver, Raffel: MixMatch: A holistic approach to "
    "semi-supervised learning, NeurIPS 2019",
    "https://arxiv.org/abs/1905.02249",
)
OLIVER = Source(
    "Oliver et al. 2018",
    "Oliver, Odena, Raffel, Cubuk, Goodfellow: Realistic evaluation of deep semi-supervised learning "
    "algorithms, NeurIPS 2018",
    "https://arxiv.org/abs/1804.09170",
)
FIXMATCH = Source(
    "Sohn et al. 2020",
    "Sohn, Berthelot, Li, Zhang, Carlini, Cubuk, Kurakin, Zhang, Raffel: FixMatch: Simplifying "
    "semi-supervised learning with consistency and confidence, NeurIPS 2020",
    "https://arxiv.org/abs/2001.07685",
)
ABOUT = About(
    name="mixmatch",
    title="MixMatch: a few labels and many images without",
    question="How much do images without labels help a network that has only a few labels of each class, and "
             "which part of the method does it?",
    sources=[MIXMATCH, FIXMATCH, OLIVER],
    curves={
        "labels": "Test accuracy by the number of labels",
        "accuracy": "Test accuracy with the fewest labels",
    },
)
