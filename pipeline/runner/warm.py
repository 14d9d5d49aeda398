"""A process with torch imported, from which stages are forked in a few hundredths of a second.

    python -m pipeline.runner.warm CHANNEL

A stage must not be able to tell the difference from a process of its own. So this one is started as stages
are: by the same shell, in the same folder, with the same environment and limits. It has no thread, of which a
fork would take none along, and leaves GPUs alone, which a fork could not use. It imports nothing of ours: a
stage reads our modules as they are when it starts. What stays different: the salt of Python's string hashes,
which a process draws when it starts, is the same in all stages that come from here; and of a signal that ends
a stage its exit status tells, where some shells say a word of their own.

CHANNEL is a socket. From it comes, for each stage, what DVC_STAGE shall be and the words of its command, with
two files: one for what it prints, one for a report on it. Two forks answer: the second is the stage; the
first waits for it and reports its end, also when this process is gone by then.
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
import types
from contextlib import suppress

READY = b"ready"
LONGEST = 1 << 16                                            # bytes of a request
PACKAGES = (
    "torch", "tqdm", "pydantic.type_adapter", "ruamel.yaml", "safetensors.torch", "matplotlib.figure",
    "scipy.stats", "xarray",
)


def serve(channel):
    """Forks stages until the channel ends; returns only in those, what `become` takes."""
    for name in PACKAGES:
        with suppress(Exception):                            # a stage that needs it says so
            importlib.import_module(name)
    if not forkable():
        sys.exit("a GPU or a thread would be lost in a fork")
    gc.freeze()                                              # collections leave shared memory shared
    channel.send(READY)
    while True:
        request, files, _, _ = socket.recv_fds(channel, LONGEST, 2)
        if not request:
            sys.exit()
        if os.fork() == 0:
            channel.close()
            return forked(*files, **json.loads(request))
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):      # of the first forks
                pass


def forkable():
    """Whether a fork is as good as a new process."""
    import torch

    child = os.fork()                                        # to ask for CUDA may start it
    if child == 0:
        os._exit(torch.cuda.is_available())
    _, cuda = os.waitpid(child, 0)
    return not cuda and len(os.listdir("/proc/self/task")) == 1     # OpenBLAS ends its threads at a fork


def forked(output, report, stage, words):
    """Forks, waits and reports; returns only in the fork, in a session of its own that prints to `output`."""
    report = socket.socket(fileno=report)
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        with suppress(OSError):
            report.send(b"ended %d" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    report.send(b"began %d" % os.getpid())
    report.close()
    return stage, words


def become(stage, words):
    """Goes on as `python -m MODULE …` does from its start to its end."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("stages", "pipeline")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    for rng in sys.modules["numpy"].random, sys.modules["torch"].default_generator:
        rng.seed()                                           # from the system, as at import; Python's own was
    os.environ["DVC_STAGE"] = stage
    sys.orig_argv, sys.argv = words, words[2:]
    sys.modules["__main__"] = types.ModuleType("__main__")
    leave(ran(words[2]))


def ran(module):
    """Runs a module as the interpreter does for `-m`; the exit status to which that comes."""
    try:
        runpy._run_module_as_main(module)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return (end.code or 0) & 0xFF
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:
        trace = error.__traceback__.tb_next                  # without us
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def leave(status):
    """Ends this process as the interpreter does, but for taking apart what was imported before the fork: that
    would take longer than many a stage.
    """
    threading._shutdown()
    atexit._run_exitfuncs()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("__main__", "stages")]:
        vars(sys.modules.pop(name)).clear()                  # closes the files that they left open
    gc.collect()
    for stream in sys.stdout, sys.stderr:
        try:
            if stream and not stream.closed:
                stream.flush()
        except OSError:
            status = 120
    ctypes.CDLL(None).fflush(None)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    become(*serve(socket.socket(fileno=int(sys.argv[1]))))
