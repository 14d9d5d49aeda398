"""Images per second of the usual training recipe: python -m bench.usual THREADS

A DataLoader, torchvision's transforms of PIL images, float32, contiguous memory.
"""

from itertools import chain, repeat

import torch
from torch.utils.data import DataLoader, Dataset

from bench.training import BATCH, MEAN, STD, WORKERS, network, rate, some_images
from stages.core.compute import device
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.datasets.torchvision_import import import_torchvision


class Pictures(Dataset):
    """Images as PIL images with torchvision's usual transforms, one at a time."""

    def __init__(self, split):
        from PIL import Image

        transforms = import_torchvision().transforms
        self.labels = split.labels.tolist()
        self.pictures = [Image.fromarray(image) for image in split.images.permute(0, 2, 3, 1).numpy()]
        self.transform = transforms.Compose([
            transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ])

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.transform(self.pictures[i]), self.labels[i]


def usual():
    """Steps as most training scripts make them."""
    pictures = Pictures(some_images())
    net, optimizer = network()
    net.to(memory_format=torch.contiguous_format)
    loader = DataLoader(pictures, BATCH, shuffle=True, num_workers=WORKERS, drop_last=True)
    for x, y in chain.from_iterable(repeat(loader)):
        optimizer.zero_grad()
        cross_entropy(net, (x.to(device), y.to(device))).backward()
        optimizer.step()
        yield


def run(threads: int):
    torch.set_num_threads(threads)
    print(rate(usual()))


if __name__ == "__main__":
    main(run)
