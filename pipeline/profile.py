"""Applies a profile, a file in profiles/ with some of the values of params.yaml, to params.yaml.

    python -m pipeline.profile cifar10          or `make profile NAME=cifar10`

What a profile does not name gets its default, so that profiles do not pile up: the values afterwards are the
same whatever they were before. The defaults are in profiles/default.yaml, which names everything. Git's last
commit would be no source for them: a changed params.yaml may be committed with its results, and a downloaded
folder has no git.
"""

from pathlib import Path

from pipeline.documents import load_document, relisted, save_document
from stages.core.errors import UserError
from stages.core.params import FILE, among, load_yaml
from stages.core.stage import main

DEFAULT = "default"


def run(name: str):
    changed = changes(".", name)
    if not changed:
        print("nothing changes")
        return
    document, notation = load_document(FILE), values(".", name, load_document)
    for key in changed:
        put(document, key, notation[key])
    save_document(FILE, document)
    width = max(map(len, changed)) + 1
    for key, (old, new) in changed.items():
        print(f"{key + ':':{width}} {old} -> {new}")


def changes(root, name):
    """What the profile `name` changes in params.yaml: dotted name -> value before and after."""
    there = profiles(root)
    if name not in there:
        raise UserError(f"there is no profile `{name}`{among(name, there)}")
    old, new = flat(load_yaml(Path(root, FILE))), values(root, name, load_yaml)
    for key in new:
        if key not in old:
            source = name if key in flat(load_yaml(profile_path(root, name))) else DEFAULT
            raise UserError(f"profiles/{source}.yaml has `{key}`, {FILE} has not{among(key, old)}")
    for key in old:
        if key not in new:
            raise UserError(f"{FILE} has `{key}`, profiles/{DEFAULT}.yaml has not: add its default there")
    return {key: (old[key], new[key]) for key in old if repr(old[key]) != repr(new[key])}


def values(root, name, load):
    """The value of everything in params.yaml under the profile `name`, by dotted name, as `load` reads it."""
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
    """Nested dicts as one dict of dotted names; lists are values, and so are dicts with numbers for keys."""
    leaves = {}
    for key, value in nested.items():
        leaves |= flat(value, f"{before}{key}.") if branches(value) else {f"{before}{key}": value}
    return leaves


def branches(value):
    """Whether a value is a dict of names."""
    return isinstance(value, dict) and not (value and all(str(key).isdigit() for key in value))


def put(document, name, value):
    """Gives the dotted `name` in nested dicts a new value; comments stay."""
    *above, last = name.split(".")
    for key in above:
        document = document[key]
    old = document[last]
    document[last] = relisted(old, value) if isinstance(old, list) and isinstance(value, list) else value


if __name__ == "__main__":
    main(run)
