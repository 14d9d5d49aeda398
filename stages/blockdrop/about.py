"""What this experiment is."""

from stages.core.about import About, Source

VEIT = Source(
    "Veit et al. 2016",
    "Veit, Wilber, Belongie: Residual networks behave like ensembles of relatively shallow networks, "
    "NIPS 2016",
    "https://arxiv.org/abs/1605.06431",
)
WU = Source(
    "Wu et al. 2018",
    "Wu, Nagarajan, Kumar, Rennie, Davis, Grauman, Feris: BlockDrop: dynamic inference paths in residual "
    "networks, CVPR 2018",
    "https://arxiv.org/abs/1711.08393",
)
ABOUT = About(
    name="blockdrop",
    title="Which layers can go, and for which image",
    question="Why can a residual network do without a block that VGG cannot do without, and can a network "
             "learn which blocks an image needs?",
    sources=[VEIT, WU],
    curves={
        "several": "Test accuracy with blocks left out at random",
        "training": "Training loss",
    },
)
