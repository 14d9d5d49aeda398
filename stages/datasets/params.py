"""What params.yaml may hold for each data role."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stages.core.params import Count, Section


class Images(Section):
    """What every section `data.<role>` has besides its sources."""

    folder: str
    train: Annotated[int, Field(ge=1)]
    test: Annotated[int, Field(ge=1)]


class Objects(Images):
    """Section `data.objects`."""

    shape: ClassVar = (3, 32, 32)
    source: Literal["photos", "cifar10", "folder"]


class Digits(Images):
    """Section `data.digits`."""

    shape: ClassVar = (1, 28, 28)
    source: Literal["digits", "mnist", "folder"]


class Garments(Images):
    """Section `data.garments`."""

    shape: ClassVar = (1, 28, 28)
    source: Literal["digits", "fashion_mnist", "folder"]


class Outliers(Images):
    """Section `data.outliers`: what networks learn to be unsure of, and other images of the same kind."""

    shape: ClassVar = (3, 32, 32)
    source: Literal["tiles", "cifar100", "folder"]


class Unlabelled(Section):
    """Images without classes, for testing only; what is in a folder is resized if `resize` says so."""

    shape: ClassVar = (3, 32, 32)
    train: ClassVar = 0
    folder: str
    resize: bool
    test: Count


class Textures(Unlabelled):
    """Section `data.textures`."""

    source: Literal["textures", "dtd", "folder"]


class Scenes(Unlabelled):
    """Section `data.scenes`."""

    source: Literal["scenes", "folder"]


class Faces(Unlabelled):
    """Section `data.faces`."""

    source: Literal["faces", "folder"]


class Text(Unlabelled):
    """Section `data.text`."""

    source: Literal["pages", "svhn", "folder"]


ROLES = {
    "objects": Objects, "digits": Digits, "garments": Garments, "outliers": Outliers, "scenes": Scenes,
    "textures": Textures, "faces": Faces, "text": Text,
}
SECTIONS = {f"data.{role}": section for role, section in ROLES.items()}
