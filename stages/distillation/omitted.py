"""The digit that a student never saw: how much of it comes with the soft labels of the others?

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 3: all images of one digit are taken
out of the transfer set only; the teacher has seen them. "Most of the errors are caused by the fact that the
learned bias for the 3 class is much too low"; so b is added to the student's output for that digit. The paper
chooses b on the test set, which makes its number optimistic; here it is chosen on held-out training images,
and on the test set for comparison. The control learns the same transfer set from labels only.
"""

import torch

from stages.core.compute import device, start
from stages.core.errors import UserError
from stages.core.measurements import record
from stages.core.params import Count, Positive, Recipe, read
from stages.core.scores import logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.distillation.bias import BIASES, best_bias, errors, raised
from stages.distillation.digits import parts, student, taught_by
from stages.distillation.params import Omitted, Share

POINTS = 21                                                  # biases of a curve


def measured_on(net, held_out, test, digit, places):
    """What a student without the digit gets right of the test images with no bias and with the one chosen on
    held-out or on test images, as `record` takes it; and the share of errors at biases `places`.
    """
    z = {split: logits(net, of.images) for split, of in (("held_out", held_out), ("test", test))}
    y = {"held_out": held_out.labels, "test": test.labels}
    biases = [0.0, *(best_bias(z[split], y[split], digit) for split in ("held_out", "test"))]
    right = torch.stack([raised(z["test"], digit, b).argmax(1) == y["test"] for b in biases])
    of_digit = y["test"] == digit
    return {
        "right": ("chosen_on image", right), "digit_right": ("chosen_on digit_image", right[:, of_digit]),
        "bias_chosen": ("chosen_on", biases),
    } | {
        name: ("bias", errors(z["test"][of], y["test"][of], digit, places).double() / of.sum())
        for name, of in (("errors", torch.ones_like(of_digit)), ("digit_errors", of_digit))
    }


def check(held_out, test, digit):
    """Stops if there is nothing to choose a bias on, or to test it on."""
    if not (test.labels == digit).any() or not (held_out.labels == digit).any():
        raise UserError(f"no {digit} among the held-out or the test images: raise held_out, or omit another")


def run():
    settings = read("distillation.digits.omitted", Omitted)
    width = read("distillation.digits.sizes.large", Count)
    recipe = read("distillation.digits.student", Recipe)
    alpha = read("distillation.digits.alpha", Share)
    temperature = read("distillation.digits.temperature", Positive)
    role, transfer, held_out = parts(read("distillation.digits.held_out", Count))
    digit = settings.digit
    check(held_out, role.test, digit)
    kept = transfer.labels != digit
    transfer = transfer.at(kept)
    places = torch.linspace(0, settings.highest, POINTS, device=device)
    for seed in each_seed():
        start(seed)
        v = taught_by(seed)["transfer"][kept]
        for kind, weight in {"soft": alpha, "labels": 0.0}.items():
            title = f"without {digit}, {kind}"
            net = student(role, transfer, v, width, recipe, weight, temperature, seed, title)
            record(
                f"data/distillation/omitted/{kind}/{seed}.safetensors",
                measured_on(net, held_out, role.test, digit, places),
                chosen_on=BIASES, bias=[round(place, 6) for place in places.tolist()],
            )


if __name__ == "__main__":
    main(run)
