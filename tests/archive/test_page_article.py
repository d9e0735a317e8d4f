"""Title, byline, article text and the rule that finds the author."""

import pytest

from service.archive.page import parse_page
from tests.archive.page_text import PAGES, UTC, read, shown

LETTER = (PAGES / "letter.txt").read_text()


def test_article_of_the_usual_shape() -> None:
    page = read("letter.txt")
    assert page.title == "Small Steps Home: Learning to Trust After a Hard Beginning"
    assert f"{page.published_on} {page.modified_at}" == "2019-02-20 00:00:00+00:00 2019-03-02 09:15:00+00:00"
    assert [line for line in page.body.split("\n") if line.startswith("#")] == [
        "## What Closeness Asks of Us",
        "## Step 1: A Place That Holds",
    ]
    assert "nobody learns trust alone.\nSome lines" in page.body
    assert "\n\n1. Be there when you said that you would\n2. Say it when you cannot\n\n" in page.body
    assert page.body.count("\n- ") == 5
    assert "---\n\n- Okafor, Ada (2011)." in page.body


def test_every_word_of_the_article_is_shown() -> None:
    article = LETTER[LETTER.index("2019|") + 5 : LETTER.index("  1. Rosa")]
    for marker in ("•", "1. Be", "2. Say"):
        article = article.replace(marker, marker[2:].strip() if marker[0].isdigit() else " ")
    assert shown(read("letter.txt").body).split() == article.split()


def test_a_page_without_comments() -> None:
    page = read("none.txt")
    assert (page.author, page.comments, page.comments_open, page.notes) == ("Ada Brook", (), True, ())
    assert page.body == "There is only this paragraph.\n\nLeave a comment if you like; I read them all."
    assert f"{page.modified_at}" == "2018-05-05 08:00:00+00:00"


@pytest.mark.parametrize(
    ("byline", "author", "day"),
    [
        ("By | October 11th, 2017|", None, "2017-10-11"),
        (
            "By Ada Brook | 2018-01-05T08:30:00+00:00 October 11th, 2017|Essays, Notes|4 Comments",
            "Ada Brook",
            "2017-10-11",
        ),
        ("By Ada B. Brook-Lee (MD)|Oct 11, 2017", "Ada B. Brook-Lee (MD)", "2017-10-11"),
        ("by Ada Brook on October 11, 2017", "Ada Brook", "2017-10-11"),
        ("Por Lucía Ferrer | 12 octubre, 2017 | Relatos", "Lucía Ferrer", "2017-10-12"),
        ("Por | 12 de octubre de 2017", None, "2017-10-12"),
        ("Posted on October 11, 2017 by Ada Brook", "Ada Brook", "2017-10-11"),
        ("October 11, 2017 By Ada Brook 3 Comments", "Ada Brook", "2017-10-11"),
        ("October 11, 2017", None, "2017-10-11"),
        ("By Ada Brook", "Ada Brook", None),
        ("By Ada Brook | Essays", "Ada Brook", None),
        ("By Ada Brook\nOctober 11, 2017", "Ada Brook", "2017-10-11"),
        ("By Ada Brook | February 30th, 2017|", "Ada Brook", None),
    ],
)
def test_bylines(byline: str, author: str | None, day: str | None) -> None:
    page = parse_page(f"A Page\n\n{byline}\n\nThe text.\n\nLeave A Comment\n", timezone=UTC)
    assert (page.title, page.author, page.body) == ("A Page", author, "The text.")
    assert (f"{page.published_on:%Y-%m-%d}" if page.published_on else None) == day
    assert (day is None) == any("no date" in note for note in page.notes)


@pytest.mark.parametrize(
    ("change", "author", "rule"),
    [
        (("", ""), "Dr. Mirela Novak", "sign-off “Dr. Mirela” begins the name"),
        (("\nDr. Mirela\n", "\nWarmly, Dr. Mirela\n"), "Dr. Mirela Novak", "sign-off"),
        (("\nDr. Mirela\n", "\nDr.\n"), None, "No author"),
        (("\nDr. Mirela\n", "\nDr. Mire\n"), None, "No author"),
        (("  2. Jun", "  2. Dr. Mirela Novak"), None, "No author"),
        (("    • Dr. Mirela Novak March", "    • Dr. Mirela Oz March"), None, "fits several"),
        (("By |", "By Ada Brook |"), "Ada Brook", "byline names the author"),
    ],
)
def test_who_the_author_is(change: tuple[str, str], author: str | None, rule: str) -> None:
    page = parse_page(LETTER.replace(*change), timezone=UTC)
    assert page.author == author
    assert rule in page.author_rule


def test_a_given_author_overrides() -> None:
    page = parse_page(LETTER, timezone=UTC, author=" Ada  Brook ")
    assert (page.author, page.author_rule) == ("Ada Brook", "The author is the name that was given with the import.")


def test_comments_are_closed() -> None:
    page = parse_page(LETTER.replace("Leave A Comment", "Comments are closed."), timezone=UTC)
    assert not page.comments_open
    assert len(page.comments) == 4
