"""Claims from measurements made by hand: every one points the right way and rests on the right networks."""

import numpy as np
import pytest
import xarray as xr

from stages.distillation.claims import digit_claims, object_claims, temperature_claims
from stages.distillation.results import SOURCES, STUDENTS, TEACHERS

TEMPERATURES = [1.0, 2.0, 4.0, 8.0, 20.0]
SEEDS, N = 3, 40


def made(values, names, default=50.0, axis="network"):
    """An array (names, seed, image) of these values, which differ a little from seed to seed and by image."""
    rng = np.random.default_rng(0)
    means = np.array([values.get(name, default) for name in names])[:, None, None]
    array = means + rng.normal(0, 0.1, (len(names), SEEDS, N))
    return xr.DataArray(array, {axis: list(names), "seed": [1, 2, 3]}, (axis, "seed", "image"))


def on_digits(right=None, likely=None, omitted=None):
    """The claims when students have these percentages right, log-likelihoods in hundredths, and percentages
    of the omitted digit; 50 where nothing is said.
    """
    nats = made(likely or {}, SOURCES) / 100
    found = xr.Dataset({"right": made(right or {}, SOURCES), "log_likelihood": nats})
    of_digit = made(omitted or {}, ["soft", "labels"]).rename(image="digit_image")
    flattering = xr.full_like(of_digit, 100.0)               # what is chosen on test images must not count
    missed = xr.Dataset({
        "digit_right": xr.concat([flattering, of_digit], "chosen_on"),
        "right": xr.concat([made({}, ["soft", "labels"])] * 2, "chosen_on"),
    }).assign_coords(chosen_on=["test", "held_out"])
    return {claim.id: claim for claim in digit_claims(found, missed, 3)}


def at_temperatures(**right):
    values = {float(name[1:]): value for name, value in right.items()}
    soft = made(values, TEMPERATURES, axis="temperature")
    return {claim.id: claim for claim in temperature_claims(soft)}


def on_objects(**right):
    return {claim.id: claim for claim in object_claims(made(right, [*TEACHERS, *STUDENTS]))}


def verdicts(claims, verdict):
    return {name for name, claim in claims.items() if claim.verdict == verdict}


def test_better_soft_labels_make_fewer_errors():
    found = on_digits(right={"soft": 90})
    assert verdicts(found, "supported") == {"distilled_beats_labels"}
    assert found["distilled_beats_labels"].effect == pytest.approx(40, abs=0.1)
    assert verdicts(on_digits(right={"soft": 30}), "contradicted") == {"distilled_beats_labels"}


def test_what_the_teacher_knows_is_measured_by_the_likelihood_of_true_labels():
    both = {"true_beats_shuffled", "true_beats_smoothed"}
    found = on_digits(likely={"soft": 60})
    assert verdicts(found, "supported") == both
    assert found["true_beats_shuffled"].effect == pytest.approx(0.1, abs=0.01)
    assert verdicts(on_digits(likely={"soft": 40}), "contradicted") == both
    assert verdicts(on_digits(likely={"shuffled": 60}), "contradicted") == {"true_beats_shuffled"}


def test_the_omitted_digit_is_counted_with_the_bias_of_held_out_images():
    found = on_digits(omitted={"soft": 95, "labels": 0})
    assert verdicts(found, "supported") == {"omitted_digit_recovered", "omitted_digit_is_in_soft_labels"}
    assert found["omitted_digit_recovered"].effect == pytest.approx(45, abs=0.1)
    assert on_digits(omitted={"soft": 10})["omitted_digit_recovered"].verdict == "contradicted"


def test_only_temperatures_around_3_are_middling():
    both = {"small_prefers_middling_to_low", "small_prefers_middling_to_high"}
    assert verdicts(at_temperatures(t4=90), "supported") == both
    assert verdicts(at_temperatures(t2=90), "contradicted") == {"small_prefers_middling_to_low"}
    found = at_temperatures(t8=30)
    assert verdicts(found, "supported") == {"small_prefers_middling_to_high"}
    assert found["small_prefers_middling_to_high"].effect == pytest.approx(10, abs=0.1)     # of 8 and 20


@pytest.mark.parametrize(("network", "claim"), [
    ("taught_by_weaker", "weaker_teacher_helps"), ("taught_by_poor", "poor_teacher_helps"),
    ("taught_by_student", "own_copy_helps"), ("own_teacher", "own_teacher_helps"),
])
def test_each_network_has_its_claim(network, claim):
    assert verdicts(on_objects(**{network: 90}), "supported") == {claim}
    assert verdicts(on_objects(**{network: 30}), "contradicted") == {claim}
    assert verdicts(on_objects(**{network: 12}), "not tested") == {claim}


def test_the_virtual_teacher_has_two_controls():
    both = {"virtual_teacher_helps", "virtual_beats_smoothing"}
    assert verdicts(on_objects(virtual=90), "supported") == both
    assert verdicts(on_objects(smoothing=90), "contradicted") == {"virtual_beats_smoothing"}
    assert on_objects(student=90)["virtual_teacher_helps"].verdict == "contradicted"


def test_no_claim_on_digits_rests_on_a_student_that_did_not_learn():
    assert verdicts(on_digits(right={"shuffled": 11}), "not tested") == {"true_beats_shuffled"}
    assert verdicts(at_temperatures(t4=11), "not tested") == set(at_temperatures())
