"""Bytes become text, and what is no page is refused in words that help."""

import codecs

import pytest

from service.archive.page import NotAPage, decode_page, parse_page
from tests.archive.page_text import HEAD, PAGES, UTC, shape

LETTER = (PAGES / "letter.txt").read_text()


@pytest.mark.parametrize(
    "raw",
    [
        LETTER.encode(),
        codecs.BOM_UTF8 + LETTER.encode(),
        LETTER.encode("utf-16"),
        codecs.BOM_UTF16_BE + LETTER.encode("utf-16-be"),
        LETTER.encode("cp1252"),
        LETTER.replace("\n", "\r\n").encode(),
        LETTER.replace("\n", "\r").encode(),
        LETTER.replace("    ", "\t").encode(),
        LETTER.replace("        ", "\t").encode(),
        LETTER.replace("    ", "\u00a0\u00a0\u00a0\u00a0").encode(),
    ],
)
def test_the_same_page_in_other_bytes(raw: bytes) -> None:
    page = parse_page(decode_page(raw), timezone=UTC)
    expected = parse_page(LETTER, timezone=UTC)
    assert page == expected
    assert len(page.comments) == 4


def test_a_file_cut_inside_a_letter_is_still_utf8() -> None:
    assert decode_page("Zoë".encode()[:-1]) == "Zo"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02",
        b"\x89PNG\r\n\x1a\n\x00",
        bytes(range(256)),
        b"%PDF-1.7\n",
        b"PK\x03\x04rest",
        b"{\\rtf1 Hi}",
        b"\xff\xfea",
    ],
)
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(NotAPage, match="Such a file is the plain text"):
        decode_page(raw)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n\u00a0\n", "no title"),
        ("Milk\nEggs\n• Bread\n2. Tea, by the box\n", "neither a byline nor a list of comments"),
        ("By Ada Brook | October 1st, 2015|\n\nText.", "no title above the byline"),
        ("A title\nBy Ada Brook | October 1st, 2015|\n", "no text below"),
        ("<!DOCTYPE html>\n<html><body><p>By Ada | October 1st, 2015</p>", "HTML source.*plain text"),
        ("<div class='post'>\n<p>By Ada | October 1st, 2015</p>", "HTML source"),
        ("<?xml version='1.0'?><rss></rss>", "XML"),
        (HEAD + "  1. Ann 13/10 - Reply\n\n    Hello.\n", "no date on them"),
    ],
)
def test_what_is_no_page_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotAPage, match=f"(?s){why}.*Such a file is the plain text"):
        parse_page(text, timezone=UTC)


def test_a_file_of_unlikely_size_is_refused() -> None:
    with pytest.raises(NotAPage, match="more than 4 MB"):
        decode_page(b"a" * (4 * 1024 * 1024 + 1))
    with pytest.raises(NotAPage, match="more than 4 million"):
        parse_page("a" * (4 * 1024 * 1024 + 1), timezone=UTC)


def test_a_page_cut_behind_a_heading_says_so() -> None:
    cut = LETTER[: LETTER.index("Jun, two years")]
    page = parse_page(cut, timezone=UTC)
    assert shape(page) == shape(parse_page(LETTER, timezone=UTC))[:3]
    assert any("ends right behind its heading" in note for note in page.notes)
    assert any("cut off" in note for note in page.notes)
