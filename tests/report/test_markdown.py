"""A page as Markdown, against the text written out."""

from stages.core.claims import Claim
from stages.core.files import read_json
from stages.core.pages import Page, Table, write_page
from stages.report.markdown import markdown

WANTED = """# Rise

- data: made up

It rises.

## Claims

| claim | effect | 95 % interval | verdict |
| --- | ---: | ---: | ---: |
| It rises. (A et al., table 1) | +1.20 points | +0.90 to +1.50 | supported |
| ∣x∣ falls. (our question) | −0.10 points | −0.25 to +0.05 | inconclusive |

## Heights, in m

| tower | paper | ours |
| --- | ---: | ---: |
| old | 10 | 12.34 |
| new | – | 7.00 |

The paper has no new one.
"""


def test_all_of_a_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    facts = {"unit": "points", "basis": "100 towers"}
    write_page(Page(
        name="rise", title="Rise", question="Does it?", sources=["A et al."], conditions={"data": "made up"},
        answer="It rises.",
        claims=[
            Claim("rises", "It rises.", "A et al., table 1", effect=1.2, low=0.9, high=1.5, **facts),
            Claim("falls", "|x| falls.", "our question", effect=-0.1, low=-0.25, high=0.05, **facts),
        ],
        tables=[Table("Heights, in m", ["tower", "paper", "ours"],
                      [["old", "10", 12.34], ["new", None, 7.0]], "The paper has no new one.")],
        figures=[],
    ))
    assert markdown(read_json("data/rise/page.json")) == WANTED
