"""What this experiment is."""

from stages.core.about import About, Source

FRANKLE = Source("Frankle & Carbin 2019", "Frankle, Carbin: The lottery ticket hypothesis, ICLR 2019",
                 "https://arxiv.org/abs/1803.03635")
ZHOU = Source("Zhou et al. 2019", "Zhou, Lan, Liu, Yosinski: Deconstructing lottery tickets, NeurIPS 2019",
              "https://arxiv.org/abs/1905.01067")
SAVARESE = Source(
    "Savarese et al. 2020",
    "Savarese, Silva, Maire: Winning the lottery with continuous sparsification, NeurIPS 2020",
    "https://arxiv.org/abs/1912.04427",
)
ABOUT = About(
    name="lottery",
    title="The lottery ticket hypothesis",
    question="Is there a small network in the initial one that learns as well, and how is it found?",
    sources=[FRANKLE, ZHOU, SAVARESE],
    curves={
        "sparsity": "Test accuracy of sparse networks",
        "training": "Training loss, last round with controls",
    },
)
