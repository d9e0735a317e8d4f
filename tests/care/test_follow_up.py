"""Follow-up as tables: when an answered person comes back into the queue, and what is said of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.care.follow_up import SILENCE, FollowUp, Planned, after_answer, checked_day, told_of
from service.core.errors import Invalid
from service.triage.levels import Level

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # half past midnight of the third in Amsterdam
THIRD, SIXTH = date(2026, 3, 3), date(2026, 3, 6)
DAYS = {Level.CRISIS: 3, Level.URGENT: 0}


@pytest.mark.parametrize(
    ("level", "days", "after"),
    [
        (Level.CRISIS, DAYS, FollowUp(SIXTH, LATE + SILENCE)),
        (Level.CRISIS, {Level.CRISIS: 0}, FollowUp(None, LATE + SILENCE)),
        (Level.CRISIS, {}, FollowUp(None, LATE + SILENCE)),
        (Level.URGENT, DAYS, FollowUp()),
        (Level.URGENT, {Level.URGENT: 3}, FollowUp(SIXTH)),
        (Level.SUPPORT, DAYS, FollowUp()),
    ],
)
def test_what_follows_an_answer(level: Level, days: dict[Level, int], after: FollowUp) -> None:
    assert after_answer(level, LATE, AMSTERDAM, days) == after


@pytest.mark.parametrize(
    ("follow_up", "surfaces"),
    [
        (FollowUp(), None),
        (FollowUp(SIXTH), datetime(2026, 3, 5, 23, 0, tzinfo=UTC)),
        (FollowUp(None, LATE), LATE),
        (FollowUp(SIXTH, LATE), LATE),
        (FollowUp(THIRD, LATE), datetime(2026, 3, 2, 23, 0, tzinfo=UTC)),
    ],
)
def test_it_comes_back_on_the_morning_of_the_day_or_when_they_are_silent(
    follow_up: FollowUp, surfaces: datetime | None
) -> None:
    assert follow_up.surfaces_at(AMSTERDAM) == surfaces


@pytest.mark.parametrize(
    ("follow_up", "hours", "heard", "planned", "due", "days"),
    [
        (FollowUp(SIXTH, LATE + SILENCE), 0, False, Planned.LATER, False, 0),
        (FollowUp(SIXTH, LATE + SILENCE), 71, False, Planned.LATER, False, 2),
        (FollowUp(SIXTH, LATE + SILENCE), 72, False, Planned.TODAY, True, 3),
        (FollowUp(SIXTH), 72, True, Planned.TODAY, True, 3),
        (FollowUp(SIXTH), 96, True, Planned.PAST, True, 4),
        (FollowUp(None, LATE + SILENCE), 71, False, Planned.NOT, False, 2),
        (FollowUp(None, LATE + SILENCE), 72, False, Planned.NOT, True, 3),
        (FollowUp(date(2026, 3, 20), LATE + SILENCE), 72, False, Planned.LATER, True, 3),
        (FollowUp(), 500, True, Planned.NOT, False, 20),
    ],
)
def test_what_staff_are_told(
    follow_up: FollowUp, hours: int, heard: bool, planned: Planned, due: bool, days: int
) -> None:
    told = told_of(follow_up, LATE, LATE if heard else None, LATE + timedelta(hours=hours), AMSTERDAM)
    assert (told.planned, told.due, told.days, told.heard) == (planned, due, days, heard)


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2027, 3, 4)])
def test_a_day_that_is_over_or_far_away_is_refused(day: date) -> None:
    with pytest.raises(Invalid):
        checked_day(day, THIRD)


@pytest.mark.parametrize("day", [THIRD, date(2027, 3, 3)])
def test_today_and_any_day_within_a_year_are_taken(day: date) -> None:
    assert checked_day(day, THIRD) == day
