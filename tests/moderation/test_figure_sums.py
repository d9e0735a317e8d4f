"""What the figures rest on, without a database: percentiles, margins, weeks, days in an address, charts and CSV."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from service.moderation.figures.drawing import NARROW, WIDE, Part, Series, columns, lines, margins, rows
from service.moderation.figures.period import read_wanted
from service.moderation.figures.scales import count_scale, time_scale
from service.moderation.figures.shapes import Box, Dot, Line, Path, Text
from service.moderation.figures.statistics import Waited, by_week, mondays, percentiles, wilson
from service.moderation.figures.tables import Column, Of, Share, Table, csv_of
from service.triage.levels import Level

ROME, SYDNEY = ZoneInfo("Europe/Rome"), ZoneInfo("Australia/Sydney")
TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("minutes", "share", "expected"),
    [
        ([], 0.5, None),
        ([7], 0.5, 7),
        ([7], 0.9, 7),
        ([1, 2], 0.5, 1),
        ([3, 1, 2], 0.5, 2),
        ([1, 2, 3, 4], 0.5, 2),
        (list(range(1, 11)), 0.9, 9),
        (list(range(1, 12)), 0.9, 10),
        (list(range(1, 101)), 0.9, 90),
        ([1, 2, None], 0.5, 2),  # the third is still waiting: longer than both
        ([1, None, None], 0.5, None),
        ([None], 0.5, None),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, None], 0.9, 9),
        ([1, 2, 3, 4, 5, 6, 7, 8, None, None], 0.9, None),
    ],
)
def test_a_percentile_is_the_nearest_rank(minutes: list[int | None], share: float, expected: int | None) -> None:
    waits = [Waited(0, None if each is None else 60 * each, in_time=True) for each in minutes]
    assert percentiles(waits, share) == [None if expected is None else timedelta(minutes=expected)]


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 5, 0.0, 0.4345),
        (5, 5, 0.5655, 1.0),
        (1, 1, 0.2065, 1.0),
        (5, 10, 0.2366, 0.7634),
        (15, 40, 0.2422, 0.5295),
        (500, 1000, 0.4691, 0.5309),
    ],
)
def test_the_margin_is_wilsons(hits: int, number: int, low: float, high: float) -> None:
    assert wilson(hits, number) == pytest.approx((low, high), abs=0.0005)


def test_weeks_begin_on_monday_as_the_site_counts_days() -> None:
    assert mondays(date(2026, 11, 1), date(2026, 11, 9)) == [date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]
    sunday = int(datetime(2026, 11, 22, 23, 30, tzinfo=UTC).timestamp())
    late, older = Waited(sunday, 60, in_time=True), Waited(sunday - 40 * 86_400, 60, in_time=True)
    weeks = [date(2026, 11, 16), date(2026, 11, 23)]
    assert [len(waits) for waits in by_week([older, late], weeks, UTC).values()] == [1, 0]  # Sunday, half past eleven
    assert [len(waits) for waits in by_week([older, late], weeks, ROME).values()] == [
        0,
        1,
    ]  # Monday, half past midnight


@pytest.mark.parametrize(
    ("values", "first", "last", "weeks", "refused"),
    [
        ({}, "2026-09-07", "2026-11-24", 12, False),
        ({"weeks": "4"}, "2026-11-02", "2026-11-24", 4, False),
        ({"weeks": "52"}, "2025-12-01", "2026-11-24", 52, False),
        ({"weeks": "7"}, "2026-09-07", "2026-11-24", 12, False),
        ({"from": "2026-11-01", "to": "2026-11-10"}, "2026-11-01", "2026-11-10", 0, False),
        ({"from": "2026-11-01", "to": "2027-11-10"}, "2026-11-01", "2026-11-24", 0, False),
        ({"from": "2026-11-01"}, "2026-11-01", "2026-11-24", 0, False),
        ({"to": "2026-10-10"}, "2026-07-19", "2026-10-10", 0, False),
        ({"from": "2026-11-11", "to": "2026-11-10"}, "2026-09-07", "2026-11-24", 12, True),
        ({"from": "2020-11-11", "to": "2026-11-10"}, "2026-09-07", "2026-11-24", 12, True),
        ({"from": "yesterday"}, "2026-09-07", "2026-11-24", 12, True),
        ({"to": "0001-01-02"}, "2026-09-07", "2026-11-24", 12, True),
    ],
)
def test_an_address_says_which_days(values: dict[str, str], first: str, last: str, weeks: int, refused: bool) -> None:
    wanted = read_wanted(values, TODAY, ROME)
    assert (wanted.first.isoformat(), wanted.last.isoformat()) == (first, last)
    assert (wanted.weeks, wanted.refused) == (weeks, refused)


def test_a_day_lasts_as_it_does_where_the_site_is_and_the_address_says_all_again() -> None:
    values = {"from": "2026-10-04", "to": "2026-10-04", "level": "urgent", "article": "7"}
    wanted = read_wanted(values, TODAY, SYDNEY)
    assert wanted.ends - wanted.begins == timedelta(hours=23)  # the clocks go forward there
    assert wanted.begins == datetime(2026, 10, 3, 14, 0, tzinfo=UTC)
    assert (wanted.level, wanted.article) == (Level.URGENT, 7)
    assert read_wanted(wanted.query(), TODAY, SYDNEY) == wanted
    assert read_wanted({"level": "none", "article": "x"}, TODAY, SYDNEY).narrowed is False


@pytest.mark.parametrize(
    ("longest", "words"),
    [
        (1, ["0", "5 min"]),
        (1_500, ["0", "5 min", "10 min", "15 min", "20 min", "25 min"]),
        (9 * 3_600, ["0", "2 h", "4 h", "6 h", "8 h", "10 h"]),
        (100 * 3_600, ["0", "24 h", "2 d", "3 d", "4 d", "5 d"]),
        (400 * 86_400, ["0", "84 d", "168 d", "252 d", "336 d", "420 d"]),
    ],
)
def test_a_scale_of_time_has_few_round_lines(longest: float, words: list[str]) -> None:
    scale = time_scale(longest)
    assert [words for _value, words in scale.ticks] == words
    assert scale.top >= longest


@pytest.mark.parametrize(("most", "top"), [(1, 1), (4, 4), (7, 8), (30, 30), (31, 40), (5_000, 5_000), (1_234, 1_500)])
def test_a_scale_of_people_has_whole_numbers(most: float, top: float) -> None:
    scale = count_scale(most)
    assert scale.top == top
    assert all(value == int(value) for value, _words in scale.ticks)


def test_a_line_breaks_where_nothing_is_known_and_names_do_not_meet() -> None:
    half = Series("half", [3_600, None, 3_600, 7_200])
    most = Series("nine in ten", [7_200, None, 7_200, 7_200], square=True)
    picture = lines(WIDE, ["a", "b", "c", "d"], [most, half], (86_400, "promised"))
    assert [len(shape.points) for shape in picture.shapes if isinstance(shape, Path)] == [2, 2]
    assert sum(isinstance(shape, Dot) for shape in picture.shapes) == 6
    named = {shape.words: shape.y for shape in picture.shapes if isinstance(shape, Text) and shape.name}
    assert named["half"] - named["nine in ten"] >= 16
    assert [shape for shape in picture.shapes if isinstance(shape, Line) and shape.name == "chart-due"]


def test_every_shape_stays_within_its_drawing() -> None:
    labels = [f"{number} Nov" for number in range(1, 53)]
    series = [Series("half", [number * 1_000.0 for number in range(52)])]
    for frame in (WIDE, NARROW):
        drawn = lines(frame, labels, series, None), columns(frame, labels, [Part("bar-main", [3] * 52)])
        for picture in drawn:
            below = [shape for shape in picture.shapes if isinstance(shape, Text) and shape.words.endswith("Nov")]
            assert below[-1].words == "52 Nov"
            gaps = [later.x - earlier.x for earlier, later in pairwise(below)]
            assert min(gaps) >= 40
            for box in picture.shapes:
                if isinstance(box, Box):
                    assert frame.left <= box.x
                    assert box.x + box.width <= frame.left + frame.inner
                    assert box.y + box.height == pytest.approx(frame.floor)


def test_lying_bars_put_their_parts_one_after_the_other() -> None:
    picture = rows(354, 116, ["Under 1 hour", "Over 3 days"], [Part("a", [1, 0]), Part("b", [3, 0])], ["4", "nobody"])
    first, second = (shape for shape in picture.shapes if isinstance(shape, Box))
    assert second.x == pytest.approx(first.x + first.width)
    assert second.width == pytest.approx(3 * first.width, abs=0.2)
    assert second.x + second.width < 354


def test_a_share_stands_on_its_margin_and_nothing_is_said_of_what_nobody_judged() -> None:
    picture = margins(354, 116, ["Today", "Very low"], [(0.5, 0.2, 0.8), None], "nothing judged yet")
    point = next(shape for shape in picture.shapes if isinstance(shape, Dot))
    reach = next(shape for shape in picture.shapes if isinstance(shape, Line) and shape.name == "chart-margin")
    assert reach.x1 < point.x < reach.x2
    assert sum(isinstance(shape, Dot) for shape in picture.shapes) == 1
    assert "nothing judged yet" in [shape.words for shape in picture.shapes if isinstance(shape, Text)]


def test_a_spreadsheet_reads_the_numbers_and_no_formula() -> None:
    table = Table(
        "Waits",
        [
            Column("Week", ("week",)),
            Column("Half", ("hours",)),
            Column("In time", ("in time", "all")),
            Column("x", ("x",)),
        ],
        [
            [date(2026, 11, 23), timedelta(minutes=90), Of(3, 4), "=SUM(A1)"],
            ["+1", None, None, "-2"],
            ["@cmd", timedelta(0), Of(0, 0), "\tx"],
        ],
    )
    assert csv_of(table).startswith(b"\xef\xbb\xbf")
    assert csv_of(table).decode("utf-8-sig").split("\r\n") == [
        "week,hours,in time,all,x",
        "2026-11-23,1.5,3,4,'=SUM(A1)",
        "'+1,,,,'-2",
        "'@cmd,0.0,0,0,'\tx",
        "",
    ]
    shares = Table("", [Column("Share", ("share", "low", "high"))], [[Share(0.375, 0.2422, 0.5304)]])
    assert csv_of(shares).decode("utf-8-sig").split("\r\n")[1] == "37.5,24.2,53.0"
