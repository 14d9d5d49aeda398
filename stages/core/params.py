"""Parameters: params.yaml, read as DVC reads it and checked before anything is computed.

A stage asks for a section by its dotted name and gives the class that describes it:

    sam = read("sam", Sam)          # sam.rho, sam.norm, sam.steps
    seeds = read("seeds", Seeds)    # a list

The first time, all sections are checked, see sections.py. Under DVC a stage can read only what its dvc.yaml
declares under `params`: what is undeclared would change results without DVC noticing.
"""

import copy
import difflib
import os
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from stages.core.declared import declared, parsed
from stages.core.errors import UserError

FILE = "params.yaml"


class Section(BaseModel):
    """Base of the classes that describe a section: nothing unknown, nothing converted, no NaN, read-only."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Depth = Annotated[int, Field(ge=8)]


def distinct(values):
    """For lists: not empty, nothing twice."""
    if not values or len(set(values)) != len(values):
        raise ValueError("a list that is not empty, nothing in it twice")
    return values


def ascending(values):
    """For lists of numbers: not empty, each larger than the one before."""
    if not values or sorted(set(values)) != values:
        raise ValueError("a list that is not empty, each number larger than the one before")
    return values


Seeds = Annotated[list[Annotated[int, Field(ge=0)]], AfterValidator(distinct)]
Few = Annotated[int, Field(ge=3)]                            # seeds of what costs much and claims rest on


class Recipe(Section):
    """How a network is trained by stochastic gradient descent."""

    epochs: Count
    batch_size: Count
    lr: Positive
    momentum: Annotated[float, Field(ge=0, lt=1)]
    weight_decay: NotNegative


class ImageRecipe(Recipe):
    """The same with shifted and mirrored images."""

    pad: Annotated[int, Field(ge=0)]
    flip: bool


class Training(ImageRecipe):
    """Section `training`: how ResNets on `objects` are trained."""

    depth: Depth
    width: Count


class Subset(Section):
    """A role, and how many of its images are used: `Role.first`."""

    role: Literal["digits", "objects"]
    train: Count
    test: Count


class Attack(Section):
    """How images are attacked: the arguments of `stages.core.attacks.pgd` by name, in [0, 1] image space."""

    norm: Literal["l2", "linf"]
    epsilon: NotNegative
    step: Positive
    iterations: Count


class Robust(Attack):
    """Section `robust`: adversarial training on `objects`; the rest is as in section `training`."""

    depth: Depth
    seeds: Few
    epochs: Count


class Judges(Section):
    """Section `judge`: how the networks that measure made images are trained, of each role."""

    seeds: Few
    objects: Training
    digits: Training
    garments: Training


class Compute(Section):
    """Section `compute`: how every stage computes."""

    device: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1, le=256)]
    precision: Literal["auto", "float32", "bfloat16"]


SECTIONS = {
    "compute": Compute, "seeds": Seeds, "training": Training, "robust": Robust, "judge": Judges,
}


def read(name, section):
    """The section of params.yaml with the dotted name `name`, as an object of the class or type `section`.

    Nothing is read unless all sections are right, so that nothing is computed for a stage that must fail.
    """
    from stages.core.sections import check_all

    stage = os.environ.get("DVC_STAGE")
    if stage:
        params = declared(stage, "params")
        if not any(name == key or name.startswith(f"{key}.") for key in params):
            raise UserError(
                f"{stage} reads `{name}`, which its dvc.yaml does not declare under params (it declares "
                f"{', '.join(params) or 'none'}): declare it, so that DVC sees it change"
            )
    check_all()
    return checked(name, find(name, load_yaml(FILE)), section)


def load_yaml(path):
    """A YAML file as DVC reads it: YAML 1.2 by ruamel, where 1e-4 is a number and `no` a word."""
    try:
        with open(path, encoding="utf-8") as file:
            return content(file.read(), path)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: run in the project's folder, or git checkout it") from None


def content(text, path):
    """What `text`, of the YAML file `path`, holds."""
    from ruamel.yaml import YAMLError

    try:
        return copy.deepcopy(parsed(text)) or {}
    except YAMLError as error:
        raise UserError(f"{path} is no valid YAML: {' '.join(str(error).split())}") from None


def find(name, values):
    """The value at the dotted name `name` in nested dicts."""
    at = []
    for key in name.split("."):
        if not isinstance(values, dict) or key not in values:
            where = f"{FILE}: `{'.'.join(at)}`" if at else FILE
            known = list(values) if isinstance(values, dict) else []
            raise UserError(f"{where} has no `{key}`{among(key, known)}")
        values = values[key]
        at.append(key)
    return values


def checked(name, values, section):
    """`values` as an object of `section`, or one line with the key, what was found and what is allowed."""
    try:
        return TypeAdapter(section).validate_python(values, strict=True)
    except ValidationError as error:
        lines = [_line(name, one, section) for one in error.errors()]
        raise UserError(f"{FILE}: {'; '.join(lines)}") from None


def _line(name, error, section):
    key = ".".join([name, *map(str, error["loc"])])
    if error["type"] == "extra_forbidden":
        return f"`{key}` is unknown{among(error['loc'][-1], _fields(section, error['loc'][:-1]))}"
    if error["type"] == "missing":
        return f"`{key}` is missing: add it, or `git checkout {FILE}`"
    reason = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"`{key}` is {error['input']!r}, but {'' if reason.startswith('should') else 'should be '}{reason}"


def _fields(section, loc):
    for key in loc:
        field = section.model_fields.get(key) if hasattr(section, "model_fields") else None
        section = field.annotation if field else None
    return list(getattr(section, "model_fields", {}))


def among(key, known):
    """The end of a message about an unknown `key`: what is known, if that is short, and what is nearest."""
    there = f": there are {', '.join(known)}" if 0 < len(known) <= 20 else ""
    near = difflib.get_close_matches(str(key), known, n=1)
    return there + (f"; did you mean `{near[0]}`?" if near else "")
