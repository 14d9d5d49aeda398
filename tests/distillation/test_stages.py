"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""


import pytest
import torch

from stages.core.data import load_role
from stages.core.files import load, save
from stages.core.measurements import recorded
from stages.distillation import omitted, students, teacher, why
from stages.distillation.digits import judged, logits_path, parts
from stages.distillation.nets import perceptron
from stages.distillation.results import STUDENTS
from stages.distillation.soft import entropy
from tests.conftest import call, change, published, random_digits, refused, some_images, written

CHAIN = [
    "teacher", "students large", "students small", "omitted", "why", "labels student", "labels weaker",
    "labels poor", "taught weaker", "taught poor", "taught student", "alone virtual", "alone smoothing",
    "alone own_teacher", "page",
]
SMALL = {
    "digits": {
        "held_out": 30, "temperatures": [1.0, 4.0, 20.0], "sizes": {"large": 12, "small": 4},
        "teacher.width": 16, "teacher.epochs": 2, "teacher.batch_size": 20, "student.epochs": 1,
        "student.batch_size": 20,
    },
    "objects": {
        "training.epochs": 2, "training.batch_size": 30, "networks.student.blocks": [1, 1],
        "networks.student.width": 4, "networks.weaker.blocks": [1, 1], "poor.epochs": 1,
    },
}


@pytest.fixture
def small(project):
    """A project of small networks, with a small `digits` of random images."""
    random_digits(90)
    change({"seeds": [1]})
    for part, values in SMALL.items():
        change(values, f"distillation.{part}")


def test_all_stages_twice(small_stage, project):
    for command in CHAIN:
        call(f"distillation.{command}")
    first = written(project)
    without = recorded("data/distillation/omitted/labels/1.safetensors")
    assert without.right.shape == (3, 40)
    assert float(without.digit_right.sel(chosen_on="none").sum()) <= 4       # images of the digit, of 40
    soft = recorded("data/distillation/students/small/soft/1.safetensors").log_likelihood
    assert soft.dims == ("temperature", "image")
    assert len({row.tobytes() for row in soft.values}) == 3  # every temperature teaches something else
    nets = {name: load(f"models/distillation/{name}/1.safetensors")[0] for name in STUDENTS}
    assert len({net["linear.weight"].numpy().tobytes() for net in nets.values()}) == len(STUDENTS)
    assert nets["own_teacher"]["bottlenecks.0.1.bias"].any()  # shallow classifiers learn, too
    exits = recorded("data/distillation/objects/own_teacher/1.safetensors")
    assert set(exits) == {"right", "classifier_1", "classifier_2", "ensemble"}
    assert exits.right.equals(exits.classifier_2)            # the deepest answers
    assert published(project, "distillation") == ([13, 4, 4], set())
    assert recorded("data/training/distillation/poor/1.safetensors").train_loss.size == 1    # of two epochs
    for command in ["teacher", "omitted", "why", "alone own_teacher", "page"]:
        call(f"distillation.{command}")
    done = small_stage("students small")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def test_held_out_images_are_the_last_of_the_training_images(small):
    role, transfer, held_out = parts(30)
    assert (len(transfer), len(held_out)) == (60, 30)
    assert torch.equal(torch.cat([transfer.images, held_out.images]), role.train.images)
    assert torch.equal(torch.cat([transfer.labels, held_out.labels]), role.train.labels)


def test_the_teacher_is_regularised(small, monkeypatch):
    change({"teacher.max_norm": 0.3}, "distillation.digits")
    seen, fit = [], teacher.fit
    monkeypatch.setattr(teacher, "fit", lambda *words, **more: seen.append(words) or fit(*words, **more))
    teacher.run()
    ((net, batches, *_),) = seen
    assert (net.shape["dropout"], batches.pad, len(batches.labels)) == (0.3, 2, 60)
    longest = [net.layers[i].weight.norm(dim=1).max().item() for i in (0, 3, 6)]
    assert longest[:2] == pytest.approx([0.3, 0.3])          # they begin with norms of about 0.58
    assert longest[2] > 0.4                                  # the output layer is free


@pytest.fixture
def learnt(small, monkeypatch):
    """Runs a stage with students that learn nothing; gives the teacher's logits, which are random, and what
    each student would have learnt from, by its title.
    """
    v = {"transfer": torch.randn(60, 10), "test": torch.randn(40, 10)}
    save(logits_path(1), v)

    def run(stage, *words):
        seen = {}

        def noted(role, transfer, v, width, recipe, alpha, temperature, seed, title):
            seen[title] = transfer, v, alpha, temperature
            return perceptron(role, width, dropout=0.0).eval()

        monkeypatch.setattr(stage, "student", noted)
        stage.run(*words)
        return v["transfer"], seen

    return run


