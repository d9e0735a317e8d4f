"""The ladder as people see it, as tables: who is told after how long, and what comes next."""

from datetime import timedelta

import pytest

from service.care.ladder import WAITS, People, Step
from service.care.timeline import rungs, rungs_ahead
from service.triage.levels import Level

MARA, OLGA, ANA, INES = 1, 2, 3, 4
ALL = People(MARA, OLGA, (ANA, INES), (INES,))
NO_DEPUTY = People(MARA, None, (ANA,), (INES,))
AWAY = People(None, None, (ANA,), (INES,))
DUE = {Level.SUPPORT: timedelta(hours=24), Level.URGENT: timedelta(hours=4), Level.CRISIS: timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("level", "people", "expected"),
    [
        (Level.CRISIS, ALL, [(1, 0), (2, 3), (3, 6), (4, 10), (5, 25)]),
        (Level.CRISIS, NO_DEPUTY, [(1, 0), (3, 6), (4, 10), (5, 25)]),
        (Level.CRISIS, AWAY, [(3, 0), (4, 4), (5, 19)]),
        (Level.CRISIS, People(), []),
        (Level.URGENT, ALL, [(1, 0), (2, 30), (3, 60), (4, 120), (5, 360)]),
        (Level.SUPPORT, ALL, [(1, 1200), (2, 1440), (3, 2160), (4, 3600), (5, 5040)]),
    ],
)
def test_who_is_told_after_how_many_minutes(level: Level, people: People, expected: list[tuple[int, int]]) -> None:
    found = rungs(WAITS, level, people, DUE[level])
    assert [(rung.step.value, rung.after // timedelta(minutes=1)) for rung in found] == expected
    assert all(rung.people == people.on(rung.step) for rung in found)


@pytest.mark.parametrize(
    ("people", "told", "minutes", "expected"),
    [
        (ALL, 1, 2, [(2, 2), (3, 5), (4, 9), (5, 24)]),
        (NO_DEPUTY, 1, 2, [(3, 5), (4, 9), (5, 24)]),
        (ALL, 4, 15, [(5, 15)]),
        (ALL, 7, 60, [(5, 60)]),
        (ALL, 2, -1, [(3, 0), (4, 4), (5, 19)]),
    ],
)
def test_what_comes_next(people: People, told: int, minutes: int, expected: list[tuple[int, int]]) -> None:
    found = rungs_ahead(WAITS, Level.CRISIS, people, told, timedelta(minutes=minutes))
    assert [(rung.step.value, rung.after // timedelta(minutes=1)) for rung in found] == expected


def test_what_is_drawn_is_what_an_owner_has_set() -> None:
    waits = {**WAITS, (Level.CRISIS, Step.DEPUTY): timedelta(minutes=1)}
    assert rungs(waits, Level.CRISIS, ALL, DUE[Level.CRISIS])[1].after == timedelta(minutes=1)
