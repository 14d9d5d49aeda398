"""What an experiment is, before anything is measured: stages/<experiment>/about.py says it in ABOUT.

From here come the head of its page, its row in the README, and `desc` and `plots:` in dvc.yaml
(pipeline/described.py), so that they say the same.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A paper: how claims call it, its authors, title and place, and where it is to be read."""

    name: str
    text: str
    url: str

    def __str__(self):
        return self.name


@dataclass(frozen=True)
class About:
    """An experiment: its folder's name, title, question, papers.

    `curves` are the tables that DVC plots: name of a file in plots/<experiment>/curves -> the plot's title.
    """

    name: str
    title: str
    question: str
    sources: list
    curves: dict
