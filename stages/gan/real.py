"""What the numbers about generated images are for test images: as good as can be for so many."""

from stages.core.compute import start
from stages.core.data import load_role, unit
from stages.core.measurements import record
from stages.core.params import Count, Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.gan.measuring import judge, measures, scalars


def run(name: str):
    role, samples = load_role(name), read("gan.samples", Count)
    test = role.test.first(samples, "gan.samples")
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        found = measures(judge(name, role, seed, samples), unit(test.images), rng, test.labels)
        record(f"data/gan/real/{name}/{seed}.safetensors", scalars(found))


if __name__ == "__main__":
    main(run)
