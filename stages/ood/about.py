"""What this experiment is."""

from stages.core.about import About, Source

BASELINE = Source(
    "Hendrycks & Gimpel 2017",
    "Hendrycks, Gimpel: A baseline for detecting misclassified and out-of-distribution examples in neural "
    "networks, ICLR 2017",
    "https://arxiv.org/abs/1610.02136",
)
ODIN = Source(
    "Liang et al. 2018",
    "Liang, Li, Srikant: Enhancing the reliability of out-of-distribution image detection in neural "
    "networks, ICLR 2018",
    "https://arxiv.org/abs/1706.02690",
)
EXPOSURE = Source(
    "Hendrycks et al. 2019",
    "Hendrycks, Mazeika, Dietterich: Deep anomaly detection with outlier exposure, ICLR 2019",
    "https://arxiv.org/abs/1812.04606",
)
ENERGY = Source(
    "Liu et al. 2020",
    "Liu, Wang, Owens, Li: Energy-based out-of-distribution detection, NeurIPS 2020",
    "https://arxiv.org/abs/2010.03759",
)
ABOUT = About(
    name="ood",
    title="Out-of-distribution detection",
    question="Does a network know what it does not know, and can it be taught to?",
    sources=[BASELINE, ODIN, EXPOSURE, ENERGY],
    curves={
        "roc": "Share of in-distribution images accepted by share of others accepted, maximum softmax",
        "training": "Training loss",
    },
)
