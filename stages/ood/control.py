"""The control of every fine-tuning: as many more epochs on the first classes, without outliers."""

from stages.core.stage import main
from stages.ood.finetuning import finetuned, keep_finetuned


def run(seed: int):
    keep_finetuned("control", seed, *finetuned("no outliers", seed))


if __name__ == "__main__":
    main(run)
