"""What this experiment is."""

from stages.core.about import About, Source

FORET = Source(
    "Foret et al. 2021",
    "Foret, Kleiner, Mobahi, Neyshabur: Sharpness-aware minimization for efficiently improving "
    "generalization, ICLR 2021",
    "https://arxiv.org/abs/2010.01412",
)
ABOUT = About(
    name="noise",
    title="Noise-aware training and sharpness-aware minimisation",
    question="Does a flat minimum generalise better than a sharp one, and does accuracy survive when its "
             "weights are disturbed?",
    sources=[FORET],
    curves={
        "gaussian": "Test accuracy under Gaussian weight noise",
        "per_channel": "Test accuracy after quantisation, one scale per channel",
        "training": "Training loss",
    },
)
