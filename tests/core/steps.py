"""The kinds of training steps that the experiments have, small: what `training` gets.

A kind is a function of a split of 60 images of 3x32x32 and a generator (None for a device that has none) that
returns network, batches, loss and optimizer.
"""

from functools import partial
from itertools import product

import numpy as np
import torch
from torch import nn

from stages.core.attacks import adversarial
from stages.core.compute import noted
from stages.core.data import Batches
from stages.core.nets import ResNet
from stages.core.train import SGD, cross_entropy
from stages.distillation import alone, digits, teacher
from stages.distillation.nets import OwnTeacher, Perceptron, StagedResNet
from stages.distillation.params import OwnTeacher as Own, Smoothing, Virtual
from stages.distillation.taught import taught_by
from stages.lottery.continuous import Annealing, optimizer_of, penalised, soften
from stages.lottery.masks import convolutions, hold, magnitudes, pruned_globally, share, whole
from stages.lottery.params import Continuous, Training
from stages.lottery.recipe import From, Remembering
from stages.noise.gaussian import GaussianNoise
from stages.noise.sam import SAM
from stages.ood.energy import bounded
from stages.ood.exposure import exposed
from stages.ood.finetuning import Beside
