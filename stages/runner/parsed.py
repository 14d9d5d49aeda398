"""What the YAML files of a project say, kept from run to run: for a hundred stages DVC parses half a second.

What a text says is kept as JSON under the text's hash, if just the same comes back from JSON.
"""

import hashlib
import json
from pathlib import Path

from dvc.utils import strictyaml
from dvc.utils.serialize import _yaml

from stages.core.files import write

USERS = strictyaml, _yaml                                    # modules of DVC that call `parse_yaml`


class Parsed:
    """Inside, DVC parses no text that it has parsed before; `path` is the file in which that is kept."""

    def __init__(self, path):
        self.path, self.used = Path(path), {}                # hash -> JSON
        try:
            self.known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.known = {}

    def __enter__(self):
        self.parse = _yaml.parse_yaml
        for module in USERS:
            module.parse_yaml = self._parse

    def __exit__(self, *_):
        for module in USERS:
            module.parse_yaml = self.parse
        if self.used != self.known:
            write(self.path, json.dumps(self.used))

    def _parse(self, text, path, typ="safe"):
        """What parse_yaml returns."""
        if typ != "safe":
            return self.parse(text, path, typ)
        key = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        known = self.known.get(key) or self.used.get(key)
        if known is None:
            data = self.parse(text, path)
            known = as_json(data)
            if known is None:
                return data
        self.used[key] = known
        return json.loads(known)


def as_json(data):
    """JSON from which just the same comes back; None if there is none."""
    try:
        text = json.dumps(data)
    except TypeError:
        return None
    return text if repr(json.loads(text)) == repr(data) else None
