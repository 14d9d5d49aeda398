"""What this experiment is."""

from stages.core.about import About, Source

SVP = Source(
    "Coleman et al. 2020",
    "Coleman, Yeh, Mussmann, Mirzasoleiman, Bailis, Liang, Leskovec, Zaharia: Selection via proxy: efficient "
    "data selection for deep learning, ICLR 2020",
    "https://arxiv.org/abs/1906.11829",
)
CCS = Source(
    "Zheng et al. 2023",
    "Zheng, Liu, Lai, Prakash: Coverage-centric coreset selection for high pruning rates, ICLR 2023",
    "https://arxiv.org/abs/2210.15809",
)
FORGETTING = Source(
    "Toneva et al. 2019",
    "Toneva, Sordoni, Tachet des Combes, Trischler, Bengio, Gordon: An empirical study of example forgetting "
    "during deep neural network learning, ICLR 2019",
    "https://arxiv.org/abs/1812.05159",
)
ABOUT = About(
    name="coreset",
    title="Selection via proxy",
    question="Can a small network, cheaply trained, say which half of the training images is enough for a "
             "larger one?",
    sources=[SVP, FORGETTING, CCS],
    curves={
        "training": "Training loss of proxy and target on all images",
        "fractions": "Test accuracy by the percentage of images kept",
    },
)
