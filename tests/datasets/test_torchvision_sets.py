"""CIFAR-10 and MNIST: small files of the real format, from a server on this machine."""

import functools
import gc
import gzip
import hashlib
import http.server
import io
import pickle
import struct
import tarfile
import threading

import numpy as np
import pytest

from stages.core.errors import UserError
from stages.core.torchvision_import import import_torchvision
from stages.datasets import torchvision_sets

# torchvision does not close the connection of a download that failed.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

COUNTS = {"train": 15, "test": 4}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that logs nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """The folder that a web server serves, and its address."""
    folder = tmp_path / "server"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=folder)
    monkeypatch.setenv("no_proxy", "*")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
    gc.collect()


def md5(content):
    return hashlib.md5(content).hexdigest()


def pickled(batch):
    """As Python 2 and its NumPy pickled CIFAR-10: other names of modules, numbers for False and True."""
    content = pickle.dumps(batch, protocol=2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    return content.replace(pickle.NEWFALSE + pickle.NEWTRUE, b"K\x00K\x01", 1)


@pytest.fixture
def cifar10(server, monkeypatch):
    """Serves a CIFAR-10 of 15 and 4 images; their pixels (n, 3, 32, 32) and labels by split."""
    kind, rng = import_torchvision().datasets.CIFAR10, np.random.default_rng(0)
    folder, url = server
    data = {split: (rng.integers(256, size=(n, 3, 32, 32), dtype=np.uint8), rng.integers(10, size=n).tolist())
            for split, n in COUNTS.items()}
    rows = {f"data_batch_{i + 1}": ("train", slice(3 * i, 3 * i + 3)) for i in range(5)} | {
        "test_batch": ("test", slice(None))}
    files = {
        name: pickled({"data": data[split][0][part].reshape(-1, 3072), "labels": data[split][1][part]})
        for name, (split, part) in rows.items()
    } | {"batches.meta": pickled({"label_names": list("abcdefghij")})}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    (folder / kind.filename).write_bytes(archive.getvalue())
    monkeypatch.setattr(kind, "url", url + kind.filename)
    monkeypatch.setattr(kind, "tgz_md5", md5(archive.getvalue()))
    sums = [[name, md5(files[name])] for name in rows]
    monkeypatch.setattr(kind, "train_list", sums[:-1])
    monkeypatch.setattr(kind, "test_list", sums[-1:])
    monkeypatch.setattr(kind, "meta", kind.meta | {"md5": md5(files["batches.meta"])})
    return data


@pytest.fixture
def mnist(server, monkeypatch):
    """Serves an MNIST of 15 and 4 images; their pixels (n, 28, 28) and labels by split."""
    kind, rng = import_torchvision().datasets.MNIST, np.random.default_rng(0)
    folder, url = server
    data, resources = {}, []
    for split, prefix in (("train", "train"), ("test", "t10k")):
        n = COUNTS[split]
        images = rng.integers(256, size=(n, 28, 28), dtype=np.uint8)
        labels = rng.integers(10, size=n, dtype=np.uint8)
        data[split] = images, labels.tolist()
        for what, content in (
            ("images-idx3", struct.pack(">IIII", 2051, n, 28, 28) + images.tobytes()),
            ("labels-idx1", struct.pack(">II", 2049, n) + labels.tobytes()),
        ):
            name, packed = f"{prefix}-{what}-ubyte.gz", gzip.compress(content)
            (folder / name).write_bytes(packed)
            resources.append((name, md5(packed)))
    monkeypatch.setattr(kind, "mirrors", [url])
    monkeypatch.setattr(kind, "resources", resources)
    return data


@pytest.mark.parametrize(("role", "source", "classes"), [
    ("objects", "cifar10", "abcdefghij"),
    ("digits", "mnist", "0123456789"),
])
def test_downloads_once_and_reads_what_was_served(request, section, server, role, source, classes):
    data = request.getfixturevalue(source)
    wanted = section(role, source=source)
    for _ in range(2):
        found = torchvision_sets.load(wanted)
        assert found.classes == list(classes)
        for split in ("train", "test"):
            images, labels = data[split]
            read = getattr(found, split)
            assert np.array_equal(read.images.numpy(), images.reshape(-1, *wanted.shape))
            assert read.labels.tolist() == labels
        for file in server[0].iterdir():
            file.unlink()        # the second time, nothing is served


@pytest.mark.parametrize(("role", "source"), [("objects", "cifar10"), ("digits", "mnist")])
@pytest.mark.parametrize("spoil", ["missing", "damaged"])
def test_a_failed_download_is_one_line(request, section, server, role, source, spoil):
    request.getfixturevalue(source)
    for file in server[0].iterdir():
        file.unlink() if spoil == "missing" else file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(UserError) as error:
        torchvision_sets.load(section(role, source=source))
    assert str(error.value).startswith(f"{source} could not be downloaded to data/raw/downloads or read from")
    assert "set `source` to folder" in str(error.value)
    assert "\n" not in str(error.value)
