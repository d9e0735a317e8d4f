"""Reading words as people write them on a bad day."""

import pytest

from service.triage.lexicon import lexicon
from service.triage.scanner import scan


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("wanna", ("want", "to")),
        ("can't", ("can", "not")),
        ("couldn?t", ("could", "not")),
        ("really", ()),
        ("su1c1de", ("suicide",)),
        ("k!ll", ("kill",)),
        ("k*ll", ("kill",)),
        ("suicdal", ("suicidal",)),
        ("thougts", ("thoughts",)),
        ("haveing", ("having",)),
        ("anxeity", ("anxiety",)),
        ("diiiiie", ("die",)),
        ("tonightttt", ("tonight",)),
        ("sewerslide", ("suicide",)),
        ("suiciԁal", ("suicidal",)),
        ("mother's", ("mom",)),
        ("$uicide", ("suicide",)),
        ("depressedddd", ("depressed",)),
        ("iwanttodie", ("i", "want", "to", "die")),
    ],
)
def test_repair(written: str, read: tuple[str, ...]) -> None:
    assert lexicon().speller.read(written) == read


@pytest.mark.parametrize(
    "word",
    [
        "lovely",
        "loss",
        "immediate",
        "prosecutor",
        "meditate",
        "along",
        "c00l",
        "mp3",
        "привет",
        "wrapped",
        "bridges",
        "h2o",
        "grüße",
        "x" * 500,
    ],
)
def test_ordinary_words_stay(word: str) -> None:
    assert lexicon().speller.read(word) == (word,)


@pytest.mark.parametrize(
    "text",
    [
        "i want to k i l l  m y s e l f",
        "she said k.i.l.l yourself so i will k.i.l.l myself",
        "k-i-l-l-m-y-s-e-l-f",
        "gonna k!ll mys3lf",
        "GONNA KILL MYSELF",
        "i wanna kiiiill myselfff",
        "I feel suicdal",
        "𝓴𝓲𝓵𝓵 𝓶𝔂𝓼𝓮𝓵𝓯",
        "so close to <em>killing</em>&#32;<u>myself</u>",
    ],
)
def test_hidden_words_are_found(text: str) -> None:
    assert scan(text).level.rank >= 2


@pytest.mark.parametrize("text", ["The U.S.A. is big.", "a b c d e f g", "Plan B. I. II. III.", "e.g. i.e. etc."])
def test_letters_that_spell_nothing_are_left_alone(text: str) -> None:
    assert scan(text).level.rank == 0
