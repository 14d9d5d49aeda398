"""Why does it work? Soft labels that are true, shuffled, or merely smooth, and what students make of them.

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 1, see the knowledge in "the relative
probabilities of incorrect answers"; Yuan et al., CVPR 2020, https://arxiv.org/abs/1909.11723, section 3, see
mostly label smoothing. So the same student learns, with the same loss, alpha and temperature T, from

    soft       the teacher's logits
    shuffled   the same with all but the largest permuted, for each image once: prediction, confidence and
               entropy are kept image by image, which other class is likely is not
    smoothed   the label with one confidence for all images, whose entropy at T is the teacher's on average

and, as the control, from labels only. If smoothness is what matters, the three are equally good; if it is
what the teacher knows of classes, only the first is better than labels.
"""

from stages.core.compute import start
from stages.core.measurements import record
from stages.core.params import Count, Positive, Recipe, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.distillation.digits import judged, parts, stacked, student, taught_by
from stages.distillation.params import Share
from stages.distillation.soft import confidence_of_entropy, entropy, shuffled, smoothed


def same_entropy(v, labels, temperature):
    """Logits (n, c) that are smoothed labels at the temperature, as entropic as those of v on average."""
    nats = entropy(v, temperature).mean().item()
    return temperature * smoothed(labels, v.shape[1], confidence_of_entropy(nats, v.shape[1]))


def run():
    width, alpha = read("distillation.digits.sizes.large", Count), read("distillation.digits.alpha", Share)
    recipe = read("distillation.digits.student", Recipe)
    temperature = read("distillation.digits.temperature", Positive)
    role, transfer, _ = parts(read("distillation.digits.held_out", Count))
    for seed in each_seed():
        rng = start(seed)
        v = taught_by(seed)
        targets = {
            "shuffled": shuffled(v["transfer"], rng),
            "smoothed": same_entropy(v["transfer"], transfer.labels, temperature),
        }
        for name, target in targets.items():
            net = student(role, transfer, target, width, recipe, alpha, temperature, seed, f"{name} labels")
            found = judged(net, v["test"], role.test)
            record(f"data/distillation/why/{name}/{seed}.safetensors", stacked("", found))


if __name__ == "__main__":
    main(run)
