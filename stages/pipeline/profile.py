"""Applies a profile, a file in profiles/ with some of the values of params.yaml, to params.yaml.

    python -m stages.pipeline.profile cifar10          or `make profile NAME=cifar10`

What a profile does not name gets its default, so that profiles do not pile up and the result is the same whatever was
there before. The defaults are profiles/default.yaml, a whole params.yaml without comments: git's last commit would be
no source for them, since a changed params.yaml may be committed with its results, and a download has no git.
"""

import difflib
from pathlib import Path

from ruamel.yaml.comments import CommentedSeq

from stages.core.errors import UserError
from stages.core.params import FILE, load_yaml
from stages.core.stage import main
from stages.pipeline.documents import load_document, relisted, save_document

DEFAULT = "default"


def run(name: str):
    before, document = load_yaml(FILE), load_document(FILE)
    apply(".", name, document)
    lines = changes(before, document)
    if lines:
        save_document(FILE, document)
    print("\n".join(lines or ["nothing changes"]))


def apply(root, name, document):
    """Gives `document`, a params.yaml with or without comments, the values of profile `name` and, for the rest, defaults."""
    for profile in dict.fromkeys([DEFAULT, name]):
        overlay(document, load_document(path(root, profile)), f"profiles/{profile}.yaml")


def overlay(document, values, source):
    """Puts the nested `values` of the file `source` into `document`, which must have all their keys."""
    known, new = flat(document), flat(values)
"""  """
