"""The end of this experiment: its claims, tables and figures."""

from stages.core.charts import table, write_losses
from stages.core.pages import conditions, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.coreset.about import ABOUT
from stages.coreset.claims import claims
from stages.coreset.images import images
from stages.coreset.params import HALF, Coreset
from stages.coreset.results import WORDS, agreement, rankings, results


def run():
    settings, seeds = read("coreset", Coreset), listed()
    right = results(settings, seeds)
    both, noisy = rankings(seeds, seeds[: settings.seeds])
    correlation = agreement(both)
    write_losses("coreset", {"coreset": ["proxy", "target"]}, seeds)
    names = {name: WORDS[name] for name in settings.choices}
    publish(
        ABOUT, conditions(images(settings.target.pool), settings.target, seeds, "coreset/target"), "", claims(right, correlation, noisy),
        [table("Test accuracy in %", names, {"half": {name: right[name, HALF] for name in names}})], [],
    )


if __name__ == "__main__":
    main(run)
