"""What is taken in: text and names as typed, made fit to be kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.errors import Invalid
from service.core.text import COMMENT_LIMIT, HARD_LIMIT, NAME_LIMIT, clean_name, clean_source


def source(raw: str) -> str:
    return clean_source(raw, limit=COMMENT_LIMIT)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        ("\n \t\n  indented first line\n\n\nlast  \n \n", "  indented first line\n\n\nlast"),
        ("two  spaces   stay", "two  spaces   stay"),
        ("e\u0301toile", "étoile"),
        ("nu\x00ll and \x08bell\x07", "null and bell"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
    ],
)
def test_text_is_kept_as_typed(raw: str, kept: str) -> None:
    assert source(raw) == kept


@pytest.mark.parametrize("raw", ["", " ", "\n\r\n\t", "\u3000\xa0\u2003"])
def test_white_space_alone_is_refused(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        source(raw)
    assert refused.value.field == "body"


@pytest.mark.parametrize("raw", ["\x00", "\u200b\u200d\ufeff", "\xad", "\u3164", " \u2060 \x01"])
def test_signs_nobody_sees_become_one_that_is_seen(raw: str) -> None:
    assert source(raw) == "\ufffd"


def test_the_limit_counts_what_is_kept() -> None:
    longest = "é" * COMMENT_LIMIT
    assert source("\n" + unicodedata.normalize("NFD", longest) + "\r\n") == longest
    assert len(source("a\r\n" * (COMMENT_LIMIT // 2))) == COMMENT_LIMIT - 1
    with pytest.raises(Invalid) as refused:
        source(longest + "é")
    assert refused.value.values == {"count": COMMENT_LIMIT + 1, "limit": COMMENT_LIMIT}


def test_a_tower_of_marks_is_cut_down() -> None:
    tower = source("x" + "\u0301\u0323" * 2000 + "y")
    assert len(tower) <= 33
    assert tower[0] == "x"
    assert tower[-1] == "y"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    try:
        once = clean_source(raw, limit=HARD_LIMIT)
    except Invalid:
        return
    assert clean_source(once, limit=HARD_LIMIT) == once
    assert "\x00" not in once
    once.encode()


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  Nora \t of\nthe  Hill ", "Nora of the Hill"),
        ("A\u030angstro\u0308m", "Ångström"),
        ("gnp\u202eadmin\u202c", "gnpadmin"),
        ("Ma\u200bry\ufeff\x00", "Mary"),
        ("\u3164Lee\uffa0", "Lee"),
        ("Jose\u200b\u0301", "José"),
        ("e\u034f\u0301" + "\u0301\u200b" * 60, "é" + "\u0301" * 29),
        ("<b>O'Neil & co</b>", "<b>O'Neil & co</b>"),
        ("李小龙", "李小龙"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_a_name_is_one_readable_line(raw: str, kept: str) -> None:
    assert clean_name(raw) == kept


@pytest.mark.parametrize(
    "raw", ["", "  ", "\u200b\u200f", "\u3164", "\x00\x01", "\u0301", "x" * (NAME_LIMIT + 1), "x " * 5000]
)
def test_a_name_that_cannot_be_read_is_refused(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_name(raw)
    assert refused.value.field == "name"


@given(st.text(max_size=NAME_LIMIT))
def test_naming_twice_is_naming_once(raw: str) -> None:
    try:
        once = clean_name(raw)
    except Invalid:
        return
    assert clean_name(once) == once
    assert "\n" not in once
    assert len(once) <= NAME_LIMIT
