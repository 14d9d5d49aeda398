"""What was measured, by name; right of test images and how sure networks are of them are in percent."""

import xarray as xr

from stages.core.measurements import measured
from stages.mixmatch.params import CHANGES, METHODS, seeds_of

NAMES = {
    "supervised": "labels alone",
    "pseudo_label": "pseudo-labels",
    "pi_model": "Π-model",
    "mixup": "mixup",
    "mixmatch": "MixMatch",
    "fixmatch": "FixMatch",
}
PARTS = {
    "full": "MixMatch",
    "one_copy": "one copy",
    "three_copies": "three copies",
    "no_sharpening": "no sharpening, T = 1",
    "teacher": "averaged weights guess",
    "no_mixup": "no mixup",
    "mixup_labelled": "mixup of labelled images only",
    "mixup_unlabelled": "mixup of unlabelled images only",
    "mixup_separate": "mixup, labelled and unlabelled apart",
}


def of_percent(pattern, seeds):
    """Networks of some seeds: in percent, `right` by averaged weights, `last` by those of the last step, how
    `sure` the former are and their calibration error; their Brier score.
    """
    found = measured(f"data/mixmatch/{pattern}/{{seed}}.safetensors", seed=seeds)
    right = {weights: 100 * found.right.sel(weights=weights, drop=True) for weights in ("average", "last")}
    return xr.Dataset({
        "right": right["average"], "last": right["last"], "sure": 100 * found.sure, "brier": found.brier,
        "calibration_error": 100 * found.calibration_error,
    })


def results(settings, seeds):
    """method -> number of labels -> Dataset of all its seeds, with the axes `seed` and `image`."""
    return {
        method: {number: of_percent(f"{method}/{number}", seeds) for number in settings.labels.of(method)}
        for method in METHODS
    }


def ablations(settings, seeds):
    """change -> Dataset, with the fewest labels."""
    return {change: of_percent(f"ablation/{change}", seeds[: seeds_of(change, settings.seeds)])
            for change in CHANGES}


def with_other_classes(settings, seeds):
    """Percent right by the share of unlabelled images of other classes, and of `supervised`; few seeds."""
    few = seeds[: settings.seeds]
    return {share: of_percent(f"classes/{share}", few).right
            for share in [*settings.classes.shares, "supervised"]}


def lost(full, changed):
    """Points that MixMatch loses by each change, of the seeds that both have."""
    return {name: full.right - one.right for name, one in changed.items()}


def overconfident(one):
    """How much surer a network is than right, points."""
    return one.sure - one.right
