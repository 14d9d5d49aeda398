"""Checks params.yaml, as it is and under every profile, before anything runs.

    python -m stages.pipeline.params

Every section has a class that describes it, in a module stages/*/params.py, which has them by dotted name in
SECTIONS.
"""

import importlib
import sys
from copy import deepcopy
from pathlib import Path

from stages.core.errors import UserError
from stages.core.params import FILE, checked, find, load_yaml
from stages.core.stage import main
from stages.pipeline.profile import changes, profiles, put


def run():
    lines = complaints(".", sections("."))
    if lines:
        sys.exit("\n".join(f"error: {line}" for line in lines))
    print(f"{FILE} holds what it may hold, also under the profiles {', '.join(profiles('.'))}")


def sections(root):
    """The classes of all sections, by dotted name."""
    found = {}
    for path in sorted(Path(root, "stages").glob("*/params.py")):
        found |= getattr(importlib.import_module(f"stages.{path.parent.name}.params"), "SECTIONS", {})
    return found


def complaints(root, sections):
    """What is wrong with params.yaml and what would be under each profile, a line each."""
    values = load_yaml(Path(root, FILE))
    found = of_values(values, sections)
    for name in profiles(root):
        try:
            under = profiled(root, name, values)
        except UserError as error:
            found.append(str(error))
        else:
            found += [f"profile {name}: {line}" for line in of_values(under, sections) if line not in found]
    return list(dict.fromkeys(found))


def profiled(root, name, values):
    """`values` of params.yaml under the profile `name`."""
    values = deepcopy(values)
    for key, (_, new) in changes(root, name).items():
        put(values, key, new)
    return values


def of_values(values, sections):
    """What is wrong with the values of a params.yaml."""
    known = ", ".join(sections)
    found = [f"{FILE}: `{name}` is unknown: there are {known}" for name in unknown(values, sections)]
    for name, section in sections.items():
        try:
            checked(name, find(name, values), section)
        except UserError as error:
            found.append(str(error))
    return found


def unknown(values, sections, before=""):
    """The dotted names in `values` that are no section, part of one or around one."""
    for key, value in values.items():
        name = f"{before}{key}"
        if name not in sections:
            if isinstance(value, dict) and any(section.startswith(f"{name}.") for section in sections):
                yield from unknown(value, sections, f"{name}.")
            else:
                yield name


if __name__ == "__main__":
    main(run)
