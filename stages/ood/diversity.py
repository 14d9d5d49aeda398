"""Do outliers of more classes help, at the same number of images?

The same exposure (exposure.py) with `ood.diversity.images` outliers, drawn evenly from the first 1, 5, 20,
... classes of the outliers.
"""

from functools import partial

import torch

from stages.core.compute import facts
from stages.core.errors import UserError
from stages.core.files import write_json, write_rows
from stages.core.nets import save_net
from stages.core.params import read
from stages.core.stage import main
from stages.ood.exposure import exposed
from stages.ood.finetuning import finetuned
from stages.ood.params import Diversity, Exposure
from stages.ood.recipe import diversity_path, load_outliers, part


def drawn(outliers, classes, images):
    """`images` outliers, evenly from the first `classes` classes; the first give one more if need be."""
    chosen = []
    for label in range(classes):
        wanted = images // classes + (label < images % classes)
        found = torch.nonzero(outliers.labels == label).flatten()[:wanted]
        if len(found) < wanted:
            raise UserError(
                f"class {label} of the outliers has {len(found)} images, of which {wanted} are wanted: lower "
                "`ood.diversity.images`, or raise data.outliers.train"
            )
        chosen.append(found)
    return part(outliers, torch.cat(chosen))


def run(seed: int):
    settings, weight = read("ood.diversity", Diversity), read("ood.exposure", Exposure).weight
    outliers, names = load_outliers()
    if settings.classes[-1] > len(names):
        raise UserError(f"`ood.diversity.classes` has {settings.classes[-1]}, but the outliers have "
                        f"{len(names)} classes: lower it")
    rows = []
    for classes in settings.classes:
        few = drawn(outliers, classes, settings.images)
        net, history = finetuned(f"{classes} classes", seed, partial(exposed, weight=weight), few)
        save_net(diversity_path(classes, seed), net)
        rows += [{"classes": classes} | row for row in history]
    write_rows(f"plots/training/ood/diversity-{seed}.csv", rows)
    last = {row["classes"]: row["train_loss"] for row in rows}
    write_json(f"metrics/training/ood/diversity-{seed}.json", facts() | {"train_loss": last})


if __name__ == "__main__":
    main(run)
