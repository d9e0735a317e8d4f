"""Phrases that a site adds, switches off, weighs anew or excepts: what is found then, and that nothing else changes."""

from dataclasses import replace

import pytest

from service.core.errors import Invalid
from service.triage.levels import Level
from service.triage.lexicon import lexicon
from service.triage.phrases.book import apply, gravest, lowered, shipped_phrases
from service.triage.phrases.phrase import Counting, Phrase, check, counting, own_phrase, ways
from service.triage.scanner import scan, version
from service.triage.training import sentences
from service.triage.tuned import Tuned

BOOK = shipped_phrases(lexicon())
TIRED = "I am exhausted and I cannot cope with any of it."


def tuned(*phrases: Phrase, number: int = 7) -> Tuned:
    return Tuned(lexicon(), phrases, number)


def added(pattern: str, level: Level = Level.SUPPORT, weight: float = 1.0, **counting_: object) -> Phrase:
    return own_phrase("en", "exhaustion", pattern, Counting(level, weight, **counting_))  # type: ignore[arg-type]


def found_in(text: str) -> list[Phrase]:
    return [BOOK[match.key] for match in scan(text).matches if match.key]


def test_every_shipped_phrase_has_a_name_of_its_own() -> None:
    assert len(shipped_phrases(lexicon())) == len(lexicon().shipped)


def test_an_added_phrase_is_found_and_named() -> None:
    text = "The grey cloud sits with me on the stairs again."
    phrase = added("(grey|gray) cloud sits")
    assert scan(text).level is Level.NONE
    found = scan(text, tuned(phrase))
    assert found.level is Level.SUPPORT
    assert [(match.phrase, match.key) for match in found.matches] == [("grey cloud sits", phrase.key)]
    assert scan("The gray cloud sits here.", tuned(phrase)).level is Level.SUPPORT
    assert scan("The cloud sits here.", tuned(phrase)).level is Level.NONE


def test_words_that_no_pack_knows_can_be_added() -> None:
    phrase = added("blorft ombiliac", Level.URGENT)
    assert scan("I am blorft ombiliac.", tuned(phrase)).level is Level.URGENT
    assert scan("I am blorft, and ombiliac it is. Blorft!", tuned(phrase)).level is Level.NONE


def test_an_added_phrase_is_found_however_it_is_written() -> None:
    phrase = added("Can't  be the strong one")
    assert phrase.pattern == "can't be the strong one"
    for text in ("I CAN'T be the strong one.", "i cant be the strong one", "I can’t be the strong one"):
        assert phrase.key in {match.key for match in scan(text, tuned(phrase)).matches}


def test_a_phrase_switched_off_is_found_no_more_and_others_are() -> None:
    phrases = found_in(TIRED)
    assert len(phrases) > 1
    off = replace(phrases[0], now=replace(phrases[0].now, is_on=False))
    keys = {match.key for match in scan(TIRED, tuned(off)).matches}
    assert phrases[0].key not in keys
    assert {phrase.key for phrase in phrases[1:]} <= keys


def test_a_phrase_counts_at_the_level_and_weight_that_it_is_given() -> None:
    text = "I want to die."
    assert scan(text).level is Level.URGENT
    lower = [replace(phrase, now=Counting(Level.SUPPORT, 0.3)) for phrase in BOOK.values()]
    assert scan(text, tuned(*lower)).level.rank < Level.URGENT.rank
    assert scan("The cloud sits.", tuned(added("cloud sits", Level.CRISIS))).level is Level.CRISIS
    assert scan("The cloud sits.", tuned(added("cloud sits", weight=0.3))).level is Level.NONE


def test_calm_words_do_not_outweigh_what_people_chose() -> None:
    text = (
        "Thank you for the lovely picture of the garden. " * 3 + "The cloud sits here, and the weather report is fine."
    )
    assert scan(text, tuned(added("cloud sits", weight=1.5))).level is Level.SUPPORT


