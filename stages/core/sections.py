"""All sections of params.yaml, checked together before anything is computed.

Each has a class that describes it, in a module stages/*/params.py, which has them by dotted name in SECTIONS.
A stage that knew only its own would train for hours before the next one says that its values are wrong.

Making all classes takes the longer the more experiments there are. So NOTE holds what was found right, with
the hash of every file that this rests on, and the next stage only compares these.
"""

import functools
import hashlib
import importlib
import json
import sys
from pathlib import Path

from stages.core.errors import UserError
from stages.core.files import write_json
from stages.core.params import FILE, checked, find, load_yaml

PACKAGE = Path(__file__).resolve().parents[1]
NOTE = Path(".dvc/tmp/params.json")      # DVC ignores it, and so does git


@functools.cache
def check_all():
    """Ends in a UserError unless params.yaml, in the project that this code belongs to, is right all over."""
    if Path.cwd() != PACKAGE.parent or noted():
        return
    found = complaints(load_yaml(FILE), sections())
    if found:
        raise UserError("; ".join(found))
    if NOTE.parents[1].exists():
        write_json(NOTE, hashes(grounds()))


def complaints(values, sections):
    """What is wrong with `values`, the content of a params.yaml, a line each; `sections` as SECTIONS."""
    known = ", ".join(sections)
    found = [f"{FILE}: `{name}` is unknown: there are {known}" for name in unknown(values, sections)]
    for name, section in sections.items():
        try:
            checked(name, find(name, values), section)
        except UserError as error:
            found.append(str(error))
    return found


def sections():
    """The classes of all sections, by dotted name.

    Imported by name: what one experiment may hold is no dependency of another's stages.
    """
    names = [f"{PACKAGE.name}.{path.parent.name}.params" for path in described()]
    modules = [importlib.import_module(name) for name in names]
    for path, module in zip(described(), modules, strict=True):
        if not hasattr(module, "SECTIONS"):
            raise UserError(f"{relative(path)} has no SECTIONS, a dict of dotted name -> class")
    return {name: section for module in modules for name, section in module.SECTIONS.items()}


def described():
    """The files that describe sections."""
    return sorted(PACKAGE.glob("*/params.py"))


def unknown(values, sections, before=""):
    """The dotted names in `values` that are no section, part of one or around one."""
    for key, value in values.items():
        name = f"{before}{key}"
        if name not in sections:
            if isinstance(value, dict) and any(section.startswith(f"{name}.") for section in sections):
                yield from unknown(value, sections, f"{name}.")
            else:
                yield name


def noted():
    """Whether NOTE says that params.yaml is right, and nothing that this rests on has changed since."""
    try:
        note = json.loads(NOTE.read_text(encoding="utf-8"))
        return set(map(relative, described())) <= set(note) and note == hashes(note)
    except (OSError, ValueError):
        return False


def grounds():
    """The files, from the project's folder, that decide what params.yaml may hold, and params.yaml."""
    loaded = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    files = [Path(file) for file in loaded if file]
    return [FILE, *(relative(file) for file in files if file.is_relative_to(PACKAGE))]


def relative(file):
    """A file of the project as a path from its folder."""
    return file.relative_to(PACKAGE.parent).as_posix()


def hashes(files):
    """The hash of each file, by its name."""
    return {name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in files}
