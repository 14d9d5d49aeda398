"""A picture of each experiment's steps, variants folded: as mermaid in its README, as SVG for its page.

    python -m pipeline.steps         or `make deps`

`dvc dag` draws every stage; a step here is a stage with all its variants, and what is outside the experiment
is one box for each thing. An arrow is left out where a longer way says the same.
"""

from pathlib import Path

import networkx as nx
from jinja2 import Environment

from pipeline.described import abouts
from pipeline.documents import between
from pipeline.project import pipeline, project, title
from stages.core.files import write
from stages.core.stage import main
from stages.core.words import counted

WIDTH, HEIGHT, ACROSS, DOWN = 150, 34, 195, 50               # of boxes, and from one to the next; pixels
SVG = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ width }} {{ height }}" font-family="sans-serif" \
font-size="12" role="img">
<style>
path{fill:none;stroke:#767676} rect{fill:#fff;stroke:#767676} text{fill:#1a1a1a;text-anchor:middle}
@media(prefers-color-scheme:dark){rect{fill:#222} text{fill:#e6e6e6}}
</style>
{% for (x, y), (u, v) in arrows %}
<path d="M{{ x }} {{ y }}C{{ x + 25 }} {{ y }} {{ u - 25 }} {{ v }} {{ u }} {{ v }}m-6 -3 6 3-6 3"/>
{% endfor %}
{% for (x, y), label in boxes %}
<rect x="{{ x }}" y="{{ y }}" width="{{ box[0] }}" height="{{ box[1] }}" rx="6"/>
<text x="{{ x + box[0] / 2 }}" y="{{ y + box[1] / 2 + 4 }}">{{ label }}</text>
{% endfor %}
</svg>
""")


def run():
    with project(".") as repo:
        changes = different(repo, [about.name for about in abouts(".")])
    for path, text in changes.items():
        write(path, text)
    print("\n".join(map(str, changes)) or "nothing changes: the pictures show the steps in every dvc.yaml")


def complaints(repo):
    """The files that show other steps than there are."""
    names = [about.name for about in abouts(repo.root_dir)]
    return [f"{path} shows other steps (`make deps` does)" for path in different(repo, names)]


def different(repo, names):
    """The text of README.md and docs/steps/<name>.svg of experiments, where they show other steps."""
    found = {}
    for name in names:
        steps, readme = folded(repo, name), Path(repo.root_dir, "stages", name, "README.md")
        text = readme.read_text(encoding="utf-8") if readme.exists() else ""
        found[readme] = between(text, "steps", mermaid(steps), f"stages/{name}/README.md")
        found[Path(repo.root_dir, "docs/steps", f"{name}.svg")] = svg(steps)
    return {
        path: text for path, text in found.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def folded(repo, name):
    """The steps of an experiment and what they need from outside: a graph from what is needed to what needs
    it. `stages` is how many there are of a step.
    """
    own = [stage for stage in pipeline(repo) if of(repo, stage, name)]
    graph = nx.DiGraph()
    for stage in own:
        graph.add_node(step(repo, stage), stages=0)
        for needed in repo.index.graph.successors(stage):
            if step(repo, needed) != step(repo, stage):
                graph.add_edge(step(repo, needed), step(repo, stage))
    for stage in own:
        graph.nodes[step(repo, stage)]["stages"] += 1
    reduced = nx.transitive_reduction(graph)
    reduced.add_nodes_from(graph.nodes(data=True))
    return reduced


def of(repo, stage, name):
    """Whether a stage belongs to an experiment."""
    return title(repo, stage) == name or title(repo, stage).startswith(f"stages/{name}/dvc.yaml:")


def step(repo, stage):
    """What a stage is called without its variant; of data, which."""
    name = title(repo, stage).rpartition(":")[2]
    first, _, variant = name.partition("@")
    return variant if first == "data" else first


def label(steps, name):
    """What stands in the box of a step."""
    stages = steps.nodes[name].get("stages", 1)
    return name if stages <= 1 else f"{name}, {counted(stages, 'variant')}"


def mermaid(steps):
    """The graph as a block of mermaid, which GitHub draws."""
    names = sorted(steps)
    key = {name: f"s{i}" for i, name in enumerate(names)}
    lines = [f'    {key[name]}["{label(steps, name)}"]' for name in names]
    lines += [f"    {key[a]} --> {key[b]}" for a, b in sorted(steps.edges)]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```", ""])


def svg(steps):
    """The graph as SVG, a column of boxes for what can run side by side.

    Every other column is half a place lower, so that arrows from the one before to the one behind go between
    its boxes.
    """
    columns = [sorted(names) for names in nx.topological_generations(steps)]
    place = {
        name: (i * ACROSS + 1, j * DOWN + i % 2 * DOWN // 2 + 1)
        for i, names in enumerate(columns) for j, name in enumerate(names)
    }
    arrows = [
        ((place[a][0] + WIDTH, place[a][1] + HEIGHT // 2), (place[b][0], place[b][1] + HEIGHT // 2))
        for a, b in sorted(steps.edges)
    ]
    return SVG.render(
        width=(len(columns) - 1) * ACROSS + WIDTH + 2, box=(WIDTH, HEIGHT), arrows=arrows,
        height=max(y for _, y in place.values()) + HEIGHT + 1,
        boxes=[(place[name], label(steps, name)) for name in sorted(steps)],
    )


if __name__ == "__main__":
    main(run)
