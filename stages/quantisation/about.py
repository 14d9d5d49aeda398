"""What this experiment is."""

from stages.core.about import About, Source

LQNETS = Source(
    "Zhang et al. 2018",
    "Zhang, Yang, Ye, Hua: LQ-Nets: learned quantization for highly accurate and compact deep neural "
    "networks, ECCV 2018",
    "https://arxiv.org/abs/1807.10029",
)
ABOUT = About(
    name="quantisation",
    title="Learned quantisation to one, two and three bits",
    question="How few bits do weights and activations need, and does it help to learn which levels they are "
             "rounded to?",
    sources=[LQNETS],
    curves={"training": "Training loss"},
)
