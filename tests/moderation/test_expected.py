"""The expected time: from what was done before and from duty, by table."""

from datetime import UTC, datetime, timedelta

import pytest

from service.accounts.duty import Stretch
from service.moderation.expected import ENOUGH, STEPS, Wait, expect, rounded_up, share_of, time_on_duty

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
H = timedelta(hours=1)
ALWAYS = [Stretch(NOON - 720 * H, NOON + 336 * H, (1,))]


def days(first: int, last: int) -> list[Stretch]:
    """Somebody is there from 09:00 until 17:00 each day, and nobody at night."""
    midnight = NOON.replace(hour=0)
    found = []
    for day in range(first, last):
        start = midnight + timedelta(days=day)
        found += [
            Stretch(start, start + 9 * H),
            Stretch(start + 9 * H, start + 17 * H, (1,)),
            Stretch(start + 17 * H, start + 24 * H),
        ]
    return found


def waits(*spans: timedelta, begins: datetime = NOON - 100 * H) -> list[Wait]:
    return [Wait(begins, begins + span) for span in spans]


def test_half_and_nine_in_ten() -> None:
    found = expect(waits(*(n * H for n in range(1, 11))), ALWAYS, ALWAYS, NOON)
    assert (found.often, found.usually, found.next_duty) == (6 * H, 12 * H, None)


@pytest.mark.parametrize("number", range(ENOUGH))
def test_little_history_says_nothing(number: int) -> None:
    found = expect(waits(*[H] * number), ALWAYS, ALWAYS, NOON)
    assert (found.often, found.usually) == (None, None)


@pytest.mark.parametrize(
    ("hour", "usually"),
    [(12, 1), (15, 1), (16, 1), (16.5, 24), (17, 24), (20, 24), (8, 2), (8.5, 2)],
)
def test_a_night_without_duty_delays_what_comes_before_it(hour: float, usually: float) -> None:
    """Answers take an hour on duty: what comes at half past four is answered half an hour into the next morning."""
    history = [Wait(wait.begins, wait.ends) for wait in waits(*[H] * 6, begins=NOON - 48 * H)]
    moment = NOON.replace(hour=0) + timedelta(hours=hour)
    assert expect(history, days(-30, 1), days(0, 14), moment).usually == usually * H


def test_a_night_that_somebody_waited_through_does_not_count() -> None:
    """Written at 16:30, answered at 09:30 of the next day: that was one hour on duty."""
    begins = NOON - 48 * H + 4.5 * H
    history = [Wait(begins, begins + 17 * H)] * 6
    assert time_on_duty(days(-30, 1), begins, begins + 17 * H) == H
    assert expect(history, days(-30, 1), days(0, 14), NOON).usually == H


def test_somebody_comes_back_at() -> None:
    night = NOON.replace(hour=20)
    assert expect([], days(-30, 1), days(0, 14), night).next_duty == NOON.replace(day=3, hour=9)
    assert expect([], days(-30, 1), days(0, 14), NOON).next_duty is None
    assert expect([], [], [], NOON).next_duty is None


def test_nobody_will_ever_be_there() -> None:
    """Then the last thing that is known is said: as long as it took."""
    empty = [Stretch(NOON, NOON + 336 * H)]
    assert expect(waits(*[H] * 6), ALWAYS, empty, NOON).usually == H


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.9, 9), (1.0, 10), (0.1, 1), (0.01, 1)])
def test_shares(share: float, expected: int) -> None:
    assert share_of([n * H for n in range(1, 11)], share) == expected * H


def test_rounding_never_promises_less() -> None:
    for minutes in range(0, 14 * 24 * 60, 7):
        span = timedelta(minutes=minutes)
        assert rounded_up(span) >= span
    assert rounded_up(timedelta(days=400)) == STEPS[-1]
