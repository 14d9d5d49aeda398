"""How every network of this experiment is trained and kept: only the optimizer differs."""

import torch

from stages.core.compute import facts, start
from stages.core.data import Batches, load_role
from stages.core.files import write_json, write_rows
from stages.core.nets import resnet, save_net
from stages.core.params import read
from stages.core.progress import progress
from stages.core.train import cross_entropy, training
from stages.noise.params import Training


def trained(name, seed, optimizer):
    """Trains a network on `objects` with `optimizer(net, sgd)`; returns it, its history and its batches.

    The same seed gives every network the same initial weights and the same batches.
    """
    recipe = read("noise.training", Training)
    rng = start(seed)
    role = load_role("objects")
    net = resnet(role, recipe.depth, recipe.width)
    batches = Batches(role.train, recipe.batch_size, rng, recipe.pad, recipe.flip)
    sgd = torch.optim.SGD(net.parameters(), recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay)
    epochs = training(net, batches, cross_entropy, optimizer(net, sgd), recipe.epochs)
    return net, list(progress(epochs, recipe.epochs, f"{name}, seed {seed}")), batches


def keep(name, seed, net, history):
    """Writes weights, training curve and what they were computed with."""
    save_net(f"models/noise/{name}-{seed}.safetensors", net)
    write_rows(f"plots/noise/training/{name}-{seed}.csv", history)
    last = {"train_loss": history[-1]["train_loss"]}
    write_json(f"metrics/noise/training/{name}-{seed}.json", facts() | last)
