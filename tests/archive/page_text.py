"""Writes the text of a page as a browser's copy of a WordPress theme looks, from a tree of comments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from markdown_it import MarkdownIt

from service.archive.page import Page, decode_page, parse_page

PAGES = Path(__file__).parent / "pages"
UTC = ZoneInfo("UTC")
DAY = datetime(2016, 3, 1, 10, 30)  # noqa: DTZ001  (wall time, as on a page)
HEAD = "A Page\n\nBy Ada Brook | October 1st, 2015|\n\nThe text of the article.\n\n"

_COMMONMARK = MarkdownIt("commonmark", {"html": False})


@dataclass
class Said:
    """A comment to write: who, when (wall time), paragraphs, answers."""

    name: str
    when: datetime
    paragraphs: list[str]
    answers: list["Said"] = field(default_factory=list)


def page_text(
    comments: Sequence[Said], head: str = HEAD, foot: str = "Leave A Comment\n", tail: str = " - Reply"
) -> str:
    """The page: numbers for roots, bullets for answers, two columns more for each level."""
    lines: list[str] = []
    for number, comment in enumerate(comments, 1):
        lines += _comment(comment, f"{number}.", 2, tail)
    return head + "\n".join(lines) + "\n" + foot


def _comment(comment: Said, marker: str, column: int, tail: str) -> list[str]:
    lines = [f"{' ' * column}{marker} {comment.name} {in_words(comment.when)}{tail}", ""]
    for paragraph in comment.paragraphs:
        lines += [" " * (column + 2) + line for line in paragraph.split("\n")] + [""]
    for answer in comment.answers:
        lines += _comment(answer, "•", column + 2, tail)
    return lines


def in_words(when: datetime) -> str:
    """As in "October 13, 2017 at 1:17 am"."""
    half = "am" if when.hour < 12 else "pm"
    return f"{when:%B} {when.day}, {when.year} at {when.hour % 12 or 12}:{when.minute:02} {half}"


def read(name: str, **options: object) -> Page:
    """The page of a file beside these tests."""
    return parse_page(decode_page((PAGES / name).read_bytes()), timezone=UTC, **options)  # type: ignore[arg-type]


def shape(page: Page) -> list[tuple[int, int | None, str, str]]:
    """Depth, parent, name and wall time of each comment."""
    return [(c.depth, c.parent, c.name, f"{c.written_at:%Y-%m-%d %H:%M}") for c in page.comments]


def shown(markdown: str) -> str:
    """The words that CommonMark shows for a source, a line for each block or break; markers of lists are not words."""
    parts: list[str] = []
    for token in _COMMONMARK.parse(markdown):
        parts += ["\n" if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or ()]
        parts += [token.content if token.type in ("code_block", "fence", "html_block") else "", "\n"]
    lines = "".join(parts).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def words(text: str) -> str:
    """The words of plain text, blanks collapsed, without markers at the head of lines."""
    return " ".join(" ".join(re.sub(r"^\s*(?:[•*+-]|\d+[.)])(?=\s)", "", line) for line in text.split("\n")).split())
