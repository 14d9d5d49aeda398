"""What DVC would find of many stages one after the other, with every file looked at once.

For each stage DVC hashes all of its dependencies, parses params.yaml, and writes its file of path locks six
times: 20 ms a stage. Here hashes and parameters are remembered as long as the repository's lock is held.
"""

import json
from pathlib import Path

from dvc.dependency import Dependency, ParamsDependency
from dvc.output import Output
from dvc.utils.serialize import load_path

from pipeline.runner.clone import overlap

PATTERN = set("*?[")                                         # DVC takes names with one of these for patterns


class Seen:
    """What was seen of the files of a project since its lock is held."""

    def __init__(self, repo):
        self.repo = repo
        self._hashes = {}                                    # (path, kind of hash) -> HashInfo
        self._params = {}                                    # path -> its content

    def unchanged(self, stage):
        """Whether Stage.changed is sure to find nothing; False where it takes more to tell."""
        if stage.is_callback or stage.always_changed or stage.changed_stage() or self._anybody_writes():
            return False
        try:
            return all(self._as_noted(item) for item in [*stage.deps, *stage.outs])
        except Exception:                                    # of whatever kind: DVC tells
            return False

    def forget(self, stage):
        """Looks anew at what a stage writes."""
        paths = [out.fs_path for out in stage.outs]
        self._hashes = {
            key: value for key, value in self._hashes.items()
            if not any(overlap(key[0], path) for path in paths)
        }

    def _anybody_writes(self):
        """Whether a command is at work, of ours or of another DVC: then path locks matter."""
        path = Path(self.repo.tmp_dir, "rwlock")
        return path.exists() and bool(json.loads(path.read_text(encoding="utf-8")).get("write"))

    def _as_noted(self, item):
        if type(item) is ParamsDependency:
            return self._values_as_noted(item)
        if type(item) not in (Dependency, Output) or item.fs.protocol != "local" or not item.hash_info:
            return False
        if item.use_cache and item.changed_cache():
            return False
        return self._hash(item) == item.hash_info

    def _hash(self, item):
        key = item.fs_path, item.hash_name
        if key not in self._hashes:
            self._hashes[key] = item.get_hash()
        return self._hashes[key]

    def _values_as_noted(self, item):
        if item.fs_path not in self._params:
            self._params[item.fs_path] = load_path(item.fs_path, self.repo.fs)
        noted = item.hash_info.value
        return bool(item.params) and all(
            not PATTERN & set(name) and value_at(name, self._params[item.fs_path]) == noted[name]
            for name in item.params
        )


def value_at(name, values):
    """The value at a name like `a.b` in nested dicts; KeyError or TypeError where there is none."""
    for key in name.split("."):
        values = values[key]
    return values
