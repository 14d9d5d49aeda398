"""Reading and writing artifacts: tensors as safetensors, numbers as JSON, tables as CSV.

Every write goes to a temporary name beside the target and is then renamed, so that a killed stage leaves
either the whole file or none; the temporary name ends in .tmp, which DVC and git ignore.
"""

import csv
import io
import json
import os
import tempfile
from pathlib import Path

from stages.core.errors import UserError

written = []                     # the paths that this process has written, in order


def write(path, content):
    """Writes the bytes or text `content` to `path`, all or nothing, and makes the folders above it."""
    path = Path(path)
    content = content.encode() if isinstance(content, str) else content
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            temporary = file.name
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        written.append(path)
    except OSError as error:
        raise UserError(
            f"{path} could not be written ({error.strerror}): {len(content) / 1e6:.1f} MB are needed; "
            "make room or mend the permissions, then run the stage again"
        ) from error
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def write_json(path, values):
    """Writes `values`, with sorted keys; floats keep six decimals, the most that a metric here means."""
    text = json.dumps(_rounded(values), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write(path, text + "\n")


def write_rows(path, rows):
    """Writes a CSV table; `rows` are dicts with the same keys."""
    rows = _rounded(list(rows))
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write(path, text.getvalue())


def read_json(path):
    """The content of a JSON file."""
    return readable(path, lambda: json.loads(Path(path).read_text(encoding="utf-8")))


def save(path, tensors, **facts):
    """Writes a dict of tensors as safetensors; `facts` (anything that JSON holds) go into its header."""
    from safetensors.torch import save as serialise

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # One entry: safetensors writes several in an order of chance, and the file would not be the same bytes.
    write(path, serialise(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))


def load(path):
    """What `save` wrote: the dict of tensors, on the CPU, and the dict of facts."""
    from safetensors import safe_open

    def content():
        with safe_open(path, "pt") as file:
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118

    return readable(path, content)


def readable(path, content):
    """`content()`, or one line if the file `path`, from which it comes, is missing or damaged."""
    try:
        return content()
    except FileNotFoundError:
        stage = os.environ.get("DVC_STAGE")
        hint = f"; is it under deps of {stage}?" if stage else ""
        message = f"{path} does not exist: run the stage that writes it, or `dvc repro`"
        raise UserError(message + hint) from None
    except Exception as error:  # the readers raise a dozen types, all for the same reason
        raise UserError(
            f"{path} is damaged ({error}): delete it, then `dvc checkout` or `dvc repro` restores it"
        ) from error


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value
