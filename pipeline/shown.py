"""Do the commands that pages of documentation show exist, with what they name?

Looked at are lines of code blocks and code within sentences that begin with make, dvc or python: targets of
make and their variables, options of dvc, stages, parameters, modules and their words. A word with <...>
stands for anything.
"""

import io
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from dvc.cli import DvcParserError
from dvc.cli.parser import get_main_parser
from dvc.commands.repro import CmdRepro

from pipeline import kit, kit_run
from pipeline.code import Code
from pipeline.profile import profiles
from pipeline.project import pipeline, title
from pipeline.runner.__main__ import parser as runner_parser
from stages.core.errors import UserError
from stages.core.params import FILE, find, load_yaml
from stages.core.words import counted

BLOCK = re.compile(r"^```\w*\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
OURS = {"stages", "pipeline"}
PARSERS = {
    "pipeline.runner.__main__": runner_parser, "pipeline.kit": kit.parser, "pipeline.kit_run": kit_run.parser,
}
ANYTHING = re.compile(r"<[^>]+>|…")
ENDS = {"|", "||", "&", "&&", ";", ">"}  # what follows is another command, or none


def complaints(repo):
    """What is wrong with the commands on all pages, a line each."""
    project = Project(repo)
    return [
        f"{page.relative_to(repo.root_dir)}: `{' '.join(words)}`: {line}"
        for page in pages(repo.root_dir)
        for words in commands(page.read_text(encoding="utf-8"))
        for line in project.complaints(words)
    ]


def pages(root):
    """The pages of documentation."""
    patterns = "*.md", "docs/**/*.md", "stages/*/README.md"
    return [page for pattern in patterns for page in sorted(Path(root).glob(pattern))]


def commands(text):
    """The commands on a page of Markdown, each as its words."""
    blocks = "\n".join(BLOCK.findall(text)).replace("\\\n", " ").splitlines()
    spans = [" ".join(span.split()) for span in SPAN.findall(BLOCK.sub("", text))]
    for line in [*blocks, *spans]:
        if re.match(r"(\.venv/bin/)?(make|dvc|python) ", line):
            try:
                words = shlex.split(line, comments=True)
            except ValueError:                               # prose with one quotation mark
                continue
            end = next((i for i, word in enumerate(words) if word in ENDS), len(words))
            yield [words[0].rpartition("/")[2], *words[1:end]]


class Project:
    """What the commands of a project may name."""

    def __init__(self, repo):
        self.code, self.values = Code(repo.root_dir), load_yaml(Path(repo.root_dir, FILE))
        self.profiles = profiles(repo.root_dir)
        self.makefile = Path(repo.root_dir, "Makefile").read_text(encoding="utf-8")
        self.dvc = get_main_parser()
        titles = [title(repo, stage) for stage in pipeline(repo)]
        files = [name.rpartition(":")[0] or "dvc.yaml" for name in titles]
        self.stages = {*titles, *files, *(name.partition("@")[0] for name in titles)}

    def complaints(self, words):
        """What is wrong with a command."""
        program, *rest = words
        if program == "make":
            yield from self.of_make(rest)
        elif program == "dvc":
            yield from self.of_dvc(rest)
        elif rest[:1] == ["-m"] and rest[1].split(".")[0] in OURS and not ANYTHING.search(rest[1]):
            yield from self.of_python(*rest[1:])

    def of_make(self, words):
        """Targets without a line of help, variables that nothing uses, profiles that are not there."""
        for word in words:
            name, sign, value = word.partition("=")
            if not sign and not re.search(rf"^{re.escape(word)}:.* ## ", self.makefile, flags=re.MULTILINE):
                yield f"there is no target {word} with a line of help"
            if sign and not re.search(rf"\$\([^)]*\b{name}\b", self.makefile):
                yield f"the Makefile uses no {name}"
            if name == "NAME":
                yield from self.of_profile(value)

    def of_dvc(self, words):
        """Options and subcommands that dvc does not know; stages and parameters that are not there."""
        known = parsed(self.dvc, words) or parsed(self.dvc, [*words, "what"])    # named without its argument
        if known is None:
            yield "dvc has no such command or option"
        elif issubclass(known.func, CmdRepro):               # or one that also runs stages
            yield from self.of_targets(known.targets)
            yield from self.of_parameters(getattr(known, "set_param", None) or [])

    def of_python(self, name, *words):
        """Modules that are not there, or that take other words."""
        module = self.code.module(name)
        main = module and (self.code.module(f"{name}.__main__") if module.is_package else module)
        run = main and main.definitions.get("run")
        if main and main.name in PARSERS:
            known = parsed(PARSERS[main.name](), words)
            targets = getattr(known, "targets", [])
            yield from self.of_targets(targets) if known else [f"{name} has no such option or word"]
        elif not main:
            yield f"there is no module {name} to run"
        elif run and takes_words(main) and len(run.args.args) != len(words):
            yield f"{name} takes {counted(len(run.args.args), 'word')}"
        elif name == "pipeline.profile":
            yield from self.of_profile(words[0])

    def of_targets(self, targets):
        """Stages that are not there."""
        for one in targets or []:
            if not ANYTHING.search(one) and one not in self.stages:
                yield f"there is no stage {one}"

    def of_parameters(self, changes):
        """Parameters that are not there; behind a + what they are in must be."""
        for change in changes:
            name = change.partition("=")[0]
            inner = name.lstrip("+~")
            try:
                find(inner.rpartition(".")[0] or inner if name.startswith("+") else inner, self.values)
            except UserError as error:
                if not ANYTHING.search(inner):
                    yield str(error)

    def of_profile(self, name):
        """A profile that is not there."""
        if not ANYTHING.search(name) and name not in self.profiles:
            yield f"there is no profile {name}"


def takes_words(module):
    """Whether a module hands the words of its command line to its function `run`."""
    return module.imports.get("main") == "stages.core.stage.main"


def parsed(parser, words):
    """The words of a command line as its parser takes them; None where it refuses them."""
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            return parser.parse_args(list(words))
    except (DvcParserError, SystemExit):
        return None
