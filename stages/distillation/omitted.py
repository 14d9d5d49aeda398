"""The digit that a student never saw: how much of it comes with the soft labels of the others?

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 3: all images of one digit are taken
out of the transfer set only; the teacher has seen them. "Most of the errors are caused by the fact that the
learned bias for the 3 class is much too low"; so b is added to the student's output for that digit. The paper
chooses b on the test set, which makes its number optimistic; here it is chosen on held-out training images,
and on the test set for comparison. The control learns the same transfer set from labels only.
"""

import torch

from stages.core.compute import device, start
from stages.core.data import Split
from stages.core.errors import UserError
from stages.core.files import load, save, write_json
from stages.core.params import Count, Positive, Recipe, Seeds, read
from stages.core.scores import logits
from stages.core.stage import main
from stages.distillation.bias import BIASES, best_bias, raised
from stages.distillation.digits import parts, student
from stages.distillation.params import Digit, Share


def both_biases(found, y, digit):
    """Which test images one student gets right as it is and with either bias, bool (3, n); the biases (2,).

    `found` are its logits of "held_out" and "test" images, `y` their labels.
    """
    biases = [best_bias(found[name], y[name], digit) for name in ("held_out", "test")]
    right = [raised(found["test"], digit, b).argmax(1) == y["test"] for b in (0.0, *biases)]
    return torch.stack(right), torch.tensor(biases)


def summary(right, biases, of_digit):
    """Errors of all, means over seeds; `right` (s, 3, n) and `biases` (s, 2) are those of `both_biases`."""
    wrong = (~right).double().mean(0)                                        # (3, n)
    means = biases.mean(0).tolist()
    return {
        "bias": {"held_out": means[0], "test": means[1]},
        "errors": dict(zip(BIASES, wrong.sum(1).tolist(), strict=True)),
        "errors_on_digit": dict(zip(BIASES, wrong[:, of_digit].sum(1).tolist(), strict=True)),
    }


def run():
    seeds, digit = read("distillation.digits.seeds", Seeds), read("distillation.digits.omitted.digit", Digit)
    width = read("distillation.digits.sizes.large", Count)
    recipe = read("distillation.digits.student", Recipe)
    alpha = read("distillation.digits.alpha", Share)
    temperature = read("distillation.digits.temperature", Positive)
    start(seeds[0])
    role, transfer, held_out = parts(read("distillation.digits.held_out", Count))
    kept = transfer.labels != digit
    transfer = Split(transfer.images[kept], transfer.labels[kept])
    v = load("data/distillation/digits/logits.safetensors")[0]["transfer"].to(device)[:, kept]
    splits = {"held_out": held_out, "test": role.test}
    y = {name: split.labels.cpu() for name, split in splits.items()}
    of_digit = y["test"] == digit
    if not of_digit.any() or not (y["held_out"] == digit).any():
        raise UserError(f"no {digit} among the held-out or the test images: raise held_out, or omit another")
    tensors, numbers = {}, {}
    for kind, weight in {"soft": alpha, "labels": 0.0}.items():
        rights, biases = [], []
        for i, seed in enumerate(seeds):
            title = f"without {digit}, {kind}"
            net = student(role, transfer, v[i], width, recipe, weight, temperature, seed, title)
            found = {name: logits(net, split.images).cpu() for name, split in splits.items()}
            right, chosen = both_biases(found, y, digit)
            tensors[f"{kind}_logits_{seed}"] = found["test"]
            rights.append(right)
            biases.append(chosen)
        tensors |= {f"{kind}_right": torch.stack(rights), f"{kind}_biases": torch.stack(biases)}
        numbers[kind] = summary(tensors[f"{kind}_right"], tensors[f"{kind}_biases"], of_digit)
    save("data/distillation/digits/omitted.safetensors", tensors)
    write_json("metrics/distillation/omitted.json", numbers)


if __name__ == "__main__":
    main(run)
