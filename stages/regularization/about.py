"""What this experiment is."""

from stages.core.about import About, Source

CUTOUT = Source(
    "DeVries & Taylor 2017",
    "DeVries, Taylor: Improved regularization of convolutional neural networks with cutout, 2017",
    "https://arxiv.org/abs/1708.04552",
)
MIXUP = Source(
    "Zhang et al. 2018",
    "Zhang, Cisse, Dauphin, Lopez-Paz: mixup: beyond empirical risk minimization, ICLR 2018",
    "https://arxiv.org/abs/1710.09412",
)
ROTATION = Source(
    "Hendrycks et al. 2019",
    "Hendrycks, Mazeika, Kadavath, Song: Using self-supervised learning can improve model robustness and "
    "uncertainty, NeurIPS 2019",
    "https://arxiv.org/abs/1906.12340",
)
CALIBRATION = Source(
    "Thulasidasan et al. 2019",
    "Thulasidasan et al.: On mixup training: improved calibration and predictive uncertainty for deep "
    "neural networks, NeurIPS 2019",
    "https://arxiv.org/abs/1905.11001",
)
CORRUPTIONS = Source(
    "Hendrycks & Dietterich 2019",
    "Hendrycks, Dietterich: Benchmarking neural network robustness to common corruptions and "
    "perturbations, ICLR 2019",
    "https://arxiv.org/abs/1903.12261",
)
ABOUT = About(
    name="regularization",
    title="Cutout, mixup, rotation head",
    question="Do cutout, mixup and a rotation head make a network more accurate, better calibrated and more "
             "robust, and do they add up?",
    sources=[CUTOUT, MIXUP, ROTATION, CALIBRATION, CORRUPTIONS],
    curves={
        "severity": "Accuracy by the severity of corruptions",
        "fgsm": "Accuracy under the fast gradient sign method",
        "training": "Training loss",
    },
)
