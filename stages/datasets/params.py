"""What params.yaml may hold for each data role."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stages.core.params import Section


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


ROLES = {"objects": Objects, "digits": Digits}
SECTIONS = {f"data.{role}": section for role, section in ROLES.items()}
