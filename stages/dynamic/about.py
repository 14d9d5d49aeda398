"""What this experiment is."""

from stages.core.about import About, Source

CHEN = Source(
    "Chen et al. 2020",
    "Chen, Dai, Liu, Chen, Yuan, Liu: Dynamic convolution: attention over convolution kernels, CVPR 2020",
    "https://arxiv.org/abs/1912.03458",
)
BEJNORDI = Source(
    "Bejnordi et al. 2020",
    "Bejnordi, Blankevoort, Welling: Batch-shaping for learning conditional channel gated networks, ICLR "
    "2020",
    "https://arxiv.org/abs/1907.06627",
)
ABOUT = About(
    name="dynamic",
    title="Dynamic convolutions and channel gates",
    question="Is a network better for kernels, or cheaper for channels, that it chooses anew for every "
             "image, and does an attacker move the choice?",
    sources=[CHEN, BEJNORDI],
    curves={
        "training": "Training loss by kernels in every convolution",
    },
)
