"""Scheduling against what must hold, cases solved by hand and Graham's bound."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.runner.schedule import Left, Resources, Schedule, exact, path_lengths

ONE, TWO = Resources(1), Resources(2)


@st.composite
def plans(draw):
    """A graph, durations, needs of tasks, and workers, each task fitting on one at least."""
    n = draw(st.integers(1, 14))
    before = {i: sorted(draw(st.sets(st.integers(0, i - 1), max_size=3))) if i else [] for i in range(n)}
    seconds = {i: draw(st.integers(1, 9)) for i in before}
    rooms = {f"w{i}": Resources(draw(st.integers(1, 4)), 8.0, draw(st.integers(0, 2))) for i in range(3)}
    needs = {}
    for task in before:
        room = rooms[draw(st.sampled_from(sorted(rooms)))]
        gpus = st.integers(0, room.gpus) | st.sampled_from((0.2, 0.3, 0.5, 1) if room.gpus else (0,))
        needs[task] = Resources(draw(st.integers(1, room.cores)), 1.0, draw(gpus))
    return before, seconds, needs, rooms


def simulated(before, seconds, needs, rooms, cards=None):
    """Runs a schedule on a clock of its own: task -> (start, end, worker); into `cards`, its GPUs there."""
    schedule = Schedule(before, seconds)
    for worker, room in rooms.items():
        schedule.join(worker, room)
    now, times = 0, {}
    while schedule.left:
        for task in schedule.ready():
            schedule.queue(task, needs[task])
        for task, worker in schedule.starts():
            times[task] = now, now + seconds[task], worker
            if cards is not None:
                cards[task] = schedule.cards(task)
        assert schedule.running, "nothing runs, and something is left"
        now = min(times[task][1] for task in schedule.running)
        for task in [task for task in schedule.running if times[task][1] == now]:
            schedule.ended(task)
            schedule.done(task)
    return times


@given(plans())
@settings(deadline=None)
def test_order_and_room_are_kept_and_everything_is_run_once(plan):
    before, _, needs, rooms = plan
    cards = {}
    times = simulated(*plan, cards)
    assert set(times) == set(before)
    assert all(len(cards[task]) == math.ceil(needs[task].gpus) for task in before)
    for task, earlier in before.items():
        assert all(times[one][1] <= times[task][0] for one in earlier)
    for worker, room in rooms.items():
        mine = {task: times[task] for task in times if times[task][2] == worker}
        for moment in {start for start, _, _ in mine.values()}:
            there = [task for task, (start, end, _) in mine.items() if start <= moment < end]
            assert all(sum(needs[task][i] for task in there) <= room[i] for i in range(2))
            assert all(card < room.gpus for task in there for card in cards[task])
            for card in range(room.gpus):
                assert sum(min(1, exact(needs[task].gpus)) for task in there if card in cards[task]) <= 1


@given(plans(), st.integers(1, 4))
@settings(deadline=None)
def test_makespan_is_within_grahams_bound(plan, workers):
    """List scheduling of tasks of one core is at most 2 - 1/m times as long as the best, which is at least
    the critical path and the mean load.
    """
    before, seconds, _, _ = plan
    times = simulated(before, seconds, dict.fromkeys(before, ONE), {f"w{i}": ONE for i in range(workers)})
    bound = max(*path_lengths(before, seconds).values(), sum(seconds.values()) / workers)
    assert bound <= max(end for _, end, _ in times.values()) <= (2 - 1 / workers) * bound


def test_path_lengths_by_hand():
    before = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}
    assert path_lengths(before, {"a": 1, "b": 2, "c": 5, "d": 3}) == {"a": 9, "b": 5, "c": 8, "d": 3}


def test_expected_time_by_hand():
    schedule = Schedule({"a": [], "b": ["a"], "c": []}, {"a": 2, "b": 3, "c": 7})
    assert schedule.expected({}) == 12                       # before any worker has joined
    schedule.join("one", ONE)
    schedule.join("other", TWO)
    assert schedule.expected({}) == 7
    assert schedule.expected({"c": 4}) == 5
    assert schedule.expected({"a": 2, "c": 7}) == 3


def test_the_head_of_the_longest_path_goes_first():
    times = simulated(
        {"short": [], "long": [], "after": ["long"]}, {"short": 5, "long": 1, "after": 9},
        dict.fromkeys(("short", "long", "after"), ONE), {"w": ONE},
    )
    assert sorted(times, key=times.get) == ["long", "after", "short"]


def test_a_large_task_is_not_passed_for_ever_by_small_ones():
    before = {"large": []} | {f"small{i}": [] for i in range(6)}
    seconds = {"large": 9} | {f"small{i}": 1 + i % 2 for i in range(6)}
    schedule = Schedule(before, seconds)
    schedule.join("w", TWO)
    schedule.ready()
    for i in range(6):
        schedule.queue(f"small{i}", ONE)
    first = [task for task, _ in schedule.starts()]
    schedule.queue("large", TWO)
    schedule.ended(first[0])
    assert schedule.starts() == []
    schedule.ended(first[1])
    assert schedule.starts() == [("large", "w")]


@pytest.mark.parametrize(("queued", "starts"), [(5, []), (9, [("other", "w")])])
def test_a_longer_path_that_opens_at_once_is_not_passed(queued, starts):
    """`next` is ready when the result of `first` is saved; until then only what goes before it may start."""
    seconds = {"first": 9, "next": 8, "other": queued}
    schedule = Schedule({"first": [], "next": ["first"], "other": []}, seconds)
    schedule.join("w", ONE)
    for task in schedule.ready():
        schedule.queue(task, ONE)
    assert schedule.starts() == [("first", "w")]
    schedule.ended("first")
    assert schedule.starts() == starts
    if not starts:
        schedule.done("first")
        schedule.queue(*schedule.ready(), ONE)
        assert schedule.starts() == [("next", "w")]


def test_what_opens_at_once_holds_one_worker_and_only_if_nothing_else_is_waited_for():
    before = {"a": [], "b": [], "after_a": ["a"], "after_both": ["a", "b"], "other": []}
    schedule = Schedule(before, {"a": 1, "b": 1, "after_a": 5, "after_both": 50, "other": 2})
    for worker in "vw":
        schedule.join(worker, ONE)
    for task in schedule.ready():
        if task != "other":
            schedule.queue(task, ONE)
    schedule.starts()
    schedule.queue("other", ONE)
    schedule.join("x", ONE)
    schedule.ended("a")
    assert [task for task, _ in schedule.starts()] == ["other"]


def test_tasks_of_a_worker_that_left_can_be_queued_again():
    schedule = Schedule({"a": [], "b": ["a"]}, {"a": 1, "b": 1})
    schedule.join("lost", ONE)
    schedule.queue(*schedule.ready(), ONE)
    assert schedule.starts() == [("a", "lost")]
    assert schedule.leave("lost") == ["a"]
    schedule.join("other", ONE)
    schedule.queue("a", ONE)
    assert schedule.starts() == [("a", "other")]


def test_dropping_a_task_drops_what_waits_for_it_and_nothing_else():
    schedule = Schedule({"a": [], "b": ["a"], "c": ["b"], "d": []}, dict.fromkeys("abcd", 1))
    assert schedule.drop("a") == ["b", "c"]
    assert schedule.left == {"d"}


@pytest.mark.parametrize("free", [Left(2, 0.0, ()), Left(2, 1.0, ()), Left(9, 9.0, (Fraction(1),) * 9)])
def test_room_is_compared_part_by_part(free):
    assert free.hold(TWO)
    assert not free.hold(Resources(1, 10.0))
    assert free.changed(TWO, (), -1).changed(TWO, (), 1) == free


def placed(rooms, *needs):
    """Where tasks of such needs, queued in this order, start: (task, worker, its GPUs there)."""
    schedule = Schedule({i: [] for i in range(len(needs))}, dict.fromkeys(range(len(needs)), 1))
    for i, room in enumerate(rooms):
        schedule.join(f"w{i}", room)
    for task in schedule.ready():
        schedule.queue(task, Resources(1, 0.0, needs[task]))
    return schedule, [(task, worker, schedule.cards(task)) for task, worker in schedule.starts()]


@pytest.mark.parametrize(("share", "fit"), [(0.2, 5), (0.1, 10), (0.3, 3), (0.51, 1), (1, 1), (0.05, 20)])
def test_so_many_tasks_share_a_gpu_as_fill_it(share, fit):
    """In floats, ten tenths are more or less than 1, whichever way they are added."""
    schedule, starts = placed([Resources(99, 8.0, 1)], *[share] * 30)
    assert [task for task, _, _ in starts] == list(range(fit))
    assert {cards for _, _, cards in starts} == {(0,)}
    schedule.ended(0)
    assert schedule.starts() == [(fit, "w0")]


def test_shares_go_to_the_emptiest_gpu_and_whole_numbers_take_whole_ones():
    _, starts = placed([Resources(9, 8.0, 2)], 0.2, 0.5, 0.2, 0.2, 0.2)
    assert [cards for _, _, cards in starts] == [(0,), (1,), (0,), (0,), (1,)]
    _, starts = placed([Resources(9, 8.0, 4)], 2, 0.5, 1)
    assert [cards for _, _, cards in starts] == [(0, 1), (2,), (3,)]
    _, starts = placed([Resources(9, 8.0, 1), Resources(9, 8.0, 1)], 1, 0.6, 0.6)
    assert sorted(starts) == [(0, "w0", (0,)), (1, "w1", (0,))]


def test_who_waits_for_a_gpu_is_passed_by_tasks_without_one_only():
    schedule, starts = placed([Resources(9, 8.0, 1)], 0.6, 0.6, 0.2, 0)
    assert starts == [(0, "w0", (0,)), (3, "w0", ())]
    schedule.ended(0)
    assert schedule.starts() == [(1, "w0"), (2, "w0")]


def test_who_waits_for_a_core_too_is_passed_by_none():
    _, starts = placed([Resources(1, 8.0, 1)], 0.6, 0.6, 0)
    assert starts == [(0, "w0", (0,))]


def test_more_gpus_than_any_worker_has_are_too_large_and_hold_nobody():
    schedule, starts = placed([Resources(9, 8.0, 1), Resources(9, 8.0, 1)], 2, 0.5)
    assert starts == [(1, "w0", (0,))]
    assert schedule.too_large() == [0]
