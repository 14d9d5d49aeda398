"""What this experiment is."""

from stages.core.about import About, Source

SANTURKAR = Source(
    "Santurkar et al. 2019",
    "Santurkar, Tsipras, Tran, Ilyas, Engstrom, Madry: Image synthesis with a single (robust) classifier, "
    "NeurIPS 2019",
    "https://arxiv.org/abs/1906.09453",
)
ABOUT = About(
    name="synthesis",
    title="Image synthesis with a single robust classifier",
    question="Can a classifier paint, if it is robust: images of a class, what is missing, what is blurred?",
    sources=[SANTURKAR],
    curves={"training": "Training loss of the networks of the first two classes"},
)
