"""DVC reads a project without doing again and again what has one outcome.

For a hundred stages it spends half a second on parsing YAML, and a tenth on finding that each of three
thousand paths is a local one. What a text says is kept from run to run, as JSON under the text's hash, if the
same comes back from JSON; what is found of one local path holds for all.
"""

import hashlib
import json
from pathlib import Path

from dvc import output
from dvc.utils import strictyaml
from dvc.utils.serialize import _yaml

from stages.core.files import write


class Reading:
    """Inside, DVC reads quickly; `path` is the file in which is kept what texts say."""

    def __init__(self, path):
        self.path, self.used = Path(path), {}                # hash -> JSON
        self.parse, self.filesystem, self.local = _yaml.parse_yaml, output.get_cloud_fs, None
        try:
            self.known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.known = {}

    def __enter__(self):
        self._let_dvc_call(self._parsed, self._filesystem_of)

    def __exit__(self, *_):
        self._let_dvc_call(self.parse, self.filesystem)
        if self.used != self.known:
            write(self.path, json.dumps(self.used))

    def _let_dvc_call(self, parse, filesystem):
        strictyaml.parse_yaml = _yaml.parse_yaml = parse
        output.get_cloud_fs = filesystem

    def _parsed(self, text, path, typ="safe"):
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

    def _filesystem_of(self, config, **where):
        """What get_cloud_fs returns: class of a file system, its arguments, and the path there."""
        if where.keys() != {"url"} or ":" in where["url"]:
            return self.filesystem(config, **where)
        self.local = self.local or self.filesystem(config, **where)[:2]
        return *self.local, self.local[0]._strip_protocol(where["url"])


def as_json(data):
    """JSON from which just the same comes back; None if there is none."""
    try:
        text = json.dumps(data)
    except TypeError:
        return None
    return text if repr(json.loads(text)) == repr(data) else None
