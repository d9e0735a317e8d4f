"""The ladder as tables: who stands on which step, when it begins, how long it waits, whose turn it is in the queue."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from service.care.ladder import WAITS, People, Step, begins_at, paused_until, turn_at, wait_before
from service.triage.levels import Level

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SUPPORT, URGENT, CRISIS = Level.SUPPORT, Level.URGENT, Level.CRISIS
DUE = {SUPPORT: timedelta(hours=24), URGENT: timedelta(hours=4), CRISIS: timedelta(minutes=30)}
MARA, OLGA, ANA, INES = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("people", "steps", "first"),
    [
        (People(MARA, OLGA, (ANA, INES), (INES,)), [(MARA,), (OLGA,), (ANA, INES), (INES,)], Step.AUTHOR),
        (People(MARA, None, (MARA,), (MARA,)), [(MARA,), (), (MARA,), (MARA,)], Step.AUTHOR),
        (People(None, OLGA, (ANA,), (INES,)), [(), (OLGA,), (ANA,), (INES,)], Step.DEPUTY),
        (People(None, None, (ANA,), (INES,)), [(), (), (ANA,), (INES,)], Step.MODERATORS),
        (People(on_call=(INES,)), [(), (), (), (INES,)], Step.ON_CALL),
        (People(), [(), (), (), ()], Step.ON_CALL),
    ],
)
def test_who_stands_on_which_step(people: People, steps: list[tuple[int, ...]], first: Step) -> None:
    assert [people.on(step) for step in range(1, 5)] == steps
    assert people.first_step() is first


@pytest.mark.parametrize("step", [5, 6, 40])
def test_beyond_the_last_step_everybody_hears_it_again_and_each_once(step: int) -> None:
    assert People(MARA, OLGA, (ANA, MARA), (INES, ANA)).on(step) == (MARA, OLGA, ANA, INES)


@pytest.mark.parametrize(
    ("level", "minutes"),
    [(CRISIS, [3, 3, 4, 15, 30]), (URGENT, [30, 30, 60, 240, 480]), (SUPPORT, [240, 720, 1440, 1440, 2880])],
)
def test_how_long_each_step_is_given(level: Level, minutes: list[int]) -> None:
    assert [wait_before(WAITS, level, step) / timedelta(minutes=1) for step in range(2, 7)] == minutes


@pytest.mark.parametrize(("level", "hours"), [(CRISIS, 8), (URGENT, 24), (SUPPORT, 168)])
def test_how_long_it_waits_at_most_before_it_tells_all_again(level: Level, hours: int) -> None:
    assert {wait_before(WAITS, level, step) for step in (19, 100, 100_000)} == {timedelta(hours=hours)}


@pytest.mark.parametrize(
    ("level", "each_day"),
    [(CRISIS, [18, *[3] * 13]), (URGENT, [6, *[1] * 13]), (SUPPORT, [1, 2, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0])],
)
def test_how_often_it_tells_somebody_in_two_weeks_without_an_answer(level: Level, each_day: list[int]) -> None:
    """Two hours of silence at most on the first day of a crisis, eight later; `support` has the digest besides."""
    after, told, step = begins_at(level, NOON, NOON + DUE[level]) - NOON, [0] * 14, 1
    while after < timedelta(days=14):
        told[after.days] += 1
        step += 1
        after += wait_before(WAITS, level, step)
    assert told == each_day


def test_a_worse_level_never_waits_longer() -> None:
    for worse, better in pairwise((CRISIS, URGENT, SUPPORT)):
        assert all(WAITS[worse, step] < WAITS[better, step] for step in Step if step > 1)


def test_everybody_has_heard_of_a_crisis_before_it_is_due() -> None:
    assert (
        sum((WAITS[CRISIS, step] for step in (Step.DEPUTY, Step.MODERATORS, Step.ON_CALL)), timedelta()) < DUE[CRISIS]
    )


@pytest.mark.parametrize(("level", "hours"), [(CRISIS, 0), (URGENT, 0), (SUPPORT, 20)])
def test_when_it_begins(level: Level, hours: int) -> None:
    assert begins_at(level, NOON, NOON + DUE[level]) == NOON + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("level", "minutes_left", "minutes"),
    [
        (CRISIS, 29, 15),
        (CRISIS, -90, 15),
        (URGENT, 210, 210),
        (URGENT, 20, 60),
        (URGENT, -500, 60),
        (SUPPORT, 1200, 1200),
        (SUPPORT, -1, 240),
    ],
)
def test_how_long_somebody_who_has_it_is_given(level: Level, minutes_left: int, minutes: int) -> None:
    until = paused_until(level, NOON + timedelta(minutes=minutes_left), NOON)
    assert until == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((CRISIS, 0), (URGENT, -600)),
        ((CRISIS, 0), (SUPPORT, -600)),
        ((URGENT, 0), (SUPPORT, -600)),
        ((URGENT, -1), (URGENT, 0)),
        ((SUPPORT, -60 * 24 * 2), (URGENT, 0)),  # overdue for more than a day
        ((SUPPORT, -60 * 24 * 8), (CRISIS, 0)),  # overdue for more than a week
        ((CRISIS, 0), (SUPPORT, -60 * 24 * 6)),
    ],
)
def test_whose_turn_comes_first(first: tuple[Level, int], second: tuple[Level, int]) -> None:
    """Each is a level and in how many minutes it is due, seen from noon."""
    turns = [turn_at(level, NOON + timedelta(minutes=minutes)) for level, minutes in (first, second)]
    assert turns == sorted(turns)
    assert turns[0] < turns[1]


def test_nobody_waits_for_ever_behind_a_stream_of_others() -> None:
    waiting = turn_at(SUPPORT, NOON + DUE[SUPPORT])
    later = (turn_at(CRISIS, NOON + timedelta(days=day) + DUE[CRISIS]) for day in range(365))
    assert sum(turn < waiting for turn in later) == 8
