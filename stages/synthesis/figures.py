"""What was measured, and pictures side by side, a column for each class."""

import torch

from stages.core.charts import dots, saved
from stages.core.data import unit
from stages.core.files import load
from stages.core.plots import picture_grid
from stages.synthesis.recipe import pictures_path
from stages.synthesis.results import KINDS, NAMES

COLUMNS = 10                     # classes that are shown, at most
ENDS = {"robust": "robust", "standard": "standard"}
MADE = {"start": "start"} | ENDS
TRUTH = {"real": "original"}


def grid(name, tasks, seed, rows, headings, caption, claims=(), few=2):
    """Pictures of `tasks` side by side: of the first `few` images of a class the `rows`, name -> words."""
    found = [load(pictures_path(task, seed))[0] for task in tasks]
    pictures = {row: torch.cat([one[row] for one in found])[:COLUMNS] for row in rows}
    few = min(few, next(iter(pictures.values())).shape[1])
    shown = [(words, unit(pictures[row][:, i]), None) for i in range(few) for row, words in rows.items()]
    return saved(f"synthesis/{name}", picture_grid(headings[:COLUMNS], shown, inches=0.5),
                 f"{caption} Seed {seed}.", claims)


def generation_grids(settings, seed, classes):
    """Images of classes, five of each."""
    within = f"within ε = {settings.generation.epsilon:g}"
    return [
        grid("gaussian", ["generation/gaussian"], seed, MADE, classes,
             "Five images of each class: seeds from a Gaussian fitted to its training images, and what the "
             f"robust and the standard network make of them {within}.",
             ["robust_images_are_named", "painting_adds_to_seeds", "robust_images_are_nearer_to_real"], 5),
        grid("other", ["generation/other"], seed, MADE, classes,
             "Five images of each class: the starts are training images of other classes, and below them is "
             f"what the robust and the standard network make of them {within}.",
             ["robust_images_from_others_are_named", "robust_images_are_nearer_to_real"], 5),
    ]


def repair_grids(settings, seed, classes):
    """Boxes filled and small images enlarged."""
    return [
        grid("inpainting", ["inpainting"], seed,
             TRUTH | {"start": "mean", "interpolated": "interpolated"} | ENDS, classes,
             f"Test images in which a box of {settings.inpainting.box} pixels is missing, filled by the mean "
             "of the rest, by biharmonic interpolation, and by the robust and the standard network.",
             ["inpainting_beats_the_mean", "robust_inpainting_is_nearer"]),
        *(grid(f"super_resolution_{factor}", [f"super_resolution/{factor}"], seed,
               TRUTH | {"start": "small", "bicubic": "bicubic"} | ENDS, classes,
               f"Test images, shrunk {factor} times, and enlarged by interpolation and by the networks, "
               "which are told the class.",
               ["super_resolution_keeps_the_class", "robust_super_resolution_keeps_the_class",
                "super_resolution_costs_psnr"], 1)
          for factor in settings.super_resolution.factors),
    ]


def other_grids(settings, seed, classes):
    """Translations, sketches and painted features."""
    directions = [f"{one} → {other}" for _, pair in settings.pairs for one, other in (pair, pair[::-1])]
    return [
        grid("translation", [f"translation/{name}" for name, _ in settings.pairs], seed, MADE, directions,
             "Test images of one class, and what networks that know two classes make of them when the other "
             "one is wanted.", ["robust_translation_is_shorter"]),
        grid("sketch", ["sketch"], seed, TRUTH | {"start": "sketch"} | ENDS, classes,
             "Test images, their edges, and what networks that are told the class make of these.",
             ["robust_sketches_are_named"]),
        grid("painting", ["painting"], seed, MADE, [f"→ {name}" for name in classes[1:] + classes[:1]],
             f"Test images in which a box of {settings.painting.box} pixels is painted with the unit that "
             "speaks most for the next class.", ["robust_features_are_named"]),
    ]


def named_figures(found, chance):
    """How often the wanted class is named."""
    generation, labels = found["generation"], NAMES | {"real": "original images"}
    judges = {"the judge": "named", "another robust network": "robust_named"}
    rest = "named as wanted, %", (chance, "chance")
    return [
        dots("synthesis/named", "How often independent networks name the class that was wanted, in what "
             "networks made of seeds and in the seeds: the judge, trained as usual, and the robust network "
             "of another seed.",
             {f"F{words[1:]}": {judge: generation[name].sel(kind=kind) for judge, name in judges.items()}
              for kind, words in KINDS.items()}, labels, *rest,
             ["robust_images_are_named", "robust_images_from_others_are_named", "robust_networks_see_more",
              "painting_adds_to_seeds"], (0, 100)),
        dots("synthesis/painted", "How often the judge names the wanted class in what networks made of the "
             "edges of test images, and of test images of the class before it, by one unit in a box.",
             {"From sketches": {"": found["sketch"]["named"]},
              "One unit in a box": {"": found["painting"]["named"]}}, labels, *rest,
             ["robust_sketches_are_named", "robust_features_are_named"], (0, 100)),
    ]


def fidelity_figure(found):
    """How near filled and enlarged images are to the originals, and how often their class is named."""
    enlarged = found["super_resolution"]
    repaired = {"Box filled": found["inpainting"]} | {
        f"Enlarged {factor} times": {name: one.sel(factor=factor) for name, one in enlarged.items()}
        for factor in enlarged["psnr"].factor.values
    }
    labels = NAMES | {"interpolated": "biharmonic", "bicubic": "bicubic"}
    return dots(
        "synthesis/fidelity", "How near filled boxes and enlarged images are to the original ones. The start "
        "itself is the mean of the rest, or the small image's pixels as squares.",
        {title: {"": one["psnr"]} for title, one in repaired.items()}, labels, "PSNR, dB", None,
        ["inpainting_beats_the_mean", "robust_inpainting_is_nearer", "super_resolution_costs_psnr"],
    )
