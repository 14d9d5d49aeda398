"""Rule 2: `params` are exactly what a stage reads."""

import pytest

from pipeline.code import Code
from pipeline.reads import complaints, difference, reads

HEAD = "from stages.core.params import read\nfrom stages.core.stage import main\n\n\n"


def test_this_project(repo):
    assert complaints(repo) == []


def test_a_healthy_project(check):
    assert check(complaints) == []


PAGE = "      - demo.page\n"
BROKEN = {
    "undeclared": (
        "dvc.yaml", f"    params:\n{PAGE}", "", ["demo: params: + demo.page, which the code reads"]),
    "unused": (
        "dvc.yaml", PAGE, f"{PAGE}      - demo.seeds\n",
        ["demo: params: - demo.seeds, which the code does not read"]),
    "another": (
        "dvc.yaml", PAGE, "      - demo.slow\n",
        ["demo: params: + demo.page, which the code reads",
         "demo: params: - demo.slow, which the code does not read"]),
    "too much": (
        "dvc.yaml", PAGE, "      - demo\n",
        ["demo: params: + demo.page, which the code reads",
         "demo: params: - demo, which the code does not read"]),
    "too little": (
        "dvc.yaml", PAGE, "      - demo.page.digits\n",
        ["demo: params: + demo.page, which the code reads",
         "demo: params: - demo.page.digits, which the code does not read"]),
    "not that of the role": (
        "dvc.yaml", "data.${key}", "demo",
        ["data@words: params: + data.words, which the code reads",
         "data@words: params: - demo, which the code does not read"]),
    "in another module": (
        "stages/report/page.py", "def run():\n",
        "from stages.demo import parts\n\n\ndef run():\n    parts.unused()\n",
        ["report: params: + demo.page, which the code reads"]),
    "by an unknown name": (
        "stages/demo/claims.py", 'read("demo.page", Page)', "read(input(), Page)",
        ["demo: params: * read by a name that only a run would show: write it out"]),
}


@pytest.mark.parametrize(("file", "old", "new", "found"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_found(check, change, file, old, new, found):
    change(file, old, new)
    assert check(complaints) == found


EITHER = """
def run(x):
    if x == "a":
        read("a", int)
    else:
        read("b", int)
"""


@pytest.mark.parametrize(
    ("body", "words", "found"),
    [
        ('def run():\n    read("a.b", int)', [], {"a.b"}),
        ('def run():\n    read(section=int, name="a")', [], {"a"}),
        ('def run(role):\n    read(f"data.{role}", int)', ["words"], {"data.words"}),
        ("def run(role):\n    read(role, int)", ["words"], {"words"}),
        ('def run(role, seed):\n    read(f"{role}.{seed}.x", int)', ["words", "1"], {"words.1.x"}),
        ('def run():\n    for role in "ab":\n        read(f"data.{role}", int)', [], {"data.*"}),
        ('def run():\n    for role in "ab":\n        read(role, int)', [], {"*"}),
        ('def run():\n    map(later, "ab")\n\ndef later(_):\n    read("a", int)', [], {"a"}),
        ('def run():\n    pass\n\ndef never():\n    read("a", int)', [], set()),
        ('def run():\n    A()\n\nclass A:\n    def method(self):\n        read("a", int)', [], {"a"}),
        ('def run():\n    again()\n\ndef again():\n    read("a", int)\n    again()', [], {"a"}),
        (EITHER, ["a"], {"a"}),
        (EITHER, ["c"], {"b"}),
        (EITHER.replace("==", "!="), ["a"], {"b"}),
        (EITHER.replace("==", ">"), ["a"], {"a", "b"}),
        (EITHER.replace('"a":', "1:"), ["1"], {"a"}),
        ('def run(x):\n    read("a", int) if x == "1" else read("b", int)', ["1"], {"a"}),
        ('VALUE = read("a", int)\n\ndef run():\n    pass', [], {"a"}),
        ('def run():\n    read("a", int)\n\ndef read(*_):\n    pass', [], set()),
    ],
)
def test_what_a_command_reads(demo, change, body, words, found):
    change("stages/demo/one.py", None, f'{HEAD}{body}\n\nif __name__ == "__main__":\n    main(run)\n')
    code = Code(demo)
    assert reads(code, code.module("stages.demo.one"), words) == found


@pytest.mark.parametrize("how", [
    "from stages.demo.two import wanted\n\nwanted()\n",
    "from stages.demo import two\n\ntwo.wanted()\n",
    "import stages.demo.two\n\nstages.demo.two.wanted()\n",
    "import stages.demo.two as t\n\nt.wanted()\n",
    "from .two import wanted as w\n\nw()\n",
    "from stages.demo.three import wanted\n\nwanted()\n",
    "from stages.demo import two\n\nALL = [two]\nALL[0].wanted()\n",
])
def test_reading_is_followed_into_other_modules(demo, change, how):
    change("stages/demo/one.py", None, how)
    two = 'from stages.core import params\n\ndef wanted():\n    params.read("a", int)\n'
    change("stages/demo/two.py", None, two)
    change("stages/demo/three.py", None, "from stages.demo.two import wanted\n")
    code = Code(demo)
    assert reads(code, code.module("stages.demo.one"), []) == {"a"}


def test_what_other_modules_do_as_commands_is_not_read(demo, change):
    change("stages/demo/one.py", None, "from stages.demo.two import VALUE\n")
    command = 'if __name__ == "__main__":\n    read("b", int)\n'
    change("stages/demo/two.py", None, f'{HEAD}VALUE = 1\nread("a", int)\n{command}')
    code = Code(demo)
    assert reads(code, code.module("stages.demo.one"), []) == {"a"}


def test_a_section_that_is_read_whole_covers_its_parts():
    assert difference(["noise"], {"noise", "noise.training"}) == []
    assert difference(["noise", "noise.bits"], {"noise"}) == ["- noise.bits, which the code does not read"]
    assert difference(["data.a", "data.b"], {"data.*"}) == []
    assert difference([], {"data.*"}) == ["+ data.*, which the code reads"]
