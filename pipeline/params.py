"""Checks params.yaml, as it is and under every profile, before anything runs.

    python -m pipeline.params
"""

import sys
from copy import deepcopy
from pathlib import Path

from pipeline.profile import changes, profiles, put
from stages.core import sections
from stages.core.errors import UserError
from stages.core.params import FILE, load_yaml
from stages.core.stage import main


def run():
    lines = complaints(".", sections.sections())
    if lines:
        sys.exit("\n".join(f"error: {line}" for line in lines))
    print(f"{FILE} holds what it may hold, also under the profiles {', '.join(profiles('.'))}")


def complaints(root, known):
    """What is wrong with params.yaml and what would be under each profile, a line each."""
    values = load_yaml(Path(root, FILE))
    found = sections.complaints(values, known)
    for name in profiles(root):
        try:
            under = profiled(root, name, values)
        except UserError as error:
            found.append(str(error))
        else:
            lines = sections.complaints(under, known)
            found += [f"profile {name}: {line}" for line in lines if line not in found]
    return list(dict.fromkeys(found))


def profiled(root, name, values):
    """`values` of params.yaml under the profile `name`."""
    values = deepcopy(values)
    for key, (_, new) in changes(root, name).items():
        put(values, key, new)
    return values


if __name__ == "__main__":
    main(run)
