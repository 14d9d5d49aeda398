"""dvc.lock, rewritten a stage at a time.

For every stage DVC parses and dumps the whole file, half a second for that of stages/lottery. Here only the
entries that changed are dumped, and put between the others; the bytes are the same.
"""

from pathlib import Path

from dvc.utils.serialize import dumps_yaml, parse_yaml_for_update

from stages.core.files import write


class LockFile:
    """The dvc.lock at `path`; other DVC commands may write it between two updates."""

    def __init__(self, path):
        self.path = Path(path)
        self._text = None                                    # of the file when we last saw it
        self._head, self._stages, self._tail = "", {}, ""    # what it consists of: stage -> text of its entry
        self._new = set()                                    # stages that it did not have

    def update(self, entries, order):
        """Writes entries, name of a stage -> what DVC notes of it; new ones stand at the end, in `order`."""
        self._read()
        self._new |= entries.keys() - self._stages.keys()
        self._stages |= {name: text_of(name, entry) for name, entry in entries.items()}
        for name in order:
            if name in self._new:
                self._stages[name] = self._stages.pop(name)
        self._text = "".join([self._head, *self._stages.values(), self._tail])
        write(self.path, self._text)

    def _read(self):
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        if text == self._text:
            return
        data = parse_yaml_for_update(text, self.path) or {"schema": "2.0"}
        stages = data.setdefault("stages", {})
        self._stages = {name: text_of(name, entry) for name, entry in stages.items()}
        place = list(data).index("stages")
        parts = [dumps_yaml({key: value}) for key, value in data.items()]
        self._head, self._tail = "".join([*parts[:place], "stages:\n"]), "".join(parts[place + 1:])


def text_of(name, entry):
    """The lines of a stage in dvc.lock."""
    return dumps_yaml({"stages": {name: entry}}).removeprefix("stages:\n")
