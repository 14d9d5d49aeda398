"""What this experiment is."""

from stages.core.about import About, Source

HINTON = Source(
    "Hinton et al. 2015",
    "Hinton, Vinyals, Dean: Distilling the knowledge in a neural network, 2015",
    "https://arxiv.org/abs/1503.02531",
)
YUAN = Source(
    "Yuan et al. 2020",
    "Yuan, Tay, Li, Wang, Feng: Revisiting knowledge distillation via label smoothing regularization, "
    "CVPR 2020",
    "https://arxiv.org/abs/1909.11723",
)
ZHANG = Source(
    "Zhang et al. 2019",
    "Zhang, Song, Gao, Chen, Bao, Ma: Be your own teacher, ICCV 2019",
    "https://arxiv.org/abs/1905.08094",
)
ABOUT = About(
    name="distillation",
    title="Distillation: teachers strong, weak, and none",
    question="What does a network learn from another's soft labels, and must the other be better?",
    sources=[HINTON, YUAN, ZHANG],
    curves={
        "temperature_small": "Errors of small students by temperature",
        "omitted": "Errors by the bias of the omitted digit",
        "training": "Training loss on objects",
    },
)
