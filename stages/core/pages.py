"""What an experiment hands to the report: data/<experiment>/page.json.

The report knows no experiment; it shows whatever pages there are.
"""

from dataclasses import asdict, dataclass, replace

from stages.core.claims import metrics, summary
from stages.core.files import write_json
from stages.core.measurements import recorded
from stages.core.words import counted


@dataclass(frozen=True)
class Table:
    """A table: `columns` are headings, `rows` lists of text, numbers and None, `note` says how to read it.

    `name` is its id in the report, which is else made of its caption; `claims` are ids of the claims that it
    is about.
    """

    caption: str
    columns: list
    rows: list
    note: str = ""
    name: str = ""
    claims: tuple = ()


@dataclass(frozen=True)
class Figure:
    """An SVG file, its path from the project's folder, the sentence below it, and the ids of its claims."""

    path: str
    caption: str
    claims: tuple = ()


@dataclass(frozen=True)
class Page:
    """One experiment, in the order in which the report shows it.

    `sources` are texts or pairs [text, url]; `conditions` is a dict of short texts: data, network, epochs,
    seeds, torch, processor, ...
    """

    name: str
    title: str
    question: str
    sources: list
    conditions: dict
    answer: str
    claims: list
    tables: list
    figures: list


def conditions(role, recipe, seeds, control=None, network=None):
    """What the numbers of an experiment depend on that trains networks on `role` by `recipe`, in words.

    `control` is the name of one of them below models/, the shared baseline without it; `network` says what
    they are, if not ResNets of `recipe`.
    """
    control = control or f"resnet{recipe.depth}/sgd"
    facts = recorded(f"data/training/{control}/{seeds[0]}.safetensors").attrs
    if not network:
        millions = facts["parameters"] / 1e6
        network = f"ResNet-{recipe.depth}, width {recipe.width}: {millions:.2f} M parameters"
    return {
        "data": role.source,
        "images": f"{len(role.train):,} for training, {len(role.test):,} for testing",
        "network": network,
        "training": f"{counted(recipe.epochs, 'epoch')} of batches of {recipe.batch_size}",
        "seeds": ", ".join(map(str, seeds)),
    } | machine(facts)


def machine(facts):
    """What a training was computed with, in words; `facts` are its record's."""
    return {
        "torch": facts["torch"],
        "processor": f"{facts['processor']}, {counted(facts['threads'], 'thread')}, {facts['precision']}",
    }


def write_page(page):
    """Writes data/<experiment>/page.json."""
    content = asdict(page) | {"claims": [claim.row() for claim in page.claims]}
    write_json(f"data/{page.name}/page.json", content)


def publish(about, conditions, answer, claims, tables, figures, **numbers):
    """Ends an experiment: writes its page and its metrics, with headline `numbers`, and prints its claims.

    The page's answer begins with what became of the first claim. Figures and tables may name claims that this
    run has not.
    """
    ids = {claim.id for claim in claims}
    tables, figures = (
        [replace(one, claims=[name for name in one.claims if name in ids]) for one in shown]
        for shown in (tables, figures)
    )
    write_json(f"metrics/{about.name}.json", metrics(claims, **numbers))
    sources = [[source.text, source.url] for source in about.sources]
    write_page(Page(
        about.name, about.title, about.question, sources, conditions, f"{outcome(claims[0])} {answer}",
        claims, tables, figures,
    ))
    print(*(summary(claim.row()) for claim in claims), sep="\n")


def outcome(claim):
    """What became of a claim, in a sentence."""
    effect = f"{claim.effect:+.3g} {claim.unit}"
    if claim.tested:
        effect += f", 95 % interval {claim.low:+.3g} to {claim.high:+.3g}"
    return f"{claim.verdict.capitalize()} here ({effect}): {claim.sentence}"


def accuracies(right):
    """The headline numbers that experiments share: the test accuracy of each network, in percent."""
    return {f"{name}_test_accuracy": mean for name, mean in means(right).items()}


def means(values):
    """The mean of each network, of a DataArray with this axis: name -> number."""
    return {str(name): float(values.sel(network=name).mean()) for name in values.network.values}
