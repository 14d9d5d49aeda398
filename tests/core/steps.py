"""The kinds of training steps that the experiments have, small: what `training` gets.

A kind is a function of a split of images (n, 3, 32, 32) and a generator. It returns network, batches, loss
and optimizer.
"""

from functools import partial
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from stages.blockdrop.curriculum import Freeing, curriculum_loss
from stages.blockdrop.joint import Both, joint_loss
from stages.blockdrop.nets import Droppable
from stages.blockdrop.params import Policy
from stages.blockdrop.policy import PolicyNet
from stages.core.attacks import adversarial
from stages.core.compute import noted
from stages.core.cutout import Cut
from stages.core.data import Batches
from stages.core.mixup import Mixed, mixup
from stages.core.nets import ResNet
from stages.core.optimizers import Adam
from stages.core.train import SGD, cross_entropy
from stages.core.vgg import VGG
from stages.coreset import forgetting
from stages.distillation.alone import own_teacher, smoothing, virtual
from stages.distillation.nets import OwnTeacher, Perceptron, StagedResNet
from stages.distillation.params import OwnTeacher as Own
from stages.distillation.params import Smoothing, Virtual
from stages.distillation.soft import distillation
from stages.distillation.taught import taught_by
from stages.distillation.teacher import constrain
from stages.dynamic import convolution, shaping
from stages.dynamic.gating import GatedResNet
from stages.dynamic.params import Gates, Prior
from stages.lottery.continuous import Annealing, optimizer_of, penalised, soften
from stages.lottery.masks import convolutions, hold
from stages.lottery.params import Continuous, Training
from stages.lottery.recipe import From, Remembering
from stages.mixmatch.averaging import Averaging
from stages.mixmatch.batches import Copies, Mixing, Streams
from stages.mixmatch.losses import LOSSES
from stages.mixmatch.nets import Both as Averaged
from stages.mixmatch.nets import WideResNet
from stages.noise.gaussian import GaussianNoise
from stages.noise.sam import SAM
from stages.noisy_labels.losses import loss_of
from stages.ood.energy import bounded
from stages.ood.exposure import exposed
from stages.ood.finetuning import Beside
from stages.patch.learning import Patches, Placed, Within, against
from stages.patch.placing import Placing
from stages.quantisation.nets import Quantised
from stages.regularization.rotation import rotation_head, with_rotation
from stages.selfsup.nets import Encoder
from stages.selfsup.params import Bank, Contrast, Crops, Views
from stages.selfsup.pirl import pirl
from stages.selfsup.revisited import Later, crops_and_key, neighbours
from stages.selfsup.rotnet import rotnet
from stages.selfsup.simclr import simclr

MOMENTS = {"mean": [0.5] * 3, "std": [0.25] * 3}


def resnet():
    return ResNet(8, 4, 10, **MOMENTS)


def staged(kind=StagedResNet):
    return kind(block="basic", blocks=[1, 1], width=4, classes=10, **MOMENTS)


def sgd(net):
    return SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)


def plainly(split, rng, loss=cross_entropy, make=resnet, wrap=lambda net, optimizer: optimizer):
    net = make()
    return net, Batches(split, 20, rng, 4, True), loss, wrap(net, sgd(net))


def masked(net, optimizer, first=0, keep=0.5, frozen=False):
    masks = {name: torch.rand_like(weight) < keep for name, weight in convolutions(net).items()}
    held = {name: weight.detach().clone() for name, weight in convolutions(net).items()}
    hold(net, optimizer, masks, held if frozen else None)
    return From(optimizer, first)


def annealed(split, rng):
    settings = Continuous(initial=0.1, beta=100.0, penalty=1e-4, lr=0.3)
    recipe = Training(epochs=3, batch_size=20, lr=0.1, warmup_steps=0, momentum=0.9, weight_decay=5e-4, pad=4,
                      flip=True)
    net = resnet()
    soft = soften(net, settings.initial)
    optimizer = Annealing(soft, optimizer_of(net, soft, recipe, settings), settings.beta, 9)
    return net, Batches(split, 20, rng, 4, True), penalised(soft, settings.penalty), From(optimizer, 0)


def taught(split, rng):
    return plainly(split, rng, taught_by(staged().eval(), 0.7, 4.0), staged)


def alone(loss, settings, kind=StagedResNet):
    return partial(plainly, loss=partial(loss, settings=settings), make=partial(staged, kind))


