"""Running a stage from the command line."""

import inspect
import sys

from stages.core.errors import UserError


def main(run):
    """Calls `run` with the words of the command line, each turned into the type that `run` annotates.

    An error that the user can mend ends in one line on stderr and exit code 1.
    """
    wanted = inspect.signature(run).parameters
    try:
        words = [parameter.annotation(word) for parameter, word in zip(wanted.values(), sys.argv[1:], strict=True)]
    except ValueError:
        usage = " ".join(f"{name.upper()}:{parameter.annotation.__name__}" for name, parameter in wanted.items())
        sys.exit(f"error: usage: python -m {inspect.getmodule(run).__spec__.name} {usage}")
    try:
        run(*words)
    except (UserError, FloatingPointError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped: nothing is half written, run it again")