def test_students_learn_at_every_temperature(learnt):
    v, seen = learnt(students, "small")
    weights = {title: more for title, (_, _, *more) in seen.items()}
    assert weights == {
        "4 units, labels": [0.0, 1.0], "4 units, T = 1": [0.9, 1.0], "4 units, T = 4": [0.9, 4.0],
        "4 units, T = 20": [0.9, 20.0],
    }
    for transfer, mine, *_ in seen.values():
        assert torch.equal(mine, v)
        assert len(transfer) == 60


def test_students_never_see_the_omitted_digit(learnt):
    v, seen = learnt(omitted)
    train = load_role("digits").train
    stay = [i for i in range(60) if train.labels[i] != 3]
    assert len(stay) == 54
    for transfer, mine, *_ in seen.values():
        assert torch.equal(transfer.images, train.images[stay])
        assert torch.equal(transfer.labels, train.labels[stay])
        assert torch.equal(mine, v[stay])
    weights = {title: more for title, (_, _, *more) in seen.items()}
    assert weights == {"without 3, soft": [0.9, 20.0], "without 3, labels": [0.0, 20.0]}


def test_soft_labels_are_shuffled_and_smoothed(learnt):
    learnt(students, "large")
    v, seen = learnt(why)
    assert [more for _, _, *more in seen.values()] == [[0.9, 20.0]] * 2
    mixed, even = seen["shuffled labels"][1], seen["smoothed labels"][1]
    assert torch.equal(mixed.sort(1).values, v.sort(1).values)
    assert torch.equal(mixed.argmax(1), v.argmax(1))
    assert ((mixed != v).sum(1) > 2).all()
    assert torch.equal(even.argmax(1), load_role("digits").train.labels[:60])
    torch.testing.assert_close(entropy(even, 20.0), entropy(v, 20.0).mean().expand(60), rtol=1e-4, atol=0)


def test_students_are_judged_image_by_image(small):
    """By loops: the student says its class, the teacher another."""
    test, z = some_images(3, (1, 28, 28)), torch.tensor([[2.0, 0, 1], [0, 0, 3], [1, 2, 0]])
    v = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 5, 0]])

    class Fixed(torch.nn.Module):
        def forward(self, x):
            return z

    found = judged(Fixed().eval(), v, test)
    p, q = v.double().softmax(1), z.double().softmax(1)
    assert found["right"].tolist() == [True, False, False]                   # labels are 0, 1, 2
    assert found["agrees"].tolist() == [True, False, True]
    for i in range(3):
        assert found["log_likelihood"][i].item() == pytest.approx(q[i, i].log().item())
        wanted = sum((p[i, k] * (p[i, k] / q[i, k]).log()).item() for k in range(3))
        assert found["divergence"][i].item() == pytest.approx(wanted)
        assert found["entropy"][i].item() == pytest.approx(-(q[i] * q[i].log()).sum().item())


@pytest.mark.parametrize(
    ("command", "part", "values", "line"),
    [
        ("omitted", "digits", {"omitted.digit": 10},
         "`distillation.digits.omitted.digit` is 10, but should be less than or equal to 9"),
        ("omitted", "digits", {"temperature": 0.0},
         "`distillation.digits.temperature` is 0.0, but should be greater than 0"),
        ("students large", "digits", {"temperatures": [0.0, 4.0, 20.0]},
         "`distillation.digits.temperatures.0` is 0.0, but should be greater than 0"),
        ("students large", "digits", {"temperatures": [1.0, 20.0]},
         "but should be a list with a number below 2.5, one from 2.5 to 4 and one above"),
        ("students large", "digits", {"alpha": 1.1},
         "`distillation.digits.alpha` is 1.1, but should be less than or equal to 1"),
        ("taught weaker", "objects", {"taught.weaker.alpha": -0.1},
         "`distillation.objects.taught.weaker.alpha` is -0.1, but should be greater than or equal to 0"),
        ("labels student", "objects", {"networks.student.block": "wide"},
         "`distillation.objects.networks.student.block` is 'wide', but should be 'basic' or 'bottleneck'"),
        ("page", "digits", {"temperature": 5.0},
         "but should be a section whose temperature 5 is one of its temperatures"),
        ("teacher", "digits", {"held_out": 90}, "`digits` has 90 training images, 90 cannot be held out"),
        ("teacher", "digits", {"teacher.lr": 1e30}, "the loss is nan in epoch 1 of 2: lower lr"),
    ],
)
def test_bad_parameters(small_stage, project, command, part, values, line):
    change(values, f"distillation.{part}")
    refused(small_stage(command), line, project)


@pytest.mark.parametrize(("command", "path"), [
    ("students small", "data/distillation/logits/1.safetensors"),
    ("omitted", "data/distillation/logits/1.safetensors"),
    ("taught poor", "models/distillation/poor/1.safetensors"),
    ("page", "data/distillation/students/large/labels/1.safetensors"),
])
def test_missing_artifacts(small_stage, command, path):
    refused(small_stage(command), f"{path} does not exist: run the stage that writes it, or `dvc repro`")
