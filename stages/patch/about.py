"""What this experiment is."""

from stages.core.about import About, Source

BROWN = Source(
    "Brown et al. 2017",
    "Brown, Mané, Roy, Abadi, Gilmer: Adversarial patch, NIPS workshop on machine learning and computer "
    "security 2017",
    "https://arxiv.org/abs/1712.09665",
)
ABOUT = About(
    name="patch",
    title="Adversarial patches",
    question="Can one small picture, pasted anywhere, make a network say what it is told to, and what helps?",
    sources=[BROWN],
    curves={"size": "Success of patches by size"},
)
