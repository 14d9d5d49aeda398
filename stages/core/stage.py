"""Running a stage from the command line."""

import inspect
import io
import sys

from stages.core.errors import UserError

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
        run(*words)
        for act in _last:
            act()
    except (UserError, FloatingPointError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped: nothing is half written, run it again")
