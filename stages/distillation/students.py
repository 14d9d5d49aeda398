"""Small networks learn from the large one: at which temperature, and does it matter how small they are?

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 3: a net of 2 x 800 units without
dropout or shifted inputs learns from labels and, at temperature T, from the teacher's logits; "when this was
radically reduced to 30 units per layer, temperatures in the range 2.5 to 4 worked significantly better than
higher or lower temperatures". The loss is in soft.py.
"""

import torch

from stages.core.compute import device, start
from stages.core.files import load, save, write_json
from stages.core.params import Count, Recipe, Seeds, read
from stages.core.scores import accuracy
from stages.core.stage import main
from stages.distillation.digits import parts, results, student
from stages.distillation.nets import flops
from stages.distillation.params import Share, Temperatures


def run(size: str):
    seeds, width = read("distillation.digits.seeds", Seeds), read(f"distillation.digits.sizes.{size}", Count)
    recipe, alpha = read("distillation.digits.student", Recipe), read("distillation.digits.alpha", Share)
    temperatures = read("distillation.digits.temperatures", Temperatures)
    start(seeds[0])
    role, transfer, _ = parts(read("distillation.digits.held_out", Count))
    v = load("data/distillation/digits/logits.safetensors")[0]["transfer"].to(device)

    def taught(i, alpha, temperature, title):
        title = f"{width} units, {title}"
        net = student(role, transfer, v[i], width, recipe, alpha, temperature, seeds[i], title)
        return net, results(net, role)

    labels = [taught(i, 0.0, 1.0, "labels") for i in range(len(seeds))]
    soft = [[taught(i, alpha, t, f"T = {t:g}")[1] for t in temperatures] for i in range(len(seeds))]
    found = {
        "labels": torch.stack([z for _, z in labels]),                       # (seeds, n, classes)
        "soft": torch.stack([torch.stack(z) for z in soft]),                 # (seeds, temperatures, ...)
    }
    save(f"data/distillation/digits/students-{size}.safetensors", found)
    net = labels[0][0]
    y = role.test.labels.cpu()
    write_json(f"metrics/distillation/students-{size}.json", {
        "parameters": sum(weight.numel() for weight in net.parameters()),
        "flops": flops(net, role.test.images),
        "labels_accuracy": accuracy(found["labels"].flatten(0, 1), y.repeat(len(seeds))),
        "soft_accuracy": {
            f"{t:g}": accuracy(found["soft"][:, i].flatten(0, 1), y.repeat(len(seeds)))
            for i, t in enumerate(temperatures)
        },
    })


if __name__ == "__main__":
    main(run)
