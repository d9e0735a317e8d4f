"""Any text is a page or NotAPage; any tree of comments that is written as a page is read back."""

from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.archive.page import NotAPage, PageComment, decode_page, parse_page
from service.core.text import plain_text, render_comment
from tests.archive.page_text import DAY, HEAD, UTC, Said, in_words, page_text, shown, words

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf", "Cn", "Co"])
    | st.sampled_from("*_#<>[]`~&\\1.-+=|"),
    min_size=1,
    max_size=12,
)
NAMES = st.one_of(
    st.sampled_from(
        [
            "نينا",
            "李 雷",
            "Look at",
            "R2-D2 (7)",
            "Jean - Luc",
            "May 3",
            "Ann at Sea",
            "Simon says",
            "O’Neil, Jr.",
            "42",
        ]
    ),
    st.lists(
        st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=8), min_size=1, max_size=3
    ).map(" ".join),
)
LINES = st.one_of(
    st.lists(WORDS, min_size=1, max_size=8).map(" ".join),
    st.sampled_from(
        [
            "• one\n• two",
            "1. one\n2. two",
            "- a\n- b",
            "3. three\n5. five",
            "I came here on October 13, 2017 at 1:17 am",
            "Vera December 9, 2018 at 6:45 pm - Reply",
            "1. Vera December 9, 2018 at 6:45 pm - Reply\nas she wrote",
            "Leave A Comment",
            "Comments are closed.",
            "Pingback: somewhere",
            "🙂 🙃",
            "3 Comments",
            "Reply",
            "https://example.org/a_b_c?x=1&copy=2",
            "# no heading\n> no quote\n---",
        ]
    ),
)
PARAGRAPHS = st.lists(LINES, min_size=1, max_size=4)
TREES = st.recursive(
    st.tuples(NAMES, PARAGRAPHS, st.just([])),
    lambda below: st.tuples(NAMES, PARAGRAPHS, st.lists(below, max_size=3)),
    max_leaves=12,
)


def dated(tree: tuple, minutes: count) -> Said:  # type: ignore[type-arg]
    name, paragraphs, answers = tree
    when = DAY + timedelta(minutes=next(minutes))
    return Said(name, when, paragraphs, [dated(answer, minutes) for answer in answers])


def flat(comments: list[Said], depth: int = 0) -> list[tuple[int, str, str, str]]:
    return [
        row
        for said in comments
        for row in [
            (depth, said.name, in_words(said.when), words("\n".join(said.paragraphs))),
            *flat(said.answers, depth + 1),
        ]
    ]


def as_rows(comments: tuple[PageComment, ...]) -> list[tuple[int, str, str, str]]:
    return [(c.depth, c.name, in_words(c.written_at), words(shown(c.body))) for c in comments]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(TREES, min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([" - Reply", "", " - Log in to Reply"]),
)
def test_a_written_tree_is_read_back(trees: list, newline: str, tail: str) -> None:  # type: ignore[type-arg]
    minutes = count(0, 67)
    # One plain name, so that not every name ends with a word that themes write behind names ("Simon says").
    comments = [dated(tree, minutes) for tree in [*trees, ("Zed", ["The end."], [])]]
    text = page_text(comments, tail=tail).replace("\n", newline)
    page = parse_page(text, timezone=UTC)
    assert as_rows(page.comments) == flat(comments)
    for comment in page.comments:
        if comment.parent is not None:
            assert page.comments[comment.parent].depth == comment.depth - 1
    assert len({c.key for c in page.comments}) == len(page.comments)
    assert page.body == "The text of the article."


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_page_or_refused(text: str) -> None:
    for whole in (text, HEAD + text, HEAD + "  1. Ann October 13, 2017 at 1:17 am - Reply\n\n    Hello.\n\n" + text):
        try:
            page = parse_page(whole, timezone=UTC)
        except NotAPage:
            continue
        assert page.title


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            HEAD.split("\n")
            + page_text([Said("Ann", DAY, ["a", "• b"], [Said("Bo", DAY, ["c"])])]).split("\n")
            + [
                "  ",
                "\t",
                "    x",
                "Ann says:",
                "January 5, 2018 at 1:00 pm",
                "  2. Pingback: x",
                "99. x",
                "Comments are closed",
            ]
        )
    )
)
def test_shuffled_lines_of_pages_are_a_page_or_refused(lines: list[str]) -> None:
    try:
        page = parse_page("\n".join(lines), timezone=UTC)
    except NotAPage:
        return
    for index, comment in enumerate(page.comments):
        assert comment.parent is None or comment.parent < index


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    with suppress(NotAPage):
        assert isinstance(decode_page(raw), str)


@settings(deadline=None)
@given(PARAGRAPHS, st.integers(0, 3))
def test_a_text_cut_anywhere_keeps_what_stands_above(paragraphs: list[str], cut: int) -> None:
    whole = page_text([Said("Ann", DAY, paragraphs), Said("Bo", DAY, ["last"])])
    page = parse_page(whole[: whole.index("last") + cut], timezone=UTC)
    first = page.comments[0]
    assert (first.name, words(shown(first.body))) == ("Ann", words("\n".join(paragraphs)))
    assert len(page.comments) == (2 if cut else 1)
    assert any("cut off" in note for note in page.notes)


@pytest.mark.parametrize("character", "*_#<>[]`~&\\.-+=|!(){}$^%@'\"")
def test_every_sign_is_shown_as_typed(character: str) -> None:
    texts = [
        character,
        character * 3,
        f"{character} a",
        f"a {character}b{character} c",
        f"1{character} a",
        f"{character}{character}a{character}{character}",
    ]
    page = parse_page(page_text([Said("Ann", DAY, [text]) for text in texts]), timezone=UTC)
    assert [shown(c.body) for c in page.comments] == [" ".join(text.split()) for text in texts]


@settings(deadline=None, max_examples=150)
@given(PARAGRAPHS)
def test_the_site_shows_the_same_words(paragraphs: list[str]) -> None:
    page = parse_page(page_text([Said("Ann", DAY, paragraphs)]), timezone=UTC)
    assert words(plain_text(render_comment(page.comments[0].body))) == words("\n".join(paragraphs))