def teacher(split, rng):
    net = Perceptron(3 * 32 * 32, 8, 10, 0.5, **MOMENTS)
    optimizer = sgd(net)
    optimizer.register_step_post_hook(lambda *_: constrain([net.layers[0].weight, net.layers[3].weight], 0.5))
    return net, Batches(split, 20, rng, 2), cross_entropy, optimizer


def student(split, rng):
    net = Perceptron(3 * 32 * 32, 8, 10, 0.0, **MOMENTS)
    v = torch.randn(len(split), 10, device=split.labels.device)

    def loss(net, batch):
        x, chosen = batch
        return distillation(net(x).float(), split.labels[chosen], v[chosen], 0.7, 4.0)

    return net, Batches(split.numbered(), 20, rng), loss, sgd(net)


def forgetful(split, rng):
    net = resnet()
    return net, Batches(split.numbered(), 20, rng), forgetting.Memory(split.labels), sgd(net)


def beside(loss, split, rng):
    net, outside = resnet(), Batches(split.part(20, 60), 10, rng, 4, True)
    return net, Beside(Batches(split, 20, rng, 4, True), outside), loss, sgd(net)


def few_bits(levels, strength):
    return Quantised(8, 4, 10, **MOMENTS, weights=2, activations=2, levels=levels, strength=strength)


def regularised(split, rng):
    net = resnet()
    head = rotation_head(net)
    cuts = Cut(Batches(split, 20, rng, 4, True), 8, net.mean, noted(np.random.default_rng(1)))
    batches = Mixed(cuts, 0.4, noted(np.random.default_rng(2)))
    return net, batches, with_rotation(mixup, head, 0.5, 0.5), sgd(nn.ModuleList([net, head]))


def corrected(split, rng):
    eye = torch.eye(10, device=split.labels.device)
    return plainly(split, rng, loss_of("forward", {}, 0.6 * eye + 0.4 * eye.roll(1, 1)))


def patched(split, rng):
    placing = Placing("circle", 0.0, 1.0, 1.0)
    patches = Patches(10, 3, 5, placing)
    batches = Placed(Batches(split, 22, rng), placing, 5, rng)
    nets = [resnet().eval().requires_grad_(False) for _ in range(2)]
    return patches, batches, against(nets), Within(sgd(patches), patches.pixels)


def several_kernels(split, rng):
    net = convolution.DynamicResNet(2, depth=8, width=4, classes=10, **MOMENTS)
    return net, Batches(split, 20, rng), cross_entropy, convolution.Annealing(net, sgd(net), 30.0, 5)


def gated(split, rng):
    net = GatedResNet(depth=8, width=4, classes=10, **MOMENTS)
    recipe = SimpleNamespace(lr=0.1, momentum=0.9, weight_decay=5e-4)
    prior, network = Prior(a=0.6, b=0.4, annealing=0.3, ramp=0.6), Gates(price=1.0, shaping=1.0, seeds=1)
    shaped = shaping.Shaped(cross_entropy, prior, net.linear.weight)
    optimizer = shaping.Ramp(shaping.optimizer_of(net, recipe), shaped, prior, network, 9)
    return net, Batches(split, 20, rng), shaped, optimizer


def policies():
    """A policy network and the network of three blocks that it is for."""
    return PolicyNet(4, 2, 3, **MOMENTS), Droppable("residual", 8, 4, 1, 10, **MOMENTS)


def freed(split, rng):
    (policy, base), device = policies(), split.labels.device
    free = torch.ones(3, device=device)
    settings = Policy(width=4, pool=2, exploration=0.8, entropy=0.1)
    loss = curriculum_loss(base.eval(), settings, 5.0, free, rng)
    return policy, Batches(split, 20, rng), loss, Freeing(Adam(policy.parameters(), 0.01), free, 3)


def jointly(split, rng):
    net = Both(*policies())
    return net, Batches(split, 20, rng), joint_loss(0.8, 5.0, rng), Adam(net.parameters(), 0.01)


def without_labels(parts, options, split, rng, wrap=lambda optimizer: optimizer):
    encoder = Encoder([4, 8], [2, 2], **MOMENTS)
    net, batches, loss = parts(encoder, split, 20, Views(scale=0.3, strength=0.5), options, rng)
    return net, batches, loss, wrap(Adam(net.parameters(), 0.01))


