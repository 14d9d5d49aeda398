"""The training stages as DVC runs them, and what stops them: one line, exit code 1, nothing half written."""

import pytest

from stages.core.measurements import recorded
from stages.core.nets import load_net
from stages.noise.params import Noise
from tests.conftest import complaint, refused

SMALL = {
    "width: 8": "width: 4", "batch_size: 50": "batch_size: 30", "epochs: 10": "epochs: 1",
    "  - 1\n  - 2\n  - 3\n  - 4\n  - 5\n\ntraining:": "  - 6\n\ntraining:",
}


@pytest.mark.parametrize(
    ("words", "network"),
    [
        ("baseline.train 8", "sgd"), ("noise.gaussian", "gaussian"),
        ("noise.sam sam_multistep", "sam_multistep"),
    ],
)
def test_a_training_stage(stage, project, words, network):
    done = stage(words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "seed 6: epoch 1 of 1: train_loss " in done.stdout
    path = project / f"models/resnet8/{network}/6.safetensors"
    first = path.read_bytes()
    assert load_net(path).shape["depth"] == 8
    history = recorded(f"data/training/resnet8/{network}/6.safetensors")
    assert history.train_loss.dims == ("epoch",)
    assert history.attrs["threads"] == 1
    assert stage(words).returncode == 0
    assert path.read_bytes() == first                        # the same stage twice is the same bytes


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"lr: 0.05 ": "lr: 1e38 "}, "the loss is nan in epoch 1 of 1: lower lr"),
        ({"lr: 0.05 ": "lr: fast "}, "`training.lr` is 'fast', but should be a valid number"),
        ({"momentum": "momentun"}, "`training.momentun` is unknown"),
        ({"depth: 8": "depth: 9"}, "depth 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), not 9"),
        ({"batch_size: 30": "batch_size: 61"}, "60 training images do not fill a batch of 61"),
        ({"precision: float32": "precision: half"}, "`compute.precision` is 'half', but should be"),
    ],
)
def test_bad_parameters(stage, project, changes, line):
    refused(stage("noise.gaussian", changes), line, project)


NEEDED = "but should be sgd, gaussian and those of `noise.sam`: ['sgd', 'gaussian', 'sam']"


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("sam", ["sam", "samm"], "`noise.sam.1` is 'samm', but should be 'sam', 'sam_multistep' or"),
        ("sam", ["sam_linf"], "`noise.sam` is ['sam_linf'], but should be a list with sam, which the others"),
        ("sam", ["sam", "sam"], "`noise.sam` is ['sam', 'sam'], but should be a list that is not empty"),
        ("networks", ["sgd", "sam"], f"`noise.networks` is ['sgd', 'sam'], {NEEDED}"),
        ("networks", ["gaussian", "sgd", "sam"], NEEDED),
        ("networks", ["sgd", "gaussian", "sam", "sam_linf"], NEEDED),
    ],
)
def test_bad_networks(key, value, line):
    said = complaint("noise", Noise, {key: value})
    assert line in said
    assert said.count("should") == 1                         # of both lists, only what is wrong


def test_missing_data(stage, project):
    (project / "data/objects.safetensors").unlink()
    refused(stage("noise.gaussian"), "data/objects.safetensors does not exist: run the stage", project)


def test_corrupt_data(stage, project):
    path = project / "data/objects.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    refused(stage("noise.gaussian"), "data/objects.safetensors is damaged", project)


def test_corrupt_weights(stage, project):
    assert stage("noise.gaussian").returncode == 0
    path = project / "models/resnet8/gaussian/6.safetensors"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    done = stage("noise.robustness gaussian")
    assert done.returncode == 1
    assert "models/resnet8/gaussian/6.safetensors is damaged" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (project / "data/noise").exists()
