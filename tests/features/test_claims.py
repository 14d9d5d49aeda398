"""Each claim against numbers made by hand, that it turns when they do, and which of them the stage takes."""

import numpy as np
import pytest
import torch

from stages.core.compute import facts
from stages.core.files import read_json, save, write_json
from stages.features.claims import all_claims
from stages.features.recipe import result_path, set_path
from stages.features.results import INVERTED, NETWORKS, NONROBUST
from tests.conftest import call, change

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
        ("rand_teaches", 63 - 20), ("det_teaches", 44 - 20), ("rand_teaches_no_robustness", 5),
        ("det_teaches_no_robustness", 5),
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
        ({"attacked": {"on_rand": share(30)}}, "rand_teaches_no_robustness"),
        ({"attacked": {"on_det": share(30)}}, "det_teaches_no_robustness"),
        ({"attacked": {"sgd": share(60)}}, "robust_set_teaches_robustness"),
        ({"attacked": {"on_standard": share(60)}}, "robust_features_make_it_robust"),
        ({"found": {"standard": share(80)}}, "robust_inversions_carry_over"),
        ({"clean": {"on_robust_noise": share(90)}}, "images_beat_noise"),
    ],
)
def test_other_numbers_contradict(changes, name):
    assert claims(**changes)[name].verdict == "contradicted"


def test_what_one_set_teaches_does_not_hide_what_the_other_does():
    found = claims(attacked={"on_det": share(9.5)})
    assert found["det_teaches_no_robustness"].effect == pytest.approx(5 - 9.5)
    assert found["rand_teaches_no_robustness"].effect == pytest.approx(5)


def test_the_stage_takes_the_first_epsilon(project):
    """One image in four is right there, none at the second."""
    change({"iterations": 3}, "features.adversarial")
    change({"seeds": [1, 2], "features.evaluation.epsilons": [0.5, 1.0]})
    every = torch.ones(40).bool()
    attacked = torch.stack([torch.arange(40) % 4 == 0, ~every])
    numbers = "target_rate", "true_rate", "own_rate", "other_rate", "distance_before", "distance_after"
    for seed in 1, 2:
        for name in NETWORKS:
            save(result_path(name, 20, seed), {"clean": every, "attacked": attacked})
        for name in INVERTED:
            save(set_path(name, 20, seed), {"recognised": every})
        for name in (*NONROBUST, *INVERTED):
            write_json(f"metrics/features/sets/{name}-20-{seed}.json", dict.fromkeys(numbers, 0.5))
    write_json("metrics/training/resnet20/sgd-1.json", facts() | {"parameters": 1})
    call("features.claims")
    assert read_json("metrics/features.json")["rand_teaches_no_robustness"]["effect"] == 5 - 25
    conditions = read_json("data/features/page.json")["conditions"]
    assert "3 in adversarial training" in conditions["steps of attacks"]