def with_neighbours(split, rng):
    weight = torch.zeros((), device=split.labels.device)
    return without_labels(partial(neighbours, 3, weight), CONTRAST, split, rng,
                          partial(Later, weight=weight, value=0.4, begin=4))


def few_labels(method, copies, options, split, rng):
    net = Averaged(WideResNet([4, 8], 1, 10, **MOMENTS))
    mixing = Mixing("all", 0.75, noted(np.random.default_rng(1))) if "temperature" in options else None
    weak, strong = Copies(split, rng, 4, True), Copies(split, rng, 4, True, 8, net.trained.mean)
    unlabelled = [weak, strong if method == "fixmatch" else weak][:copies]
    weight = torch.zeros((), device=split.labels.device)
    loss = partial(LOSSES[method], weight=weight, **options)
    return (net, Streams(weak, unlabelled, mixing, 20, 3, rng), loss,
            Averaging(net, 0.01, 0.02, 0.9, weight, 3.0, 6))


CONTRAST = Contrast(outputs=8, temperature=0.5)
BANK = Bank(outputs=8, temperature=0.1, negatives=5, momentum=0.5, share=0.5)
MIXMATCH = {"copies": 2, "temperature": 0.5}
CROPS = Crops(large=24, small=16, count=2, overlap=0.2)
KINDS = {
    "sgd": plainly,
    "vgg": partial(plainly, make=lambda: VGG(11, 4, 10, **MOMENTS)),
    "gaussian": partial(plainly, wrap=lambda net, sgd: GaussianNoise(net, sgd, 0.3)),
    "sam": partial(plainly, wrap=lambda net, sgd: SAM(net, sgd, 0.1, "l2", 1)),
    "sam_linf": partial(plainly, wrap=lambda net, sgd: SAM(net, sgd, 0.01, "linf", 2)),
    "masks": partial(plainly, wrap=partial(masked, first=2)),
    "masks_frozen": partial(plainly, wrap=partial(masked, frozen=True)),
    "remembering": partial(plainly, wrap=lambda net, sgd: From(Remembering(net, sgd, 5), 0)),
    "annealed": annealed,
    "fgsm": partial(plainly, loss=partial(adversarial, norm="linf", epsilon=0.1, step=0.1, iterations=1,
                                          random_start=True)),
    "pgd": partial(plainly, loss=partial(adversarial, norm="l2", epsilon=0.5, step=0.3, iterations=2)),
    "teacher": teacher,
    "student": student,
    "taught": taught,
    "forgetting": forgetful,
    "virtual": alone(virtual, Virtual(alpha=0.5, temperature=20, confidence=0.95)),
    "smoothing": alone(smoothing, Smoothing(epsilon=0.1)),
    "own_teacher": alone(own_teacher, Own(alpha=0.5, temperature=3, hint=0.1), OwnTeacher),
    "exposure": partial(beside, partial(exposed, weight=0.5)),
    "energy": partial(beside, partial(bounded, weight=0.1, m_in=-5.0, m_out=-2.0)),
    "regularised": regularised,
    "symmetric": partial(plainly, loss=loss_of("sce", {"alpha": 0.1, "beta": 1.0, "a": -4.0}, None)),
    "forward": corrected,
    "patches": patched,
    "learnt_levels": partial(plainly, make=lambda: few_bits("learnt", 0.5)),
    "backpropagated_levels": partial(plainly, make=lambda: few_bits("backpropagated", None)),
    "several_kernels": several_kernels,
    "gated": gated,
    "freed": freed,
    "jointly": jointly,
    "simclr": partial(without_labels, simclr, CONTRAST),
    "multi_crop": partial(without_labels, partial(crops_and_key, CROPS), CONTRAST),
    "neighbours": with_neighbours,
    "rotnet": partial(without_labels, rotnet, None),
    "pirl_rotation": partial(without_labels, partial(pirl, False), BANK),
    "pirl_jigsaw": partial(without_labels, partial(pirl, True), BANK),
    "pseudo_label": partial(few_labels, "pseudo_label", 1, {"threshold": 0.1}),
    "pi_model": partial(few_labels, "pi_model", 2, {}),
    "mixmatch": partial(few_labels, "mixmatch", 2, MIXMATCH | {"teacher": False}),
    "guessed_by_average": partial(few_labels, "mixmatch", 2, MIXMATCH | {"teacher": True}),
    "fixmatch": partial(few_labels, "fixmatch", 2, {"threshold": 0.1}),
}
