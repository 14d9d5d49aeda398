"""The judge: what it is trained on, and that it is another network than those that it judges."""

import torch

from stages.core.nets import load_net
from tests.conftest import call, change, random_digits, refused

SMALL = {"depth": 8, "width": 4, "epochs": 1}


def test_has_random_numbers_of_its_own(project):
    """Of the shape and recipe of the baseline, it is another network all the same."""
    change({"seeds": [1]} | {f"training.{key}": value for key, value in SMALL.items()})
    change({f"judge.objects.{key}": value for key, value in SMALL.items()} | {"judge.objects.flip": True})
    call("baseline.train 8")
    call("baseline.judge objects")
    nets = [load_net(f"models/{name}/1.safetensors") for name in ("resnet8/sgd", "judge/objects")]
    assert nets[0].shape == nets[1].shape
    assert not torch.equal(nets[0].conv.weight, nets[1].conv.weight)


def test_is_trained_on_its_role_alone(project):
    random_digits(50)
    change({"seeds": [1, 2, 3]} | {f"judge.digits.{key}": value for key, value in SMALL.items()})
    call("baseline.judge digits")
    for seed in (1, 2, 3):
        assert len(load_net(f"models/judge/digits/{seed}.safetensors").shape["mean"]) == 1


def test_bad_input(project, ran):
    refused(ran("baseline.judge scenes"), "`judge` has no `scenes`", project)
    change({"judge.digits.epochs": 0})
    refused(ran("baseline.judge digits"), "`judge.digits.epochs` is 0, but should be", project)