def test_an_exception_silences_one_phrase_in_its_sentence_alone() -> None:
    phrase = added("cloud sits", exceptions=("weather report",))
    words = tuned(phrase)
    excepted = scan("The cloud sits in the weather report.", words)
    assert excepted.level is Level.NONE
    assert excepted.matches[0].context == ("an exception of this site: weather … report",)
    assert scan("A weather report. The cloud sits with me.", words).level is Level.SUPPORT
    assert scan("The weather report says I want to die.", words).level is Level.URGENT


def test_nothing_else_changes_by_a_change() -> None:
    words = tuned(added("blorft ombiliac"), added("a quiet gnorp", exceptions=("zwirn",)))
    texts = [text for *_, text, _ in sentences(unseen=False)][::7]
    assert len(texts) > 100
    for text in texts:
        plain, changed = scan(text), scan(text, words)
        assert (plain.level, plain.score, plain.matches) == (changed.level, changed.score, changed.matches)


def test_the_version_names_packs_and_the_newest_change() -> None:
    assert version(tuned(number=12)) == f"{version(lexicon())}+12"
    assert scan(TIRED, tuned(number=12)).version == version(tuned(number=12))
    assert scan(TIRED).version == version(lexicon())


def test_a_change_that_cannot_be_read_is_passed_over() -> None:
    shipped = shipped_phrases(lexicon())
    good = added("cloud sits")
    gone = {**replace(good).values(), "own": False}
    changes = {good.key: good.values(), "x": {"level": "loud"}, "y": gone, "z": {}}
    assert apply(shipped, changes) == {good.key: good}
    broken = replace(good, pattern="(cloud")
    assert scan("I want to die", tuned(broken, good)).level is Level.URGENT


def test_values_come_back_as_they_were() -> None:
    phrase = added("cloud sits", weight=0.5, is_on=False, exceptions=("a", "b"))
    assert counting(phrase.values()) == phrase.now
    shipped = next(iter(shipped_phrases(lexicon()).values()))
    assert shipped.values() == {}


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"is_on": False}, Level.CRISIS),
        ({"level": Level.URGENT}, Level.CRISIS),
        ({"weight": 0.5}, Level.CRISIS),
        ({"exceptions": ("a", "b")}, Level.CRISIS),
        ({"exceptions": ()}, None),
        ({"weight": 1.5}, None),
        ({}, None),
    ],
)
def test_what_looks_for_less_than_before_is_told(change: dict[str, object], level: Level | None) -> None:
    before = added("cloud sits", Level.CRISIS, exceptions=("a",))
    after = replace(before, now=replace(before.now, **change))  # type: ignore[arg-type]
    assert lowered(before, after) is level
    assert lowered(None, after) is None
    assert lowered(before, None) is Level.CRISIS
    assert lowered(added("x y", Level.SUPPORT), None) is None


def test_the_gravest_of_none_is_none() -> None:
    assert gravest([None, Level.URGENT, Level.CRISIS]) is Level.CRISIS
    assert gravest([None]) is None


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        ("", "pattern"),
        ("(cloud", "pattern"),
        ("cloud)", "pattern"),
        ("<nothing here>", "pattern"),
        ("and the", "pattern"),
        ("... !", "pattern"),
        ("cloud " * 40, "pattern"),
        ("(a|b|c|d|e|f|g|h|i|j)" * 5, "pattern"),
        ("(" * 30 + "cloud" + ")" * 30, "pattern"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(pattern: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(added(pattern), lexicon())
    assert refused.value.field == field


def test_exceptions_and_weights_are_checked() -> None:
    for phrase, field in (
        (added("cloud sits", exceptions=("(a",)), "exceptions"),
        (added("cloud sits", exceptions=tuple(f"word{n}" for n in range(21))), "exceptions"),
        (added("cloud sits", weight=2.5), "weight"),
        (added("cloud sits", weight=float("nan")), "weight"),
    ):
        with pytest.raises(Invalid) as refused:
            check(phrase, lexicon())
        assert refused.value.field == field


def test_ways_are_counted() -> None:
    assert ways(lexicon().sequence("(grey|gray|) cloud (sits|stays)", "en")) == 6
