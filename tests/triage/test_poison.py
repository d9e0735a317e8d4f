"""Texts made to hurt a scanner: it answers, in work that grows with the length and not faster."""

import random

import pytest

from service.triage.automaton import Automaton
from service.triage.patterns import parse
from service.triage.scanner import MOST_MATCHES, scan

LONG = 100_000
POISON = {
    "one letter": "a" * LONG,
    "letters apart": "k i l l " * (LONG // 8),
    "zalgo": "k\u0301\u0302\u0303\u0316i\u0301l\u0334l\u0489" * (LONG // 11),
    "quotes in quotes": "> " * (LONG // 2),
    "quoted lines": "> kill myself\n" * (LONG // 14),
    "open tags": "<" * LONG,
    "open quote blocks": "<blockquote>" * (LONG // 12),
    "entities": "&amp" * (LONG // 4),
    "phrases without end": "not kill myself " * (LONG // 16),
    "cues without end": "if you not never he she " * (LONG // 24),
    "signs": "a!" * (LONG // 2),
    "masked": "*" * LONG,
    "stars in words": "s*i*d*e " * (LONG // 8),
    "every letter there is": "".join(chr(point) for point in range(LONG) if not 0xD800 <= point < 0xE000),
    "lone surrogates": "\ud800" * 1000,
    "emoji": "\U0001f494" * LONG,
}


@pytest.mark.parametrize("name", POISON)
def test_poison_is_scanned(name: str) -> None:
    found = scan(POISON[name])
    assert len(found.matches) <= MOST_MATCHES + 4
    assert 0 <= found.score <= 1


def test_twice_the_text_is_at_most_twice_the_steps() -> None:
    automaton = Automaton()
    automaton.add(parse("(a|b) (a|b) (a|b) c", {}), {"a": 2, "b": 3, "c": 4}, 0)
    automaton.seal()
    order = random.Random(7)
    words = [order.choice((2, 3, 4)) for _ in range(2000)]
    found = list(automaton.find(words))
    by_hand = [
        index
        for index in range(3, len(words))
        if words[index] == 4 and all(one in (2, 3) for one in words[index - 3 : index])
    ]
    assert [last for last, _, _ in found] == by_hand
    assert automaton.sets() <= 2**5


def test_a_needle_in_a_haystack_of_a_hundred_thousand_letters() -> None:
    filler = "the library opens at nine and the tea is good. "
    text = filler * 1000 + "I don't want to live anymore. " + filler * 1000
    assert scan(text).level == "urgent"
