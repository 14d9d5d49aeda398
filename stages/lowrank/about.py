"""What this experiment is."""

from stages.core.about import About, Source

ECKART = Source(
    "Eckart & Young 1936",
    "Eckart, Young: The approximation of one matrix by another of lower rank, Psychometrika 1936",
    "https://doi.org/10.1007/BF02288367",
)
ABOUT = About(
    name="lowrank",
    title="Low-rank compression of a small perceptron",
    question="How much of a trained network's weight matrices can be cut away, and does a little training "
             "bring back what is lost?",
    sources=[ECKART],
    curves={
        "training": "Training loss, the narrow networks at 8×",
        "accuracy": "Test accuracy, the narrow networks at 8×",
    },
)
