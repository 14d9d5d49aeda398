"""CIFAR, MNIST, SVHN and DTD: small files of the real format, from a server on this machine."""

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
from PIL import Image
from scipy.io import savemat

from stages.core.errors import UserError
from stages.datasets import torchvision_sets, torchvision_tests
from stages.datasets.torchvision_import import import_torchvision

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


def packed(files):
    """A dict of contents by path as a tar.gz."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def serve_cifar(server, monkeypatch, kind, rows, labels, meta):
    """Serves a CIFAR of 15 and 4 images; their pixels (n, 3, 32, 32) and labels by split.

    `rows` says for each file of pickles which split and part it holds, `labels` what its labels are called,
    `meta` the file with the names of the classes and what they are called there.
    """
    rng, (folder, url) = np.random.default_rng(0), server
    data = {split: (rng.integers(256, size=(n, 3, 32, 32), dtype=np.uint8), rng.integers(10, size=n).tolist())
            for split, n in COUNTS.items()}
    files = {
        name: pickled({"data": data[split][0][part].reshape(-1, 3072), labels: data[split][1][part]})
        for name, (split, part) in rows.items()
    } | {meta[0]: pickled({meta[1]: list("abcdefghij")})}
    archive = packed({f"{kind.base_folder}/{name}": content for name, content in files.items()})
    (folder / kind.filename).write_bytes(archive)
    monkeypatch.setattr(kind, "url", url + kind.filename)
    monkeypatch.setattr(kind, "tgz_md5", md5(archive))
    sums = [[name, md5(files[name])] for name in rows]
    monkeypatch.setattr(kind, "train_list", sums[:-1])
    monkeypatch.setattr(kind, "test_list", sums[-1:])
    monkeypatch.setattr(kind, "meta", kind.meta | {"md5": md5(files[meta[0]])})
    return data


@pytest.fixture
def cifar10(server, monkeypatch):
    """CIFAR-10, whose training images are in five files."""
    rows = {f"data_batch_{i + 1}": ("train", slice(3 * i, 3 * i + 3)) for i in range(5)} | {
        "test_batch": ("test", slice(None))}
    kind = import_torchvision().datasets.CIFAR10
    return serve_cifar(server, monkeypatch, kind, rows, "labels", ("batches.meta", "label_names"))


@pytest.fixture
def cifar100(server, monkeypatch):
    """CIFAR-100, of which the fine labels are wanted."""
    rows = {split: (split, slice(None)) for split in ("train", "test")}
    kind = import_torchvision().datasets.CIFAR100
    return serve_cifar(server, monkeypatch, kind, rows, "fine_labels", ("meta", "fine_label_names"))


@pytest.fixture
def svhn(server, monkeypatch):
    """Serves an SVHN of 4 test images; their pixels (n, 3, 32, 32)."""
    kind, (folder, url) = import_torchvision().datasets.SVHN, server
    images = np.random.default_rng(0).integers(256, size=(4, 3, 32, 32), dtype=np.uint8)
    file = io.BytesIO()
    savemat(file, {"X": images.transpose(2, 3, 1, 0), "y": np.array([[1], [2], [10], [3]], dtype=np.uint8)})
    name = "test_32x32.mat"
    (folder / name).write_bytes(file.getvalue())
    monkeypatch.setattr(kind, "split_list", {"test": [url + name, name, md5(file.getvalue())]})
    return images


@pytest.fixture
def dtd(server, monkeypatch):
    """Serves a DTD of 4 test images of 32x32 pixels; their pixels (n, 3, 32, 32)."""
    kind, (folder, url) = import_torchvision().datasets.DTD, server
    images = np.random.default_rng(0).integers(256, size=(4, 3, 32, 32), dtype=np.uint8)
    files = {}
    for i, image in enumerate(images):
        png = io.BytesIO()
        Image.fromarray(image.transpose(1, 2, 0)).save(png, "png")
        files[f"dtd/images/dotted/{i}.png"] = png.getvalue()
    listed = "".join(f"dotted/{i}.png\n" for i in range(len(images)))
    archive = packed(files | {"dtd/labels/test1.txt": listed.encode()})
    (folder / "dtd.tar.gz").write_bytes(archive)
    monkeypatch.setattr(kind, "_URL", f"{url}dtd.tar.gz")
    monkeypatch.setattr(kind, "_MD5", md5(archive))
    return images


@pytest.fixture
def mnist(server, monkeypatch):
    """Serves an MNIST of 15 and 4 images; their pixels (n, 28, 28) and labels by split."""
    return served(server, monkeypatch, import_torchvision().datasets.MNIST)


@pytest.fixture
def fashion_mnist(server, monkeypatch):
    """The same as FashionMNIST."""
    return served(server, monkeypatch, import_torchvision().datasets.FashionMNIST)


def served(server, monkeypatch, kind):
    """Serves random images as `kind`, MNIST or what has its format."""
    rng, (folder, url) = np.random.default_rng(0), server
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
    ("outliers", "cifar100", "abcdefghij"),
    ("digits", "mnist", "0123456789"),
    ("garments", "fashion_mnist", import_torchvision().datasets.FashionMNIST.classes),
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


@pytest.mark.parametrize(("role", "source"), [("text", "svhn"), ("textures", "dtd")])
def test_test_sets_are_downloaded_once_and_read(request, section, server, role, source):
    images = request.getfixturevalue(source)
    for _ in range(2):
        found = torchvision_tests.load(section(role, source=source))
        assert found.source == f"{source.upper()} by torchvision"
        assert np.array_equal(found.test.images.numpy(), images)
        assert (len(found.train), found.test.labels.tolist()) == (0, [0] * 4)
        for file in server[0].iterdir():
            file.unlink()


@pytest.mark.parametrize(("module", "role", "source"), [
    (torchvision_sets, "objects", "cifar10"), (torchvision_sets, "digits", "mnist"),
    (torchvision_sets, "garments", "fashion_mnist"),
    (torchvision_sets, "outliers", "cifar100"), (torchvision_tests, "text", "svhn"),
    (torchvision_tests, "textures", "dtd"),
])
@pytest.mark.parametrize("spoil", ["missing", "damaged"])
def test_a_failed_download_is_one_line(request, section, server, module, role, source, spoil):
    request.getfixturevalue(source)
    for file in server[0].iterdir():
        file.unlink() if spoil == "missing" else file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(UserError) as error:
        module.load(section(role, source=source))
    assert str(error.value).startswith(f"{source} could not be downloaded to data/raw/downloads or read from")
    assert "set `source` to folder" in str(error.value)
    assert "\n" not in str(error.value)
