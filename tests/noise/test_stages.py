"""The training stages as DVC runs them, and what stops them: one line, exit code 1, nothing half written."""

import pytest

from stages.core.files import read_json
from stages.core.nets import load_net

SMALL = {
    "depth: 20": "depth: 8", "width: 16": "width: 4",
    "batch_size: 50": "batch_size: 30", "epochs: 4": "epochs: 1",
}


@pytest.mark.parametrize(
    ("words", "network"),
    [
        ("baseline.train 8 1", "sgd"), ("noise.gaussian 1", "gaussian"),
        ("noise.sam sam_multistep 1", "sam_multistep"),
    ],
)
def test_a_training_stage(stage, project, words, network):
    done = stage(words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "seed 1: epoch 1 of 1: train_loss " in done.stdout
    path = project / f"models/resnet8/{network}-1.safetensors"
    first = path.read_bytes()
    assert load_net(path).shape["depth"] == 8
    assert read_json(f"metrics/training/resnet8/{network}-1.json")["threads"] == 1
    curve = (project / f"plots/training/resnet8/{network}-1.csv").read_text()
    assert curve.startswith("epoch,train_loss\n1,")
    assert stage(words).returncode == 0
    assert path.read_bytes() == first                        # the same stage twice is the same bytes


def refused(done, project, line):
    assert (done.returncode, done.stdout) == (1, "")
    assert line in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert not (project / "models").exists()
    assert not (project / "metrics").exists()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"lr: 0.1 ": "lr: 1e38 "}, "the loss is nan in epoch 1 of 1: lower lr"),
        ({"lr: 0.1 ": "lr: fast "}, "`training.lr` is 'fast', but should be a valid number"),
        ({"momentum": "momentun"}, "`training.momentun` is unknown"),
        ({"depth: 8": "depth: 9"}, "depth 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), not 9"),
        ({"batch_size: 30": "batch_size: 61"}, "60 training images do not fill a batch of 61"),
        ({"precision: auto": "precision: half"}, "`compute.precision` is 'half', but should be"),
    ],
)
def test_bad_parameters(stage, project, changes, line):
    refused(stage("noise.gaussian 1", changes), project, line)


def test_missing_data(stage, project):
    (project / "data/objects.safetensors").unlink()
    refused(stage("noise.gaussian 1"), project, "data/objects.safetensors does not exist: run the stage")


def test_corrupt_data(stage, project):
    path = project / "data/objects.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    refused(stage("noise.gaussian 1"), project, "data/objects.safetensors is damaged")


def test_corrupt_weights(stage, project):
    assert stage("noise.gaussian 1").returncode == 0
    path = project / "models/resnet8/gaussian-1.safetensors"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    done = stage("noise.robustness gaussian 1")
    assert done.returncode == 1
    assert "models/resnet8/gaussian-1.safetensors is damaged" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (project / "data/noise").exists()
