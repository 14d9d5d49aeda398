"""Forgetting events of made-up histories and of a training, counted by loops; plain training as a limit."""

import random
from functools import partial
from itertools import pairwise

import pytest
import torch

from stages.core import train
from stages.core.compute import start
from stages.core.data import Batches, Role
from stages.core.graphs import Replayed
from stages.core.measurements import recorded
from stages.core.nets import load_net, resnet
from stages.core.recipe import augmented, fit, sgd
from stages.core.train import cross_entropy, gradient, training
from stages.coreset import recipe as training_of
from stages.coreset.forgetting import Memory
from stages.coreset.params import Network
from stages.coreset.recipe import learn, learn_part
from tests.conftest import some_images
from tests.core.test_graphs import free, taped

RECIPE = Network(depth=8, width=4, pool=1, epochs=2, batch_size=10, lr=0.1, momentum=0.9, weight_decay=5e-4,
                 pad=1, flip=True)


@pytest.fixture
def role():
    return Role(some_images(40, (1, 8, 8)), some_images(20, (1, 8, 8), seed=1), list("abcdefghij"), "random")


def counted_slowly(history, n):
    """Of every image, whether it was ever right and its forgetting events; `history` is of pairs (image,
    right) in the order in which they were seen.
    """
    learnt, events = [], []
    for image in range(n):
        seen = [right for number, right in history if number == image]
        learnt.append(any(seen))
        events.append(sum(before and not after for before, after in pairwise(seen)))
    return learnt, events


def test_events_by_hand():
    """Image 0: right, wrong, right, wrong; 1: wrong, right, right; 2: never right; 3: never seen."""
    memory = Memory(torch.zeros(4, dtype=torch.int64))
    for chosen, right in [([0, 1], [1, 0]), ([2, 0], [0, 0]), ([1, 0], [1, 1]), ([0, 2, 1], [0, 0, 1])]:
        memory.note(torch.tensor(chosen), torch.tensor(right, dtype=torch.bool))
    assert memory.kept["events"].tolist() == [2, 0, 0, 0]
    assert memory.kept["learnt"].tolist() == [1, 1, 0, 0]


def test_events_of_random_histories():
    draw, memory, history = random.Random(0), Memory(torch.zeros(12, dtype=torch.int64)), []
    for _ in range(40):
        chosen = draw.sample(range(12), 5)
        right = [draw.random() < 0.6 and number != 3 for number in chosen]
        history += zip(chosen, right, strict=True)
        memory.note(torch.tensor(chosen), torch.tensor(right))
    learnt, events = counted_slowly(history, 12)
    assert memory.kept["events"].tolist() == events
    assert memory.kept["learnt"].tolist() == learnt
    assert not learnt[3]


def test_to_note_a_batch_again_changes_nothing():
    memory = Memory(torch.zeros(3, dtype=torch.int64))
    for right in ([1, 1, 0], [0, 1, 0]):
        for _ in range(2):
            memory.note(torch.arange(3), torch.tensor(right, dtype=torch.bool))
    assert memory.kept["events"].tolist() == [1, 0, 0]


def test_events_of_a_training_are_those_of_its_predictions(project, role):
    """The network's answers are looked at before each step, as a loop over all of them counts."""
    start(0)
    net, memory, history = resnet(role, 8, 4), Memory(role.train.labels), []

    def watched(net, batch):
        chosen = batch[1]
        hook = net.register_forward_hook(lambda _, __, z: history.extend(
            zip(chosen.tolist(), (z.argmax(1) == role.train.labels[chosen]).tolist(), strict=True)))
        value = memory(net, batch)
        hook.remove()
        return value

    batches = Batches(role.train.numbered(), 10, torch.Generator().manual_seed(0))
    list(training(net, batches, watched, sgd(net, RECIPE), 6))
    learnt, events = counted_slowly(history, 40)
    assert sum(events) > 5
    assert memory.kept["events"].tolist() == events
    assert memory.kept["learnt"].tolist() == learnt


def weights_of(act, monkeypatch):
    """The network that `act` trains, which it asks core's `resnet` for."""
    made = []
    monkeypatch.setattr(training_of, "resnet", lambda *args: made.append(resnet(*args)) or made[-1])
    act()
    return made[0].state_dict()


def test_all_images_are_plain_training_to_the_bit(project, role, monkeypatch):
    """Noting what is forgotten, and keeping a fraction of 1 in any order, change nothing."""
    rng = start(3)
    net = resnet(role, 8, 4)
    fit(net, augmented(role.train, RECIPE, rng), RECIPE, "plain")
    noted = weights_of(lambda: learn("noted", 3, role, RECIPE, role.train), monkeypatch)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(8))
    every = weights_of(lambda: learn_part("every", 3, role, RECIPE, 1.0, order), monkeypatch)
    part = weights_of(lambda: learn_part("part", 3, role, RECIPE, 0.9, order), monkeypatch)
    for name, value in net.state_dict().items():
        assert torch.equal(value, noted[name]), name
        assert torch.equal(value, every[name]), name
    assert not torch.equal(part["linear.weight"], every["linear.weight"])
    kept = load_net("models/coreset/noted/3.safetensors").state_dict()
    assert torch.equal(kept["linear.weight"], noted["linear.weight"])
    noted, every = (recorded(f"data/coreset/{name}/3.safetensors").right
                    for name in ("networks/noted", "every"))
    assert (noted.values == every.values).all()


def test_a_part_is_trained_on_the_images_kept_and_their_labels(project, role, monkeypatch):
    seen = []

    def watched(net, batches, recipe, title):
        seen.append(batches)
        return [{"epoch": 1, "train_loss": 0.0}]

    monkeypatch.setattr(training_of, "fit", watched)
    order = torch.tensor([*range(39, -1, -1)])
    learn_part("part", 1, role, RECIPE.model_copy(update={"pad": 0}), 0.425, order)
    [batches] = seen
    assert torch.equal(batches.labels, role.train.labels[23:])
    assert torch.equal(batches.pixels.permute(0, 3, 1, 2), role.train.images[23:])


def test_replayed_steps_note_the_same(project, role, monkeypatch):
    """As on a GPU, where Python runs once and what it did is done again."""
    monkeypatch.setattr(train, "device", torch.device("cuda"))               # whose SGD is fused
    found = {}
    for replayed in (False, True):
        rng = start(1)
        net, memory = resnet(role, 8, 4), Memory(role.train.labels)
        optimizer = sgd(net, RECIPE)

        def body(batch, net=net, memory=memory, optimizer=optimizer):
            return optimizer.step(gradient(net, batch, memory, optimizer)).detach()

        step = Replayed(body, net, optimizer, partial(taped, net, optimizer), free) if replayed else body
        for _ in range(6):
            for batch in Batches(role.train.numbered(), 10, rng):
                step(batch)
        assert not replayed or step.replay
        found[replayed] = memory.kept
    assert found[False]["events"].sum() > 5
    for name, values in found[False].items():
        assert torch.equal(values, found[True][name]), name


def test_the_loss_is_cross_entropy_on_the_labels_of_the_images(role):
    net = resnet(role, 8, 4)
    x, chosen = torch.rand(6, 1, 8, 8), torch.tensor([30, 2, 17, 5, 9, 12])
    control = cross_entropy(net, (x, role.train.labels[chosen]))
    assert torch.equal(Memory(role.train.labels)(net, (x, chosen)), control)
    assert not torch.equal(Memory(role.train.labels.roll(1))(net, (x, chosen)), control)
