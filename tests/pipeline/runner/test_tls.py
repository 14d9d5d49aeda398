"""Addresses and certificates that fit, and what is said where they do not."""

import os
import subprocess
import sys

import pytest

from pipeline.runner import certificates, tls
from pipeline.runner.__main__ import certified
from pipeline.runner.tls import check
from pipeline.runner.worker import checked, parser
from stages.core.errors import UserError
from tests.pipeline.runner.conftest import ENVIRONMENT


@pytest.mark.parametrize(
    ("address", "folder", "why"),
    [
        ("tls://10.0.0.7:8786", None, "tls://10.0.0.7:8786 needs certificates: --tls <folder>"),
        ("tcp://10.0.0.7:8786", "tls", "with --tls, the address begins with tls://"),
        ("10.0.0.7:8786", "tls", "with --tls, the address begins with tls://"),
    ],
)
def test_addresses_that_do_not_fit(address, folder, why):
    with pytest.raises(UserError) as error:
        check(address, folder)
    assert str(error.value).endswith(why)


@pytest.mark.parametrize(
    ("address", "folder", "warned"),
    [
        ("tcp://10.0.0.7:8786", None, True),
        ("tcp://[fe80::7]:8786", None, True),
        ("tcp://0.0.0.0:8786", None, True),
        ("somewhere:8786", None, True),
        ("tcp://127.0.0.1:8786", None, False),
        ("tcp://[::1]:8786", None, False),
        ("localhost:8786", None, False),
        ("tls://10.0.0.7:8786", "tls", False),
    ],
)
def test_an_open_address_is_one_line_of_warning(capsys, address, folder, warned):
    check(address, folder)
    said = capsys.readouterr().err
    if warned:
        assert said.startswith(f"warning: {address} is open: anyone who reaches its port runs code as you")
    assert said.count("\n") == warned


@pytest.mark.parametrize(
    ("words", "warned"),
    [
        ("tcp://127.0.0.1:8786", None),
        ("tcp://127.0.0.1:8786 --host 10.0.0.8", "tcp://10.0.0.8"),
        ("tcp://10.0.0.7:8786 --host 10.0.0.8", "tcp://10.0.0.7:8786"),
        ("tls://10.0.0.7:8786 --host 10.0.0.8 --tls tls", None),
    ],
)
def test_a_worker_warns_once(stages_run, capsys, words, warned):
    checked(parser().parse_args(words.split()))
    said = capsys.readouterr().err
    assert said.startswith(f"warning: {warned} is open") if warned else said == ""
    assert said.count("\n") == bool(warned)


def test_certificates_without_a_cluster_are_one_clear_line():
    with pytest.raises(UserError, match="--tls is for a --cluster"):
        certified(None, "tls")


def test_certificates_are_for_their_owner_alone(tmp_path, capsys):
    old = os.umask(0)
    try:
        certificates.run(str(tmp_path / "tls"))
    finally:
        os.umask(old)
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700
    files = sorted((tmp_path / "tls").iterdir())
    assert [file.name for file in files] == [
        "ca.pem", "scheduler-key.pem", "scheduler.pem", "worker-key.pem", "worker.pem",
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert capsys.readouterr().out.endswith("the others only ca.pem, worker.pem, worker-key.pem\n")
    with pytest.raises(UserError, match="is already there"):
        certificates.run(str(tmp_path / "tls"))
    with pytest.raises(UserError, match="cannot be made"):
        certificates.run(str(tmp_path / "not/there"))


def test_an_incomplete_set_is_named(tmp_path):
    certificates.run(str(tmp_path / "tls"))
    (tmp_path / "tls/scheduler-key.pem").unlink()
    tls.security(tmp_path / "tls", "client", "worker")       # which need it not
    with pytest.raises(UserError, match=r"has no scheduler-key\.pem: `python -m"):
        tls.security(tmp_path / "tls", "scheduler")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("worker tcp://10.0.0.7:8786", "give --host this machine's address"),
        ("worker tls://10.0.0.7:8786", "needs certificates: --tls <folder>"),
        ("scheduler --tls nowhere", "nowhere has no ca.pem, scheduler-key.pem, scheduler.pem"),
    ],
)
def test_bad_words_are_one_clear_line(stages_run, tmp_path, words, why):
    done = subprocess.run(
        [sys.executable, "-m", *f"pipeline.runner.{words}".split()], cwd=tmp_path, env=ENVIRONMENT,
        capture_output=True, text=True, check=False, timeout=60,
    )
    assert done.returncode == 1
    assert why in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
