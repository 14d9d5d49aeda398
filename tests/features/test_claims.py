"""Each claim against numbers made by hand, and that it turns when they do."""

import numpy as np
import pytest

from stages.features.claims import all_claims
from stages.features.results import INVERTED, NETWORKS

N = 200


def share(percent):
    """Percent correct of one seed on N images, of which `percent` are right."""
    return 100.0 * (np.arange(N) < N * percent / 100)[None]


def claims(clean=(), attacked=(), found=()):
    as_in_the_paper = {
        "sgd": (95, 5), "robust": (91, 82), "on_rand": (63, 0), "on_det": (44, 0), "on_robust": (84, 48),
        "on_robust_noise": (70, 30), "on_standard": (88, 1),
    }
    right = {name: share(numbers[0]) for name, numbers in as_in_the_paper.items()} | dict(clean)
    kept = {name: share(numbers[1]) for name, numbers in as_in_the_paper.items()} | dict(attacked)
    shown = dict.fromkeys(INVERTED, share(40)) | {"robust": share(60)} | dict(found)
    assert set(right) == set(kept) == set(NETWORKS)
    return {claim.id: claim for claim in all_claims(right, kept, shown, 10, 0.25)}


def test_the_papers_numbers_support_every_claim():
    assert {claim.verdict for claim in claims().values()} == {"supported"}


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("rand_teaches", 63 - 20), ("det_teaches", 44 - 10), ("nonrobust_sets_teach_no_robustness", 5),
        ("robust_set_teaches_robustness", 48 - 5), ("robust_features_make_it_robust", 48 - 1),
        ("robust_inversions_carry_over", 60 - 40), ("images_beat_noise", 84 - 70),
    ],
)
def test_effects(name, effect):
    assert claims()[name].effect == pytest.approx(effect)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"clean": {"on_rand": share(10)}}, "rand_teaches"),
        ({"clean": {"on_det": share(2)}}, "det_teaches"),
        ({"attacked": {"on_det": share(30)}}, "nonrobust_sets_teach_no_robustness"),
        ({"attacked": {"sgd": share(60)}}, "robust_set_teaches_robustness"),
        ({"attacked": {"on_standard": share(60)}}, "robust_features_make_it_robust"),
        ({"found": {"standard": share(80)}}, "robust_inversions_carry_over"),
        ({"clean": {"on_robust_noise": share(90)}}, "images_beat_noise"),
    ],
)
def test_other_numbers_contradict(changes, name):
    assert claims(**changes)[name].verdict == "contradicted"
