"""Claims from results made by hand: every one points the right way."""

import numpy as np
import pytest

from stages.distillation.claims import digit_claims, object_claims
from stages.distillation.results import SOURCES, STUDENTS, TEACHERS

TEMPERATURES = [1.0, 2.0, 4.0, 8.0, 20.0]


def share(value, n=40):
    """Percent right of one network of each of two seeds, (2, n), of which the share `value` is right."""
    return np.broadcast_to(100.0 * (np.arange(n) < value * n), (2, n))


def on_digits(small=None, omitted=0.5, blind=0.5, **shares):
    right = {source: share(shares.get(source, 0.5)) for source in SOURCES}
    small = np.stack([share((small or {}).get(t, 0.5)) for t in TEMPERATURES], axis=1)
    found = {"soft": share(omitted), "labels": share(blind)}
    return {claim.id: claim for claim in digit_claims(right, small, found, TEMPERATURES, 3)}


def on_objects(**shares):
    right = {name: share(shares.get(name, 0.5)) for name in [*TEACHERS, *STUDENTS]}
    return {claim.id: claim for claim in object_claims(right)}


def verdicts(claims, verdict):
    return {name for name, claim in claims.items() if claim.verdict == verdict}


def test_equal_students_decide_nothing():
    assert verdicts(on_digits(), "inconclusive") == set(on_digits())
    assert verdicts(on_objects(), "inconclusive") == set(on_objects())


def test_better_soft_labels():
    found = on_digits(soft=0.9)
    assert verdicts(found, "supported") == {
        "distilled_beats_labels", "true_beats_shuffled", "true_beats_smoothed"
    }
    assert found["distilled_beats_labels"].effect == pytest.approx(40)
    assert verdicts(on_digits(soft=0.1), "contradicted") == {
        "distilled_beats_labels", "true_beats_shuffled", "true_beats_smoothed"
    }
    assert verdicts(on_digits(shuffled=0.9), "contradicted") == {"true_beats_shuffled"}


def test_the_omitted_digit():
    found = on_digits(omitted=0.95, blind=0.0)
    assert verdicts(found, "supported") == {"omitted_digit_recovered", "omitted_digit_is_in_soft_labels"}
    assert found["omitted_digit_recovered"].effect == pytest.approx(45)
    assert on_digits(omitted=0.1)["omitted_digit_recovered"].verdict == "contradicted"


def test_only_temperatures_around_3_are_middling():
    both = {"small_prefers_middling_to_low", "small_prefers_middling_to_high"}
    assert verdicts(on_digits(small={4.0: 0.9}), "supported") == both
    assert verdicts(on_digits(small={2.0: 0.9}), "contradicted") == {"small_prefers_middling_to_low"}
    found = on_digits(small={8.0: 0.1})
    assert verdicts(found, "supported") == {"small_prefers_middling_to_high"}
    assert found["small_prefers_middling_to_high"].effect == pytest.approx(20)       # of 8 and 20, the mean


@pytest.mark.parametrize(("network", "claim"), [
    ("taught_by_weaker", "weaker_teacher_helps"), ("taught_by_poor", "poor_teacher_helps"),
    ("taught_by_student", "own_copy_helps"), ("own_teacher", "own_teacher_helps"),
])
def test_each_network_has_its_claim(network, claim):
    assert verdicts(on_objects(**{network: 0.9}), "supported") == {claim}
    assert verdicts(on_objects(**{network: 0.1}), "contradicted") == {claim}


def test_the_virtual_teacher_has_two_controls():
    both = {"virtual_teacher_helps", "virtual_beats_smoothing"}
    assert verdicts(on_objects(virtual=0.9), "supported") == both
    assert verdicts(on_objects(smoothing=0.9), "contradicted") == {"virtual_beats_smoothing"}
    assert on_objects(student=0.9)["virtual_teacher_helps"].verdict == "contradicted"
