"""Running a stage from the command line."""

import inspect
import io
import os
import select
import sys
from contextlib import contextmanager

from stages.core.errors import UserError, of_the_device

_last = []


def on_success(act):
    """Has `act()` called when this process's stage has done all that it shall."""
    _last.append(act)


def print_utf8():
    """Lets this process print UTF-8 whatever the locale: a name in another script or a ✗ shall not end it."""
    for stream in sys.stdout, sys.stderr:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def main(run):
    """Calls `run` with the words of the command line, each turned into the type that `run` annotates.

    An error that the user can mend ends in one line on stderr and exit code 1.
    """
    print_utf8()
    kinds = inspect.get_annotations(run)
    try:
        words = [kind(word) for kind, word in zip(kinds.values(), sys.argv[1:], strict=True)]
    except ValueError:
        usage = " ".join(f"{name.upper()}:{kind.__name__}" for name, kind in kinds.items())
        sys.exit(f"error: usage: python -m {inspect.getmodule(run).__spec__.name} {usage}")
    try:
        with ending_with_the_reader():
            run(*words)
            for act in _last:
                act()
    except (UserError, FloatingPointError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped: nothing is half written, run it again")
    except Exception as error:
        if line := of_the_device(error):
            sys.exit(f"error: {line}")
        raise


@contextmanager
def ending_with_the_reader():
    """Inside, whoever reads what we print may go, as `head` does: that ends us without a word."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        if not unread(sys.stdout):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())       # for the interpreter's own flush
        sys.exit(1)


def unread(stream):
    """Whether a stream is a pipe that nobody reads any more."""
    poll = select.poll()
    poll.register(stream, 0)
    return bool(poll.poll(0))
