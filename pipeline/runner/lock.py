"""dvc.lock, rewritten a stage at a time.

For every stage DVC parses and dumps the whole file, half a second for that of stages/lottery. Here only the
entries that changed are dumped, and put between the others; the bytes are the same.

DVC leaves an entry where it is, and puts a new one at the end, so that an entry's place depends on what was
run, and when. Here too an entry stays where it is, but a new one is put where a run of everything would have
put it: whatever is finished first, and however often a run is killed, the order is the same.
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

    def update(self, entries, order):
        """Writes entries, name of a stage -> what DVC notes of it.

        order  names of all stages of the file as `dvc repro` comes to them
        """
        self._read()
        names = with_new(list(self._stages), entries, order)
        stages = self._stages | {name: text_of(name, entry) for name, entry in entries.items()}
        self._stages = {name: stages[name] for name in names}
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


def with_new(names, new, order):
    """`names` and the new ones: each before the nearest of those that follow it in `order`, or at the end."""
    place = {name: i for i, name in enumerate(order)}
    for name in new:
        if name not in names:
            later = [one for one in names if place.get(one, -1) > place[name]]
            names.insert(names.index(min(later, key=place.get)) if later else len(names), name)
    return names


def text_of(name, entry):
    """The lines of a stage in dvc.lock."""
    return dumps_yaml({"stages": {name: entry}}).removeprefix("stages:\n")
