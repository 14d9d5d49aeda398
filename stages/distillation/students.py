"""Small networks learn from the large one: at which temperature, and does it matter how small they are?

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 3: a net of 2 x 800 units without
dropout or shifted inputs learns from labels and, at temperature T, from the teacher's logits; "when this was
radically reduced to 30 units per layer, temperatures in the range 2.5 to 4 worked significantly better than
higher or lower temperatures". The loss is in soft.py.
"""

from stages.core.compute import start
from stages.core.measurements import record
from stages.core.params import Count, Recipe, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.distillation.digits import judged, parts, stacked, student, taught_by
from stages.distillation.nets import cost
from stages.distillation.params import Share, Temperatures


def run(size: str):
    width, alpha = read(f"distillation.digits.sizes.{size}", Count), read("distillation.digits.alpha", Share)
    recipe = read("distillation.digits.student", Recipe)
    temperatures = read("distillation.digits.temperatures", Temperatures)
    role, transfer, _ = parts(read("distillation.digits.held_out", Count))
    for seed in each_seed():
        start(seed)
        v = taught_by(seed)

        def taught(alpha, temperature, title, seed=seed, v=v):
            title = f"{width} units, {title}"
            return student(role, transfer, v["transfer"], width, recipe, alpha, temperature, seed, title)

        net = taught(0.0, 1.0, "labels")
        labels = judged(net, v["test"], role.test)
        soft = [judged(taught(alpha, t, f"T = {t:g}"), v["test"], role.test) for t in temperatures]
        record(f"data/distillation/students/{size}/labels/{seed}.safetensors", stacked("", labels),
               cost(net, role.test.images))
        record(f"data/distillation/students/{size}/soft/{seed}.safetensors", stacked("temperature", soft),
               temperature=temperatures)


if __name__ == "__main__":
    main(run)
