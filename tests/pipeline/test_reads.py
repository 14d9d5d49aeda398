"""Rule 2: `params` are exactly what a stage reads."""

import pytest

from stages.pipeline.code import Code
from stages.pipeline.project import pipeline
from stages.pipeline.project import project as opened
from stages.pipeline.reads import complaints, difference, reads

HEAD = "from stages.core.params import read\nfrom stages.core.stage import main\n\n\n"


def test_this_project(root):
    with opened(root) as repo:
        assert complaints(root, pipeline(repo)) == []


def test_a_healthy_project(demo, check):
    assert check(lambda repo: complaints(demo, pipeline(repo))) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("dvc.yaml", "      - demo.page\n", "      - demo.slow\n",
         ["demo: params: + demo.page, which the code reads", "demo: params: - demo.slow, which the code does not read"]),
        ("dvc.yaml", "      - demo.page\n", "      - demo.page\n      - demo.seeds\n",
         ["demo: params: - demo.seeds, which the code does not read"]),
        ("dvc.yaml", "      - demo.page\n", "      - demo\n",
         ["demo: params: + demo.page, which the code reads", "demo: params: - demo, which the code does not read"]),
        ("dvc.yaml", "      - demo.page\n", "      - demo.page.digits\n",
         ["demo: params: + demo.page, which the code reads",
          "demo: params: - demo.page.digits, which the code does not read"]),
        ("dvc.yaml", "    params:\n      - demo.page\n", "", ["demo: params: + demo.page, which the code reads"]),
        ("dvc.yaml", "data.${key}", "demo", [
            "data@words: params: + data.words, which the code reads",
            "data@words: params: - demo, which the code does not read"]),
        ("stages/report/page.py", "def run():\n", "from stages.demo import parts\n\ndef run():\n    parts.unused()\n",
         ["report: params: + demo.page, which the code reads"]),
        ("stages/demo/claims.py", 'read("demo.page", Page)', "read(input(), Page)",
         ["demo: params: * read by a name that only a run would show: write it out"]),
    ],
)
def test_what_is_broken_is_found(demo, check, change, file, old, new, found):
    change(file, old, new)
    assert check(lambda repo: complaints(demo, pipeline(repo))) == found


@pytest.mark.parametrize(
    ("body", "words", "found"),
    [
        ('def run():\n    read("a.b", int)\n', [], {"a.b"}),
        ('def run(role):\n    read(f"data.{role}", int)\n', ["words"], {"data.words"}),
        ('def run(role):\n    read(role, int)\n', ["words"], {"words"}),
        ('def run(role, seed):\n    read(f"{role}.{seed}.x", int)\n', ["words", "1"], {"words.1.x"}),
        ('def run():\n    for role in "ab":\n        read(f"data.{role}", int)\n', [], {"data.*"}),
        ('def run():\n    for role in "ab":\n        read(role, int)\n', [], {"*"}),
        ('def run():\n    list(map(later, "ab"))\n\n\ndef later(_):\n    read("a", int)\n', [], {"a"}),
        ('def run():\n    pass\n\n\ndef never():\n    read("a", int)\n', [], set()),
        ('def run():\n    Later()\n\n\nclass Later:\n    def method(self):\n        read("a", int)\n', [], {"a"}),
        ('def run():\n    again(1)\n\n\ndef again(x):\n    read("a", int)\n    again(x)\n', [], {"a"}),
        ('def run(x):\n    if x == "a":\n        read("a", int)\n    else:\n        read("b", int)\n', ["a"], {"a"}),
        ('def run(x):\n    if x == "a":\n        read("a", int)\n    else:\n        read("b", int)\n', ["c"], {"b"}),
        ('def run(x):\n    if x != "a":\n        read("a", int)\n    read("b", int)\n', ["a"], {"b"}),
        ('def run(x):\n    read("a", int) if x == 1 else read("b", int)\n', ["1"], {"a"}),
        ('def run(x):\n    if x > "a":\n        read("a", int)\n    else:\n        read("b", int)\n', ["a"], {"a", "b"}),
        ('VALUE = read("a", int)\n\n\ndef run():\n    pass\n', [], {"a"}),
        ('def run():\n    read = print\n    read("a", int)\n\n\ndef read(*_):\n    pass\n', [], set()),
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
    change("stages/demo/two.py", None, 'from stages.core import params\n\n\ndef wanted():\n    params.read("a", int)\n')
    change("stages/demo/three.py", None, "from stages.demo.two import wanted\n")
    code = Code(demo)
    assert reads(code, code.module("stages.demo.one"), []) == {"a"}


def test_what_other_modules_do_as_commands_is_not_read(demo, change):
    change("stages/demo/one.py", None, "from stages.demo.two import VALUE\n")
    change("stages/demo/two.py", None, f'{HEAD}VALUE = 1\nread("a", int)\nif __name__ == "__main__":\n    read("b", int)\n')
    code = Code(demo)
    assert reads(code, code.module("stages.demo.one"), []) == {"a"}


def test_a_section_that_is_read_whole_covers_its_parts():
    assert difference(["noise"], {"noise", "noise.training"}) == []
    assert difference(["noise", "noise.training"], {"noise"}) == ["- noise.training, which the code does not read"]
    assert difference(["data.a", "data.b"], {"data.*"}) == []
    assert difference([], {"data.*"}) == ["+ data.*, which the code reads"]
