"""YAML files that people write, changed without losing their comments, order, quotes and notation."""

import io
import re
import textwrap

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken

from stages.core.errors import UserError
from stages.core.files import write
from stages.core.params import load_yaml

WIDTH = 120                              # columns; a list in brackets goes on in the next line


def load_document(path):
    """The content of a YAML file, with its comments."""
    load_yaml(path)                                          # says in one line what is wrong with the file
    with open(path, encoding="utf-8") as file:
        return _yaml().load(file) or {}


def save_document(path, document):
    """Writes what `load_document` read."""
    write(path, text_of(document))


def text_of(document):
    """The text of a file that has this content."""
    text = io.StringIO()
    _yaml().dump(document, text)
    return re.sub(r"^( *)\S+: \[.*\]$", _wrapped, text.getvalue(), flags=re.MULTILINE)


def between(text, name, content, where):
    """The `text` of a page of Markdown with `content` between <!-- name --> and <!-- end of name -->."""
    before, _, after = parted(text, name, where)
    return f"{before}{content}{after}"


def parted(text, name, where):
    """What the `text` of a page of Markdown has up to <!-- name -->, from there to <!-- end of name -->, and
    from that on.
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise UserError(f"{where} needs a line {begin.strip()} and below it {end.strip()}, each once")
    before, _, rest = text.partition(begin)
    inside, _, after = rest.partition(end)
    return before + begin, inside, end + after


def bracketed(items):
    """A list of text that is written in brackets."""
    found = CommentedSeq(items)
    found.fa.set_flow_style()
    return found


def put_bracketed(document, key, items):
    """Has `document` hold a list of text in brackets under a key that it has; what came after stays there.

    There is no place for a comment in brackets: ValueError if the old list has one.
    """
    old = document[key]
    if any(before or behind for before, behind, _ in _remarks(old)):
        raise ValueError("a comment in a list that is put in brackets would be lost")
    after = _token(old, len(old) - 1)[1]
    document[key] = bracketed(items)
    if after:
        document.ca.items[key] = [None, None, CommentToken(f"\n{after}", CommentMark(0)), None]


def relisted(old, new):
    """The list `new`, one item a line, with the comments of the list `old`.

    A comment belongs to the item that it stands before or behind, and goes when that goes; what comes after
    the whole list stays there, unless `new` is empty.
    """
    known = {str(item): (item, *remarks) for item, remarks in zip(old, _remarks(old), strict=True)}
    result = CommentedSeq()
    for i, item in enumerate(new):
        same, _, behind, column = known.get(str(item), (item, "", "", 0))
        result.append(same if isinstance(item, str) else item)               # `same` has its quotes
        after = known.get(str(new[i + 1]), ("", ""))[1] if i + 1 < len(new) else _token(old, len(old) - 1)[1]
        if behind or after:
            token = CommentToken(f"{behind}\n{after}", CommentMark(column))
            result.ca.items[i] = [token, None, None, None]
    return result


def _remarks(items):
    """Of each item of a list the comment lines before it, the comment behind it and its column."""
    before = ""
    for i in range(len(items)):
        behind, after, column = _token(items, i)
        yield before, behind, column
        before = after


def _token(items, i):
    """What ruamel keeps with item `i`: the comment behind it, the lines after it, the comment's column."""
    comments = getattr(items, "ca", None)
    token = comments and comments.items.get(i, [None])[0]
    if not token:
        return "", "", 0
    behind, _, after = token.value.partition("\n")
    return behind, after, token.start_mark.column


def _wrapped(line):
    """The match of a line with a list in brackets, over as many lines as it takes; items have no spaces."""
    return textwrap.fill(line[0], WIDTH, subsequent_indent=f"{line[1]}  ", break_long_words=False,
                         break_on_hyphens=False)


def _yaml():
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000                                      # a line stays a line
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
