"""What this experiment is."""

from stages.core.about import About, Source

WANG = Source(
    "Wang et al. 2019",
    "Wang, Ma, Chen, Luo, Yi, Bailey: Symmetric cross entropy for robust learning with noisy "
    "labels, ICCV 2019",
    "https://arxiv.org/abs/1908.06112",
)
ABOUT = About(
    name="noisy_labels",
    title="Learning with wrong labels: symmetric cross-entropy",
    question="What do wrong labels do to a network, and does a loss that trusts them less help?",
    sources=[WANG],
    curves={
        "accuracy": "Test accuracy at 40 % symmetric noise",
    },
)
