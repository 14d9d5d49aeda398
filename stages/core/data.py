"""Images as tensors on the device: n images, c channels, h x w pixels.

A role (`objects`, `digits`, ...) is the file data/<role>.safetensors, written by stages/datasets/prepare.py.
Nothing is decoded, augmented or copied per image.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
import torch.nn.functional as F

from stages.core.compute import device
from stages.core.errors import UserError
from stages.core.files import load, save


@dataclass(frozen=True)
class Split:
    """Images, uint8 or float in [0, 1], (n, c, h, w), and labels, int64 (n,), on the device."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self):
        return len(self.labels)

    def at(self, chosen):
        """The images that a mask, indices or a slice choose."""
        return Split(self.images[chosen], self.labels[chosen])

    def part(self, start, stop):
        """Images `start` to `stop`; the data stage has shuffled them, so that they are a sample."""
        return self.at(slice(start, stop))

    def first(self, n, name):
        """The first `n` images; the parameter `name` asks for so many."""
        if n > len(self):
            raise UserError(f"`{name}` is {n}, but there are {len(self)} images: lower it, or raise `data`")
        return self.part(0, n)

    def of_each(self, n, classes, name):
        """Numbers of the first `n` images of each of so many classes, class by class; the parameter `name`
        asks for them.
        """
        places = [torch.nonzero(self.labels == label).flatten()[:n] for label in range(classes)]
        fewest = min(map(len, places))
        if fewest < n:
            raise UserError(f"`{name}` needs {n} of each class, but one has {fewest} images: change it, or "
                            "raise `data`")
        return torch.cat(places)

    def smaller(self, times):
        """The same images, uint8, of pixels that are means of `times` x `times`; what is over at the edge is
        left out.
        """
        side = min(self.images.shape[2:])
        if times > side:
            raise UserError(f"images of {side} pixels cannot be made {times} times smaller: lower `pool`")
        return Split(F.avg_pool2d(self.images.float(), times).round().to(self.images), self.labels)

    def numbered(self):
        """The same images with their numbers as labels, so that a batch knows which images it has."""
        return Split(self.images, torch.arange(len(self), device=self.images.device))


@dataclass(frozen=True)
class Role:
    """A data set: its splits, the names of its classes and where it comes from."""

    train: Split
    test: Split
    classes: list
    source: str

    def first(self, wanted, name):
        """Of both splits as many of the first images as section `name`, a Subset, says."""
        return replace(self, train=self.train.first(wanted.train, f"{name}.train"),
                       test=self.test.first(wanted.test, f"{name}.test"))

    def known(self, classes):
        """The role with its first `classes` only."""
        train, test = (split.at(split.labels < classes) for split in (self.train, self.test))
        return replace(self, train=train, test=test, classes=self.classes[:classes])

    @cached_property
    def moments(self):
        """Mean and deviation of each channel of the training images, in [0, 1]; lists of length c."""
        pixels = self.train.images.cpu().transpose(0, 1).flatten(1)          # (c, n h w)
        counts = torch.stack([channel.bincount(minlength=256) for channel in pixels]).double()
        level = torch.arange(256, dtype=torch.float64, device="cpu") / 255
        mean = (counts @ level) / counts.sum(1)
        square = (counts @ level.square()) / counts.sum(1)
        return mean.tolist(), (square - mean.square()).sqrt().tolist()


def save_role(name, role):
    """Writes data/<name>.safetensors."""
    tensors = {
        f"{split}_{what}": getattr(getattr(role, split), what)
        for split in ("train", "test") for what in ("images", "labels")
    }
    save(role_path(name), tensors, classes=role.classes, source=role.source)


def load_role(name):
    """Reads data/<name>.safetensors onto the device."""
    tensors, facts = load(role_path(name))
    wanted = {"train_images", "train_labels", "test_images", "test_labels"}
    if set(tensors) != wanted:
        raise UserError(
            f"{role_path(name)} holds {', '.join(sorted(tensors)) or 'nothing'}, "
            f"not {', '.join(sorted(wanted))}: delete it, then `dvc repro` writes it again"
        )
    tensors = {key: tensor.to(device) for key, tensor in tensors.items()}
    train = Split(tensors["train_images"], tensors["train_labels"])
    test = Split(tensors["test_images"], tensors["test_labels"])
    return Role(train, test, facts["classes"], facts["source"])


def role_path(name):
    """Where the data stage writes the role `name`."""
    return f"data/{name}.safetensors"


def unit(images):
    """Images as float32 in [0, 1], channels last in memory, which is what convolutions like best."""
    scaled = images.to(torch.float32, memory_format=torch.channels_last)
    return scaled.div_(255) if images.dtype == torch.uint8 else scaled


class Batches:
    """Training batches (x, y): x float (b, c, h, w) in [0, 1], y int64 (b,); each pass is one epoch in a new
    order.

    Each image is shifted by up to `pad` pixels over a black border and, if `flip`, mirrored half of the time.
    An incomplete last batch is left out, a different one every epoch.
    """

    def __init__(self, split, batch_size, rng, pad=0, flip=False):
        if len(split) < batch_size:
            raise UserError(
                f"{len(split)} training images do not fill a batch of {batch_size}: lower the batch size"
            )
        self.labels, self.batch_size, self.rng, self.pad, self.flip = split.labels, batch_size, rng, pad, flip
        self.height, self.width = split.images.shape[2:]
        padded = torch.nn.functional.pad(split.images, (pad,) * 4)
        self.pixels = padded.permute(0, 2, 3, 1).contiguous()                # (n, h + 2 pad, w + 2 pad, c)

    def __len__(self):
        return len(self.labels) // self.batch_size

    def __iter__(self):
        order = torch.randperm(len(self.labels), generator=self.rng, device=self.labels.device)
        for i in range(len(self)):
            chosen = order[i * self.batch_size : (i + 1) * self.batch_size]
            yield self._cut(chosen), self.labels[chosen]

    def _cut(self, chosen):
        """Shifts, mirrors and gathers the images `chosen` in one indexing operation."""
        n, where = len(chosen), chosen.device
        shift = torch.randint(2 * self.pad + 1, (2, n, 1), generator=self.rng, device=where)
        if not self.pad and not self.flip:                                   # five times as fast
            return unit(self.pixels[chosen].permute(0, 3, 1, 2))
        rows = torch.arange(self.height, device=where) + shift[0]            # (b, h)
        columns = torch.arange(self.width, device=where).expand(n, -1)
        if self.flip:
            mirrored = torch.rand(n, 1, generator=self.rng, device=where) < 0.5
            columns = torch.where(mirrored, self.width - 1 - columns, columns)
        columns = columns + shift[1]                                         # (b, w)
        pixels = self.pixels[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]   # (b, h, w, c)
        return unit(pixels.permute(0, 3, 1, 2))
