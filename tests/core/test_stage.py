"""Running a stage: one line on stderr and exit code 1 for whatever the user can mend."""

import os
import subprocess
import sys

import pytest


def ran(tmp_path, root, body, *words, stdout=subprocess.PIPE):
    (tmp_path / "some_stage.py").write_text(
        "from stages.core.errors import UserError\nfrom stages.core.stage import main\n"
        f"def run(name: str, seed: int):\n    {body}\nif __name__ == '__main__':\n    main(run)\n",
        encoding="utf-8",
    )
    env = os.environ | {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": ""}
    command = [sys.executable, "-m", "some_stage", *words]
    pipes = {"stdout": stdout, "stderr": subprocess.PIPE}
    return subprocess.run(command, cwd=tmp_path, env=env, encoding="utf-8", **pipes)


def test_words_arrive_as_annotated(tmp_path, root):
    done = ran(tmp_path, root, "print(repr(name), repr(seed))", "sam", "7")
    assert (done.returncode, done.stdout, done.stderr) == (0, "'sam' 7\n", "")


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("raise UserError('mend it')", "error: mend it\n"),
        ("raise FloatingPointError('loss is nan')", "error: loss is nan\n"),
        ("raise KeyboardInterrupt", "stopped: nothing is half written, run it again\n"),
        ("import torch; raise torch.OutOfMemoryError("
         "'CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 1 GiB.')",
         "error: CUDA out of memory. Tried to allocate 2.00 GiB: lower the batch size, run fewer stages "
         "beside each other, or give this one a larger share of the GPU, by `meta.needs.gpus` in its "
         "dvc.yaml\n"),
        ("raise RuntimeError('put_ does not have a deterministic implementation, but you set x. You can')",
         "error: put_ does not have a deterministic implementation on this device: set `compute.device` to "
         "cpu, or replace the operation\n"),
    ],
)
def test_what_the_user_can_mend(tmp_path, root, body, line):
    done = ran(tmp_path, root, body, "sam", "7")
    assert (done.returncode, done.stderr) == (1, line)


@pytest.mark.parametrize("words", [(), ("sam",), ("sam", "7", "8"), ("sam", "seven")])
def test_wrong_words(tmp_path, root, words):
    done = ran(tmp_path, root, "pass", *words)
    assert (done.returncode, done.stderr) == (1, "error: usage: python -m some_stage NAME:str SEED:int\n")


def test_our_own_mistakes_keep_their_traceback(tmp_path, root):
    done = ran(tmp_path, root, "assert name == 'x'", "sam", "7")
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_a_locale_without_our_signs(tmp_path, root, monkeypatch, encoding):
    """The locale decides the encoding as this variable does."""
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    done = ran(tmp_path, root, "print('✗ Ω'); raise UserError('no ✗ \\udcff')", "sam", "7")
    assert (done.returncode, done.stdout, done.stderr) == (1, "✗ Ω\n", "error: no ✗ \\udcff\n")


@pytest.mark.slow                # starts a process that imports much
def test_a_notebooks_backend_does_not_end_figures(tmp_path, root, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    body = "from stages.core.plots import figure, save_figure; save_figure('x.svg', figure()[0])"
    assert ran(tmp_path, root, body, "sam", "7").stderr == ""
    assert (tmp_path / "x.svg").exists()


@pytest.mark.parametrize("body", ["print('x')", "print('x' * 10**6)", "print('x', flush=True)"])
def test_a_reader_that_goes_is_no_error(tmp_path, root, body):
    """As in `python -m stages.report.verdicts | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as file:
        done = ran(tmp_path, root, body, "sam", "7", stdout=file)
    assert (done.returncode, done.stderr) == (1, "")


def test_another_pipe_that_breaks_is_an_error(tmp_path, root):
    done = ran(tmp_path, root, "raise BrokenPipeError('of another')", "sam", "7")
    assert done.stderr.endswith("BrokenPipeError: of another\n")
