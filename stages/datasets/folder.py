"""Source `folder`: your own images, train/<class>/* and test/<class>/*, in any format that Pillow reads.

The classes are the names of their folders, sorted. Hidden files, and files beside the folders of the classes,
are passed over. The role gives the size, and whether images become grey or RGB; transparency is dropped, and
what a camera notes about its orientation (EXIF) is followed.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError
from stages.datasets.listing import elsewhere, require_folder, visible

LAYOUT = "it needs train/<class>/*.png and test/<class>/*.png, any image format"
MODES = {1: "L", 3: "RGB"}       # Pillow's name by number of channels
THREADS = 2                      # one decodes while the other waits for the disk; more queue for the GIL
BLOCK = 200                      # images that a thread decodes before it takes the next ones


def load(section):
    """The role with all images of the folder `section.folder`, each of `section.shape` (c, h, w)."""
    root = Path(section.folder)
    require_folder(root, f"; {LAYOUT}")
    train, test = listed(root, "train"), listed(root, "test")
    require_same_classes(root, train, test)
    return Role(
        decoded_split(train, section.shape),
        decoded_split(test, section.shape),
        list(train),
        f"folder {root.resolve().name}",
    )


def listed(root, part):
    """The image files of each class in the folder `root`/`part`: a dict of lists of paths, all sorted."""
    folder = root / part
    there = visible(root)
    if part not in [entry.name for entry in there if entry.is_dir()]:
        names = ", ".join(entry.name for entry in there) or "none"
        raise UserError(f"{root} has no folder {part}, only {names}: {LAYOUT}{elsewhere(root)}")
    classes = [entry.name for entry in visible(folder) if entry.is_dir()]
    if len(classes) < 2:
        raise UserError(f"{folder} has {len(classes)} class folders, not two or more: {LAYOUT}")
    files = {name: [entry.path for entry in visible(folder / name)] for name in classes}
    empty = [name for name in classes if not files[name]]
    if empty:
        raise UserError(f"{folder} has no images of {', '.join(empty)}: add some, or remove the class")
    return files


def require_same_classes(root, train, test):
    """UserError if train and test, dicts by class, differ in their classes."""
    lacking = [
        f"{part} lacks {', '.join(sorted(set(other) - set(own)))}"
        for part, own, other in (("train", train, test), ("test", test, train)) if set(other) - set(own)
    ]
    if lacking:
        raise UserError(f"{root} has other classes in train than in test: {'; '.join(lacking)}: mend one")


def decoded_split(files, shape):
    """The images of a dict of lists of paths, and for each the number of its class."""
    labels = np.repeat(np.arange(len(files)), [len(paths) for paths in files.values()])
    images = decoded([path for paths in files.values() for path in paths], shape)
    return Split(torch.from_numpy(images), torch.from_numpy(labels))


def decoded(paths, shape, resize=False):
    """uint8 (n, c, h, w), each image decoded straight to its place, by threads."""
    images = np.empty((len(paths), *shape), dtype=np.uint8)

    def decode(start):
        for i, path in enumerate(paths[start : start + BLOCK], start):
            images[i] = image(path, shape, resize)

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(decode, range(0, len(paths), BLOCK)):
            pass                                                             # raises what a thread raised
    return images


def image(path, shape, resize=False):
    """One image file as uint8 of `shape` (c, h, w); with `resize`, by Pillow's Lanczos filter if need be."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    channels, height, width = shape
    try:
        with Image.open(path) as opened:
            ImageOps.exif_transpose(opened, in_place=True)
            if opened.size != (width, height) and not resize:
                found = "x".join(map(str, opened.size))
                raise UserError(f"{path} is {found} pixels, not {width}x{height}: resize it or remove it")
            if opened.mode[0] in "IF":                       # Pillow would clip it, not scale it
                raise UserError(f"{path} has more than 8 bits a channel: convert it to 8 bits or remove it")
            converted = opened.convert(MODES[channels])
            if converted.size != (width, height):
                converted = converted.resize((width, height), Image.Resampling.LANCZOS)
            pixels = np.asarray(converted)
    except UserError:
        raise
    except UnidentifiedImageError:
        raise UserError(f"{path} is no image that Pillow knows: mend it or remove it") from None
    except Exception as error:  # every format's decoder raises its own types
        reason = " ".join(str(error).split())
        raise UserError(f"{path} cannot be read as an image ({reason}): mend it or remove it") from None
    return pixels.reshape(height, width, channels).transpose(2, 0, 1)
