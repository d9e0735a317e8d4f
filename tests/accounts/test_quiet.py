"""Quiet hours and the hour of the digest, in a person's own time: over midnight, and when the clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from service.accounts.quiet import Day

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NIGHT = (time(22), time(7))


@pytest.mark.parametrize(
    ("hours", "written", "heard"),
    [
        (NIGHT, "2026-03-02 20:59", "2026-03-02 20:59"),
        (NIGHT, "2026-03-02 21:00", "2026-03-03 06:00"),  # 22:00 in Amsterdam
        (NIGHT, "2026-03-03 05:59", "2026-03-03 06:00"),
        (NIGHT, "2026-03-03 06:00", "2026-03-03 06:00"),
        (NIGHT, "2026-03-28 23:00", "2026-03-29 05:00"),  # the night that loses an hour
        (NIGHT, "2026-10-24 22:00", "2026-10-25 06:00"),  # the night that gains one
        ((time(13), time(14, 30)), "2026-07-01 11:00", "2026-07-01 12:30"),
        ((time(13), time(14, 30)), "2026-07-01 12:30", "2026-07-01 12:30"),
        ((time(9), time(9)), "2026-03-02 09:00", "2026-03-02 09:00"),  # an empty span
        ((None, None), "2026-03-02 23:00", "2026-03-02 23:00"),
    ],
)
def test_heard_at(hours: tuple[time | None, time | None], written: str, heard: str) -> None:
    assert Day(AMSTERDAM, *hours).heard_at(moment(written)) == moment(heard)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-03-02 06:59", None),
        ("2026-03-02 07:00", date(2026, 3, 2)),  # 08:00 in Amsterdam
        ("2026-03-02 22:59", date(2026, 3, 2)),
        ("2026-03-02 23:30", None),  # already the third there
        ("2026-07-02 06:00", date(2026, 7, 2)),  # summer time
    ],
)
def test_digest_day(now: str, day: date | None) -> None:
    assert Day(AMSTERDAM).digest_day(moment(now)) == day


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
