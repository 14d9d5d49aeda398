"""Applies a profile, a file in profiles/ with some of the values of params.yaml, to params.yaml.

    python -m stages.pipeline.profile cifar10          or `make profile NAME=cifar10`

What a profile does not name gets its default, so that profiles do not pile up: the values afterwards are the same
whatever they were before. The defaults are in profiles/default.yaml, which names everything. Git's last commit would be
no source for them: a changed params.yaml may be committed with its results, and a downloaded folder has no git.
"""

import difflib
from pathlib import Path

from stages.core.errors import UserError
from stages.core.params import FILE, load_yaml
from stages.core.stage import main
from stages.pipeline.documents import load_document, relisted, save_document

DEFAULT = "default"


def run(name: str):
    changed = changes(".", name)
    if changed:
        document, new = load_document(FILE), values(".", name, load_document)
        for key in changed:
            put(document, key, new[key])
        save_document(FILE, document)
    width = max((len(key) for key in changed), default=0) + 1
    print("\n".join(f"{key + ':':{width}} {old} -> {new}" for key, (old, new) in changed.items()) or "nothing changes")


def changes(root, name):
    """What the profile `name` changes in params.yaml: dotted name -> value before and after."""
    there = profiles(root)
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise UserError(f"there is no profile `{name}`: there are {', '.join(there)}{hint}")
    old, new = flat(load_yaml(Path(root, FILE))), values(root, name, load_yaml)
    for key in old.keys() - new.keys():
        raise UserError(f"{FILE} has `{key}`, profiles/{DEFAULT}.yaml has not: add its default there")
    for key in new.keys() - old.keys():
        source = name if key in flat(load_yaml(profile_path(root, name))) else DEFAULT
        near = difflib.get_close_matches(key, old, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise UserError(f"profiles/{source}.yaml has `{key}`, {FILE} has not: mend one of them{hint}")
    return {key: (old[key], new[key]) for key in old if repr(old[key]) != repr(new[key])}


def values(root, name, load):
    """The value of everything in params.yaml under the profile `name`, by dotted name; `load` reads the files."""
    return {
        key: value
        for profile in (DEFAULT, name)
        for key, value in flat(load(profile_path(root, profile))).items()
    }


def profile_path(root, name):
    """The file of the profile `name`."""
    return Path(root, "profiles", f"{name}.yaml")


def profiles(root):
    """The names of all profiles."""
    return sorted(path.stem for path in Path(root, "profiles").glob("*.yaml"))


def flat(nested, before=""):
    """Nested dicts as one dict of dotted names; lists are values."""
    leaves = {}
    for key, value in nested.items():
        leaves |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return leaves


def put(document, name, value):
    """Gives the dotted `name` in nested dicts a new value; comments stay."""
    *above, last = name.split(".")
    for key in above:
        document = document[key]
    old = document[last]
    document[last] = relisted(old, value) if isinstance(old, list) and isinstance(value, list) else value


if __name__ == "__main__":
    main(run)
