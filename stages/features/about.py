"""What this experiment is."""

from stages.core.about import About, Source

ILYAS = Source(
    "Ilyas et al. 2019",
    "Ilyas, Santurkar, Tsipras, Engstrom, Tran, Madry: Adversarial examples are not bugs, they are features, "
    "NeurIPS 2019",
    "https://arxiv.org/abs/1905.02175",
)
ABOUT = About(
    name="features",
    title="Robust and non-robust features",
    question="Do networks learn features that no person sees, and does robustness lie in the data?",
    sources=[ILYAS],
    curves={"training": "Training loss"},
)
