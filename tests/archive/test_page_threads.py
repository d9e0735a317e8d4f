"""Which lines are headings of comments: columns, markers, numbers, blank lines and dates decide."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from service.archive.page import Page, parse_page
from tests.archive.page_text import DAY, HEAD, UTC, Said, page_text, read, shape, shown


def page_of(text: str) -> Page:
    return parse_page(text, timezone=UTC)


def test_exchanges() -> None:
    page = read("letter.txt")
    assert shape(page) == [
        (0, None, "Rosa Feld", "2019-02-21 00:05"),
        (1, 0, "Dr. Mirela Novak", "2019-02-23 12:40"),
        (0, None, "Jun", "2019-03-04 07:30"),
        (1, 2, "Dr. Mirela Novak", "2019-03-05 08:00"),
    ]
    assert page.comments[0].body.endswith("It helped:\n\n- I called my sister\n- I slept")


def test_pasted_headings_stay_text() -> None:
    page = read("pasted.txt")
    assert shape(page) == [
        (0, None, "Mara Quist", "2020-10-02 09:15"),
        (1, 0, "Ines Vall", "2020-10-03 10:00"),
        (0, None, "Olu (dad of 3) - at home", "2020-10-04 11:00"),
        (1, 2, "Bea", "2020-10-05 13:00"),
        (1, 2, "Cy", "2020-10-05 14:00"),
    ]
    assert shown(page.comments[0].body).count("Tom October 1, 2020 at 8:00 am - Reply") == 4
    assert page.comments[0].body.endswith("That is where I stopped.\nLeave a comment\n\nComments are closed")
    assert "Vera December 9, 2018 at 6:45 pm - Reply" in page.body
    assert sum("was kept as text" in note for note in page.notes) == 6


def test_a_pasted_comment_older_than_its_answer_stays_text() -> None:
    text = page_text(
        [
            Said("Ann", DAY, ["See:", "• Tom March 1, 2015 at 8:00 am - Reply\n\n  What Tom said."]),
            Said("Bo", DAY, ["Yes"]),
        ]
    )
    assert [c.name for c in page_of(text).comments] == ["Ann", "Bo"]


def test_forty_comments_with_numbers_that_shift_columns() -> None:
    text = HEAD
    for n in range(1, 41):
        when = f"March {1 + n % 28}, 2016 at 1:{n:02} pm - Reply"
        gap = " " * (len(str(n)) + 2)
        text += f"{' ' * (4 - len(str(n)))}{n}. Reader {n} {when}\n\n    Text {n}.\n    1. one\n    2. two\n\n"
        text += f"{'  ' + gap}• Host {when}\n\n{'    ' + gap}Answer {n}.\n\n"
    page = page_of(text + "Leave A Comment\n")
    assert [(c.depth, c.name) for c in page.comments] == [
        row for n in range(1, 41) for row in [(0, f"Reader {n}"), (1, "Host")]
    ]
    assert page.comments[78].body == "Text 40.\n\n1. one\n2. two"
    assert page.comments[79].parent == 78


def test_sixty_levels() -> None:
    root = said = Said("N0", DAY, ["Level 0"])
    for level in range(1, 60):
        said.answers.append(Said(f"N{level}", DAY + timedelta(hours=level), [f"Level {level}"]))
        said = said.answers[0]
    page = page_of(page_text([root, Said("Last", DAY, ["x"])]))
    assert [c.depth for c in page.comments] == [*range(60), 0]
    assert [c.parent for c in page.comments] == [None, *range(59), None]


@pytest.mark.parametrize(
    "name",
    [
        "نينا سعيد",
        "李雷",
        "Ольга",
        "Meet me at",
        "R2-D2",
        "Jean – Luc",
        "Ana (mamá de 2)",
        "42",
        "May",
        "Ann October",
        "J. R. R.",
        "O’Neil, Jr.",
        "Nina 🌻",
        "at 5",
        "x@y",
        "By Jane | Co",
    ],
)
def test_names_are_exact(name: str) -> None:
    page = page_of(page_text([Said(name, DAY, ["a"], [Said("Bo", DAY, ["b"], [Said(name, DAY, ["c"])])])]))
    assert [c.name for c in page.comments] == [name, "Bo", name]


@pytest.mark.parametrize(
    ("date", "time"),
    [
        ("October 13, 2017 at 1:17 pm - Reply", "13:17"),
        ("October 13, 2017 at 12:05 am - Reply", "00:05"),
        ("October 13, 2017 at 12:05 PM Reply", "12:05"),
        ("on October 13, 2017 at 1:17 p.m. Log in to Reply", "13:17"),
        ("says: October 13, 2017 at 1:17\u202fpm", "13:17"),
        ("October 13, 2017 - 1:17 am · Reply →", "01:17"),
        ("Oct 13th, 2017 at 13:17 (Edit) - Reply", "13:17"),
        ("13 October 2017 at 13:17 | Reply", "13:17"),
        ("13 octubre, 2017 a las 1:17 pm - Responder", "13:17"),
        ("dice: 13 de octubre de 2017 a las 13:17 Responder", "13:17"),
        ("octubre 13, 2017 a las 1:17 a. m. - Responder", "01:17"),
        ("13 octobre 2017 à 13 h 17 min - Répondre", "13:17"),
        ("13. Oktober 2017 um 13:17 Uhr - Antworten", "13:17"),
        ("13 de outubro de 2017 às 13:17 - Responder", "13:17"),
        ("2017-10-13 at 13:17 - Reply", "13:17"),
        ("2017年10月13日 下午1:17 - 回复", "13:17"),
        ("October 13, 2017 - Reply", "00:00"),
    ],
)
def test_dates_of_other_themes(date: str, time: str) -> None:
    text = f"{HEAD}  1. Nina {date}\n\n    One.\n\n    • Ana {date}\n\n      Two.\n\n  2. Bo {date}\n\n    Three.\n\n"
    assert shape(page_of(text + "Leave a Reply")) == [
        (0, None, "Nina", f"2017-10-13 {time}"),
        (1, 0, "Ana", f"2017-10-13 {time}"),
        (0, None, "Bo", f"2017-10-13 {time}"),
    ]


def test_comment_times_are_of_the_timezone_given() -> None:
    page = parse_page(page_text([Said("Ann", DAY, ["a"])]), timezone=ZoneInfo("America/New_York"))
    assert f"{page.comments[0].written_at}" == "2016-03-01 15:30:00+00:00"
    assert f"{page.published_on}" == "2015-10-01 04:00:00+00:00"


def test_names_and_dates_on_two_lines_with_pingbacks_and_closed() -> None:
    page = read("says.txt")
    assert shape(page) == [(0, None, "Sam at Sea", "2017-10-13 01:17"), (1, 0, "Jane Orme", "2017-10-13 21:00")]
    assert [c.body for c in page.comments] == ["I needed that.", "Glad to hear it."]
    assert not page.comments_open
    assert sum("pingback or trackback" in note for note in page.notes) == 2


def test_an_excerpt_of_another_page_is_a_pingback_and_its_answer_moves_up() -> None:
    ping = Said(
        "Ten Calm Pages",
        DAY,
        ["[…] as Ada Brook writes, rest is […]"],
        [Said("Ada Brook", DAY, ["Thank you for the link."])],
    )
    page = page_of(page_text([Said("Ann", DAY, ["a"]), ping]))
    assert [(c.depth, c.name) for c in page.comments] == [(0, "Ann"), (0, "Ada Brook")]
    assert any("Ten Calm Pages" in note for note in page.notes)


def test_spanish_theme() -> None:
    page = read("spanish.txt")
    assert [(c.depth, c.name) for c in page.comments] == [(0, "Íñigo"), (1, "Lucía Ferrer"), (0, "Señora del 5")]
    assert "\n\n## Un paso cada día\n\n" in page.body
    assert page.body.endswith("Con cariño,\n\nLucía")
    assert page.notes == ()


def test_without_columns_numbers_are_roots_and_bullets_answers() -> None:
    text = page_text([Said("Ann", DAY, ["a", "1. x\n2. y"], [Said("Bo", DAY, ["b"])]), Said("Cy", DAY, ["c"])])
    page = page_of("\n".join(line.strip() for line in text.split("\n")))
    assert [(c.depth, c.name, c.body) for c in page.comments] == [
        (0, "Ann", "a\n\n1. x\n2. y"),
        (1, "Bo", "b"),
        (0, "Cy", "c"),
    ]


def test_without_markers_columns_are_enough() -> None:
    page = read("columns.txt")
    assert [(c.depth, c.name, c.body) for c in page.comments] == [
        (0, "Ann", "Hello."),
        (1, "Bo", "Hi."),
        (0, "Cy", "Good day."),
    ]


def test_without_markers_or_columns_comments_are_in_a_row() -> None:
    page = read("row.txt")
    assert [(c.depth, c.name, c.body) for c in page.comments] == [(0, "Ann", "Hello."), (0, "Bo", "Hi.")]


def test_a_date_that_does_not_exist_is_noted() -> None:
    text = page_text([Said("Ann", DAY, ["a"]), Said("Bo", DAY, ["b"])]).replace("Bo March 1,", "Bo March 32,")
    page = page_of(text)
    assert [(c.name, f"{c.written_at:%H:%M}") for c in page.comments] == [("Ann", "10:30"), ("Bo", "10:30")]
    assert any("cannot be read" in note for note in page.notes)


def test_keys_stay_when_comments_are_added_and_the_timezone_changes() -> None:
    first = [Said("Ann", DAY, ["a"], [Said("Ann", DAY, ["again"])]), Said("Bo", DAY, ["b"])]
    before = page_of(page_text(first))
    first[0].answers.append(Said("Cy", DAY + timedelta(days=1), ["later"]))
    after = parse_page(page_text([*first, Said("Di", DAY, ["d"])]), timezone=ZoneInfo("Asia/Tokyo"))
    keys = {c.body: c.key for c in after.comments}
    assert all(keys[c.body] == c.key for c in before.comments)
    assert len(set(keys.values())) == 5


def test_a_page_of_comments_says_that_there_are_older_ones() -> None:
    page = page_of(page_text([Said("Ann", DAY, ["a"])], foot="← Older Comments\n\nLeave a Reply\n"))
    assert len(page.comments) == 1
    assert page.comments_open
    assert any("other pages" in note for note in page.notes)


def test_numbers_out_of_turn_and_lines_that_lost_their_columns_stay_text() -> None:
    page = read("lost.txt")
    assert [(c.depth, c.name) for c in page.comments] == [(0, "Ann"), (0, "Bo"), (1, "Ada Brook"), (0, "Cy")]
    assert shown(page.comments[0].body) == "Look:\n7. Nina March 8, 2016 at 11:03 pm - Reply\nIt was long."
    assert shown(page.comments[1].body) == "And:\nNina March 8, 2016 at 11:03 pm - Reply\nShe is right."
    assert page.body == "The text of the article."


def test_numbers_may_run_down_or_leave_some_out() -> None:
    text = page_text([Said(f"N{n}", DAY, ["x"]) for n in range(1, 13)])
    for numbers in (range(12, 0, -1), [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14]):
        other = text
        for place, number in enumerate(numbers, 1):
            other = other.replace(f"  {place}. N{place} ", f"{number:4}. N{place} ")
        assert [(c.depth, c.name) for c in page_of(other).comments] == [(0, f"N{n}") for n in range(1, 13)]


def test_a_comment_without_text_stays_when_it_was_answered() -> None:
    page = page_of(
        page_text([Said("Ann", DAY, [], [Said("Bo", DAY, ["b"])]), Said("Cy", DAY, []), Said("Di", DAY, ["d"])])
    )
    assert [(c.depth, c.name, c.body) for c in page.comments] == [(0, "Ann", "…"), (1, "Bo", "b"), (0, "Di", "d")]
    assert any("Cy" in note and "no text" in note for note in page.notes)


def test_a_page_of_two_megabytes_is_read_whole() -> None:
    said = [Said(f"Reader {n}", DAY + timedelta(hours=n), [f"{n} " + "words " * 100]) for n in range(3000)]
    page = page_of(page_text(said))
    assert [c.name for c in page.comments] == [comment.name for comment in said]
    assert page.comments[-1].body.startswith("2999 words")
