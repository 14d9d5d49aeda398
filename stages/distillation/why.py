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

import torch

from stages.core.compute import device, start
from stages.core.errors import UserError
from stages.core.files import load, save, write_json
from stages.core.params import Count, Positive, Recipe, Seeds, read
from stages.core.scores import accuracy, calibration_error
from stages.core.stage import main
from stages.distillation.digits import parts, results, student
from stages.distillation.params import Share, Temperatures
from stages.distillation.soft import confidence_of_entropy, entropy, shuffled, smoothed, soft_loss


def same_entropy(v, labels, temperature):
    """Logits (n, c) that are smoothed labels at the temperature, as entropic as those of v on average."""
    nats = entropy(v, temperature).mean().item()
    return temperature * smoothed(labels, v.shape[1], confidence_of_entropy(nats, v.shape[1]))


def soft_label_numbers(v, labels, temperature):
    """Entropy, in nats, and calibration error of the soft labels of logits v at a temperature."""
    return {
        "entropy": entropy(v, temperature).mean().item(),
        "calibration_error": calibration_error(v / temperature, labels),
    }


def student_numbers(z, v, labels):
    """What students with test logits z (s, n, c) make of the images, beside their teachers' v (s, n, c)."""
    z, v, labels = z.flatten(0, 1), v.flatten(0, 1), labels.repeat(len(z))
    return soft_label_numbers(z, labels, 1.0) | {
        "accuracy": accuracy(z, labels),
        "agreement": accuracy(z, v.argmax(1)),
        "divergence": soft_loss(z.double(), v.double(), 1.0).item(),
    }


def run():
    seeds, width = read("distillation.digits.seeds", Seeds), read("distillation.digits.sizes.large", Count)
    recipe, alpha = read("distillation.digits.student", Recipe), read("distillation.digits.alpha", Share)
    temperature = read("distillation.digits.temperature", Positive)
    temperatures = read("distillation.digits.temperatures", Temperatures)
    if temperature not in temperatures:
        raise UserError(
            f"params.yaml: `distillation.digits.temperature` is {temperature:g}, but students learn at "
            f"{', '.join(f'{t:g}' for t in temperatures)}: choose one, or add it to the temperatures"
        )
    rng = start(seeds[0])
    role, transfer, _ = parts(read("distillation.digits.held_out", Count))
    known, _ = load("data/distillation/digits/logits.safetensors")
    v, test = known["transfer"].to(device), known["test"]
    made = {
        "shuffled": [shuffled(one, rng) for one in v],
        "smoothed": [same_entropy(one, transfer.labels, temperature) for one in v],
    }

    def taught(one, seed, name):
        net = student(role, transfer, one, width, recipe, alpha, temperature, seed, f"{name} labels")
        return results(net, role)

    found = {
        name: torch.stack([taught(one, seed, name) for one, seed in zip(targets, seeds, strict=True)])
        for name, targets in made.items()
    }
    save("data/distillation/digits/why.safetensors", found)                         # each (seeds, n, classes)
    known, _ = load("data/distillation/digits/students-large.safetensors")
    at = temperatures.index(temperature)
    students = {"labels": known["labels"], "soft": known["soft"][:, at]} | found
    y = role.test.labels.cpu()
    write_json("metrics/distillation/why.json", {
        "students": {name: student_numbers(z, test, y) for name, z in students.items()},
        "soft_labels": {
            f"{t:g}": soft_label_numbers(test.flatten(0, 1), y.repeat(len(seeds)), t) for t in temperatures
        },
    })


if __name__ == "__main__":
    main(run)
