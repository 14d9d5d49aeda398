"""What a stage declares under `params` and `deps` in its dvc.yaml.

DVC tells a command which stage it runs (`DVC_STAGE`, e.g. `stages/noise/dvc.yaml:sam@sam-1`). Asking DVC's
own parser what that stage declares would cost half a second in every stage; this resolves the two templates
that we use, a `matrix` and a `foreach`, in a millisecond. A test compares it with DVC's parser for every
stage of the project.
"""

import functools
import itertools
import re
from pathlib import Path


def declared(stage, field):
    """What `stage`, written as DVC addresses it, lists under `field`: `params` or `deps`."""
    path, _, name = stage.rpartition(":")
    path = Path(path or "dvc.yaml")
    base, _, variant = name.partition("@")
    definition = parsed(path.read_text(encoding="utf-8"))["stages"][base]
    body = definition.get("do", definition)
    here = path.parent / body.get("wdir", definition.get("wdir", "."))
    values = parsed((here / "params.yaml").read_text(encoding="utf-8"))
    items = variants(definition, values).get(variant, {})
    return [substituted(entry, items | values) for entry in body.get(field, [])]


@functools.lru_cache(16)
def parsed(text):
    """The content of a YAML file, each text once in a process; whoever changes it, copies it first."""
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(text)


def variants(definition, values):
    """The variants of a stage: DVC's name of each -> what `${item}` and `${key}` mean in it."""
    if "matrix" in definition:
        axes = {name: resolved(axis, values) for name, axis in definition["matrix"].items()}
        return {
            "-".join(map(str, combination)): {"item": dict(zip(axes, combination, strict=True))}
            for combination in itertools.product(*axes.values())
        }
    items = resolved(definition.get("foreach", {}), values)
    if isinstance(items, dict):
        return {str(key): {"key": key, "item": item} for key, item in items.items()}
    return {str(item): {"item": item} for item in items}


def resolved(value, values):
    """`${a.b}` looked up in `values`, also in a list, a dict or a longer text; anything else as it is."""
    if isinstance(value, list):
        return [resolved(item, values) for item in value]
    if isinstance(value, dict):
        return {key: resolved(item, values) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    template = re.fullmatch(r"\$\{([^}]+)\}", value)
    return lookup(template[1], values) if template else substituted(value, values)


def substituted(text, values):
    """`text` with every `${a.b}` replaced."""
    return re.sub(r"\$\{(.+?)\}", lambda match: str(lookup(match[1], values)), text)


def lookup(name, values):
    """The value at a name like `a.b[0]` in nested dicts and lists."""
    for key in re.findall(r"[^.\[\]]+", name):
        values = values[int(key) if isinstance(values, list) else key]
    return values
