"""Who is on duty and when nobody is, by table; days on which the clocks change among them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.accounts.duty import Away, Rota, Shift, away, gaps, is_away, on_duty, stand_in, stretches

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MARA, ANA, INES = 1, 2, 3
WEEK = range(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(user_id: int, from_hour: int, until_hour: int) -> list[Shift]:
    return [Shift(user_id, weekday, from_hour, until_hour) for weekday in WEEK]


def rota(*shifts: list[Shift], zone: ZoneInfo = AMSTERDAM) -> Rota:
    return Rota(zone, [shift for some in shifts for shift in some])


def spans(rota: Rota, absences: list[Away], begins: str, ends: str) -> list[tuple[str, str]]:
    found = gaps(rota, absences, utc(begins), utc(ends))
    return [(f"{gap.begins:%m-%dT%H:%M}", f"{gap.ends:%m-%dT%H:%M}") for gap in found]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02T07:59", []),  # a Monday; 08:59 in Amsterdam
        ("2026-03-02T08:00", [MARA]),
        ("2026-03-02T16:59", [MARA, ANA]),
        ("2026-03-02T17:00", [ANA]),  # the hour that ends a shift is not of it
        ("2026-03-03T01:00", [ANA]),  # past midnight, of Monday's shift
        ("2026-03-03T06:00", []),
        ("2026-03-04T01:00", []),  # nobody has Tuesday night
    ],
)
def test_on_duty_by_weekday_and_hour(moment: str, expected: list[int]) -> None:
    week = rota(daily(MARA, 9, 18), [Shift(ANA, 0, 17, 7)])
    assert on_duty(week, [], utc(moment)) == expected


def test_a_shift_of_a_whole_day() -> None:
    week = Rota(UTC, [Shift(MARA, 0, 0, 24)])
    assert on_duty(week, [], utc("2026-03-02T00:00")) == on_duty(week, [], utc("2026-03-02T23:59")) == [MARA]
    assert on_duty(week, [], utc("2026-03-03T00:00")) == on_duty(week, [], utc("2026-03-01T23:59")) == []


def test_a_shift_until_the_hour_it_began_at_lasts_a_day() -> None:
    week = Rota(UTC, [Shift(MARA, 0, 8, 8)])
    assert spans(week, [], "2026-03-02T08:00", "2026-03-03T09:00") == [("03-03T08:00", "03-03T09:00")]


@pytest.mark.parametrize(
    ("shifts", "begins", "ends", "expected"),
    [
        ([daily(MARA, 9, 22)], "2026-03-02T08:00", "2026-03-03T08:00", [("03-02T21:00", "03-03T08:00")]),
        ([daily(MARA, 7, 22), daily(ANA, 22, 7)], "2026-03-02T00:00", "2026-03-09T00:00", []),
        ([daily(MARA, 0, 24)], "2026-03-02T00:00", "2026-03-09T00:00", []),
        ([], "2026-03-02T00:00", "2026-03-09T00:00", []),  # nothing is planned, so nothing is missing
        ([[Shift(MARA, 6, 0, 24)]], "2026-03-02T00:00", "2026-03-03T00:00", [("03-02T00:00", "03-03T00:00")]),
    ],
)
def test_gaps(shifts: list[list[Shift]], begins: str, ends: str, expected: list[tuple[str, str]]) -> None:
    assert spans(rota(*shifts), [], begins, ends) == expected


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-28", 8), ("2026-03-29", 9), ("2026-10-24", 10), ("2026-10-25", 9)],
)
def test_the_night_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    """From 22:00 until 07:00 nobody is there: 8 hours when the clocks go forward in it, 10 when they go back."""
    begins = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=AMSTERDAM).astimezone(UTC)
    (gap,) = gaps(rota(daily(MARA, 7, 22)), [], begins, begins + timedelta(hours=23))
    assert gap.ends - gap.begins == timedelta(hours=hours)
    assert (gap.begins.astimezone(AMSTERDAM).hour, gap.ends.astimezone(AMSTERDAM).hour) == (22, 7)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
@pytest.mark.parametrize("change", [1, 2, 3, 4])
def test_shifts_that_meet_leave_no_gap_when_the_clocks_change(day: str, change: int) -> None:
    meeting = rota(daily(MARA, change, 14), daily(ANA, 14, change))
    begins = utc(f"{day}T00:00")
    assert gaps(meeting, [], begins, begins + timedelta(days=3)) == []


def test_an_hour_that_comes_twice_is_worked_twice_and_one_that_is_skipped_is_not() -> None:
    night = rota(daily(MARA, 2, 3))

    def worked(day: str) -> timedelta:
        begins = utc(f"{day}T00:00") - timedelta(hours=4)
        on = [s for s in stretches(night, [], begins, begins + timedelta(hours=12)) if s.users]
        return sum((s.ends - s.begins for s in on), timedelta())

    assert worked("2026-03-28") == timedelta(hours=1)
    assert worked("2026-03-29") == timedelta(0)
    assert worked("2026-10-25") == timedelta(hours=2)


def test_an_absence_is_counted_in_days_of_the_absent_person() -> None:
    auckland = away(MARA, date(2026, 3, 2), date(2026, 3, 2), ZoneInfo("Pacific/Auckland"))
    assert (auckland.begins, auckland.ends) == (utc("2026-03-01T11:00"), utc("2026-03-02T11:00"))
    assert is_away(MARA, [auckland], utc("2026-03-01T11:00"))
    assert not is_away(MARA, [auckland], utc("2026-03-02T11:00"))


def test_the_deputy_takes_the_shifts_of_an_absent_person() -> None:
    gone = away(MARA, date(2026, 3, 2), date(2026, 3, 3), AMSTERDAM, ANA)
    week = rota(daily(MARA, 0, 24))
    assert on_duty(week, [gone], utc("2026-03-02T12:00")) == [ANA]
    assert on_duty(week, [gone], utc("2026-03-04T12:00")) == [MARA]


def test_an_absence_without_a_deputy_is_a_gap() -> None:
    gone = away(MARA, date(2026, 3, 3), date(2026, 3, 3), AMSTERDAM)
    assert spans(rota(daily(MARA, 0, 24)), [gone], "2026-03-02T00:00", "2026-03-09T00:00") == [
        ("03-02T23:00", "03-03T23:00")
    ]


@pytest.mark.parametrize(
    ("deputies", "expected"),
    [
        ({MARA: ANA}, ANA),
        ({MARA: ANA, ANA: INES}, INES),
        ({MARA: ANA, ANA: MARA}, None),  # each for the other, and both away
        ({MARA: ANA, ANA: INES, INES: ANA}, None),
        ({MARA: None}, None),
        ({}, MARA),
    ],
)
def test_who_stands_in(deputies: dict[int, int | None], expected: int | None) -> None:
    absences = [away(user, date(2026, 3, 2), date(2026, 3, 2), AMSTERDAM, deputy) for user, deputy in deputies.items()]
    assert stand_in(MARA, absences, utc("2026-03-02T12:00")) == expected


def test_of_two_absences_at_once_the_one_that_names_somebody_counts() -> None:
    days = (date(2026, 3, 2), date(2026, 3, 2))
    absences = [away(MARA, *days, AMSTERDAM), away(MARA, *days, AMSTERDAM, ANA)]
    assert stand_in(MARA, absences, utc("2026-03-02T12:00")) == ANA


def test_stretches_join_where_the_people_stay_the_same() -> None:
    week = rota(daily(MARA, 9, 12), daily(MARA, 12, 18), daily(ANA, 18, 22))
    found = stretches(week, [], utc("2026-03-02T08:30"), utc("2026-03-02T20:00"))
    assert [(s.users, f"{s.begins:%H:%M}", f"{s.ends:%H:%M}") for s in found] == [
        ((MARA,), "08:30", "17:00"),
        ((ANA,), "17:00", "20:00"),
    ]
