"""YAML files that people write, changed without losing their comments, order, quoting and notation of numbers."""

import io

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken

from stages.core.files import write
from stages.core.params import load_yaml


def load_document(path):
    """The content of a YAML file, with its comments."""
    load_yaml(path)  # says in one line what is wrong with the file
    with open(path, encoding="utf-8") as file:
        return _yaml().load(file) or {}


def save_document(path, document):
    """Writes what `load_document` read."""
    text = io.StringIO()
    _yaml().dump(document, text)
    write(path, text.getvalue())


def relisted(old, new):
    """The block list `new` with the comments of the list `old`.

    A comment belongs to the item that it stands before or behind and goes when that goes; what stands behind the whole
    list stays there.
    """
    if not new:
        return CommentedSeq()
    remarks = list(zip(old, _remarks(old), strict=True))
    kept = [next((have for have in remarks if have[0] == item), (item, ("", "", 0))) for item in new]
    result = CommentedSeq(have if isinstance(item, str) else item for item, (have, _) in zip(new, kept, strict=True))
    ahead, behind, column = zip(*(remark for _, remark in kept), strict=True)
    for i, following in enumerate([*ahead[1:], _after(old)]):
        if behind[i] or following:
            result.ca.items[i] = [CommentToken(f"{behind[i]}\n{following}", CommentMark(column[i])), None, None, None]
    return result


def _remarks(items):
    """Of each item of a list the comment lines before it, the comment behind it and its column."""
    ahead = ""
    for i in range(len(items)):
        behind, following, column = _token(items, i)
        yield ahead, behind, column
        ahead = following


def _after(items):
    """The comment lines after the last item of a list, which ruamel keeps with that item."""
    return _token(items, len(items) - 1)[1] if items else ""


def _token(items, i):
    """What ruamel keeps with item `i`: the comment behind it, the lines after it, the comment's column."""
    comments = getattr(items, "ca", None)
    token = comments and comments.items.get(i, [None])[0]
    behind, _, following = token.value.partition("\n") if token else ("", "", "")
    return behind, following, token.start_mark.column if token else 0


def _yaml():
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000                                      # a line stays a line
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
