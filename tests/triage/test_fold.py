"""Folding a stranger's text: whatever they send, highlights point at the right characters."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.triage.fold import fold
from service.triage.scanner import scan

HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from(list("<>&;/!pbr \n>\"'kilmysef.")),
        st.sampled_from(["\u200b", "\u00ad", "\u202e", "\u0301", "\ufe0f", "\U0001f468", "ﬁ", "ß", "İ", "½"]),
    ),
    max_size=300,
)


@given(HOSTILE)
def test_every_folded_character_comes_from_its_place(text: str) -> None:
    folded = fold(text)
    places = [folded.origin(index) for index in range(len(folded.text))]
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)
    for character, place in zip(folded.text, places, strict=True):
        if character.isalnum() and text[place].isalnum():
            wanted = unicodedata.normalize("NFKD", text[place].casefold()).casefold()
            assert character in wanted or text[place] == "&"


@settings(deadline=None)  # the first scan loads the lexicon
@given(HOSTILE, HOSTILE)
def test_matches_lie_in_the_text_and_hold_the_needle(before: str, after: str) -> None:
    text = f"{before}\n\nI want to kill myself\n\n{after}"
    found = scan(text)
    for match in found.matches:
        assert text[match.start : match.end] == match.phrase
        assert 0 <= match.start < match.end <= len(text)


@given(
    st.text(alphabet=st.characters(exclude_characters="<>&"), max_size=80),
    st.sampled_from(["\u200b", "\u00ad", "\u2060", "\u0336"]),
)
def test_a_needle_full_of_invisible_signs_is_found_where_it_stands(before: str, sign: str) -> None:
    needle = sign.join("kill") + " " + sign.join("myself")
    text = f"{before}.\n{needle}"
    match = next(match for match in scan(text).matches if match.family == "intent" and match.end > len(before))
    assert match.start == len(before) + 2
    assert text[match.start : match.end].rstrip(sign) == needle


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>I&#39;m <b>so</b>&nbsp;tired</p>", "\ni'm so tired\n"),
        ("2 < 3 & 4 > 1", "2 < 3 & 4 > 1"),
        ("<3 you", "<3 you"),
        ("CAFÉ “quote” it’s…", 'cafe "quote" it\'s.'),
        ("𝓘 𝔀𝓪𝓷𝓽", "i want"),
        ("ﬁne", "fine"),
        ("<" * 50, "<" * 50),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_markup_and_fancy_letters_become_plain(written: str, read: str) -> None:
    assert fold(written).text == read


def test_quoted_lines_and_blocks_are_marked() -> None:
    text = "> theirs\nmine\n<blockquote>theirs too</blockquote>mine"
    ranges = [text[start:end] for start, end in fold(text).quoted]
    assert ranges == ["> theirs", "theirs too"]
