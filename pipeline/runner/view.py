"""What is shown of a run: a live view on a terminal, plain lines elsewhere."""

import sys
import time

from pipeline.runner.books import Found
from stages.core.words import counted

FOUND = {Found.RESTORED: "restored from the cache", Found.DONE: "checked"}


def view():
    """The view that suits where we print."""
    return Live() if sys.stdout.isatty() else Lines()


class Lines:
    """A line for everything that happens."""

    def __init__(self, out=None):
        self.out = out or sys.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def plans(self, schedule):
        """Told before anything happens what the run will go by."""
        self.schedule, self.total = schedule, len(schedule.left)

    def found(self, name, how):
        """A stage took no command."""
        if how in FOUND:
            self.say(f"{name}: {FOUND[how]}")

    def started(self, name):
        self.say(f"{name}: starts")

    def said(self, name, line):
        """A stage printed a line."""

    def lost(self, name, worker):
        """A stage's worker is gone."""
        self.say(f"{name}: its worker {worker} is gone, it will run again")

    def ended(self, name, seconds):
        left = len(self.schedule.left)
        self.say(f"{name}: done in {duration(seconds)}; {left} of {counted(self.total, 'stage')} left")

    def failed(self, name, why, log, waiting):
        """A stage failed; `waiting` are not run for that."""
        self.say(f"{name}: FAILED, {why}")
        if log and log.exists():
            printed = log.read_text(encoding="utf-8", errors="replace").rstrip()
            self.say(f"--- {log}", printed or "(it printed nothing)", "---")
        if waiting:
            self.say(f"not run, since {name} comes first: {', '.join(waiting)}")

    def say(self, *lines):
        """Prints lines."""
        print(*lines, sep="\n", file=self.out, flush=True)


class Live(Lines):
    """The same lines, and below them what runs, for how long, what it says, and when all may be done."""

    def __enter__(self):
        from rich.live import Live as Region

        self.running = {}                                    # stage -> when it started, its last line
        self.region = Region(get_renderable=self.picture, refresh_per_second=4, transient=True)
        self.region.__enter__()
        return self

    def __exit__(self, *error):
        self.region.__exit__(*error)

    def started(self, name):
        self.running[name] = time.monotonic(), ""

    def said(self, name, line):
        if name in self.running:
            self.running[name] = self.running[name][0], line

    def ended(self, name, seconds):
        self.running.pop(name, None)
        super().ended(name, seconds)

    def lost(self, name, worker):
        self.running.pop(name, None)
        super().lost(name, worker)

    def failed(self, name, *what):
        self.running.pop(name, None)
        super().failed(name, *what)

    def say(self, *lines):
        self.region.console.print(*lines, sep="\n", markup=False, highlight=False)

    def picture(self):
        """A table of what runs, and a line on the whole."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        now = time.monotonic()
        table = Table.grid(padding=(0, 2))
        for column in ("bold", "", "dim"):
            table.add_column(style=column, no_wrap=True, overflow="ellipsis")
        for name, (began, line) in list(self.running.items()):
            expected = duration(self.schedule.seconds[name])
            table.add_row(name, Text(f"{duration(now - began)} of about {expected}"), Text(line))
        spent = {name: now - began for name, (began, _) in list(self.running.items())}
        left = self.schedule.expected(spent)
        finish = time.strftime("%H:%M", time.localtime(time.time() + left))
        done = self.total - len(self.schedule.left)
        text = f"{done} of {counted(self.total, 'stage')} done; about {duration(left)} left, until {finish}"
        return Group(table, Text(text))


def duration(seconds):
    """12.3 s, 2 min 5 s, 1 h 4 min."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
