"""The letter: who gets one, in which words, and that the words keep what they promise."""

import re

import pytest

from service.care.help_lines.choice import Situation
from service.care.letters import (
    ABUSE,
    AWAY,
    AWAY_FOR_LONG,
    CHILD,
    LETTERS,
    PAIN,
    PAIN_AT_HOME,
    PAIN_WHILE_YOUNG,
    TOO_LONG,
    WORRY,
    Letter,
    letter_for,
)
from service.triage.labels import FAMILIES
from service.triage.levels import Level

# Never a score, a machine that "detected", an order or a promise.
NEVER = re.compile(r"detect|score|risk|flag|alert|victim|you must|you should|promise|will be fine|always here", re.I)
MOST_WORDS = 60
MOST_WORDS_AWAY = 90


@pytest.mark.parametrize(
    ("level", "families", "expected"),
    [
        (Level.NONE, set(), None),
        (Level.SUPPORT, {"carer"}, None),
        (Level.SUPPORT, {"abuse"}, None),
        (Level.URGENT, {"passive"}, PAIN),
        (Level.URGENT, set(), PAIN),
        (Level.CRISIS, set(), PAIN),
        (Level.CRISIS, {"danger"}, PAIN),
        (Level.URGENT, {"psychosis"}, PAIN),
        (Level.URGENT, {"violence"}, PAIN),
        (Level.CRISIS, {"intent", "plan"}, PAIN),
        (Level.URGENT, {"self_harm", "abuse"}, PAIN_AT_HOME),
        (Level.CRISIS, {"intent", "child_risk", "abuse"}, PAIN_WHILE_YOUNG),
        (Level.URGENT, {"abuse"}, ABUSE),
        (Level.CRISIS, {"abuse", "danger"}, ABUSE),
        (Level.URGENT, {"child_risk"}, CHILD),
        (Level.URGENT, {"child_risk", "abuse"}, CHILD),
        (Level.URGENT, {"other_danger"}, WORRY),
        (Level.URGENT, {"other_danger", "eating"}, PAIN),
        (Level.CRISIS, {"other_danger", "intent"}, PAIN),
    ],
)
def test_the_gravest_thing_that_was_said_chooses_the_letter(
    level: Level, families: set[str], expected: Letter | None
) -> None:
    assert letter_for(level, families) == expected


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_whatever_was_found_an_urgent_writer_gets_a_letter(family: str) -> None:
    assert letter_for(Level.URGENT, {family}) is not None


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.heading[:30])
def test_a_letter_is_short_names_whom_to_call_and_gives_orders_to_nobody(letter: Letter) -> None:
    for soon in (letter.soon, f"{AWAY} {TOO_LONG}", f"{AWAY_FOR_LONG} {TOO_LONG}"):
        for danger in (letter.danger, letter.alone or letter.danger):
            said = " ".join([letter.heading, letter.kept, soon, letter.words, danger, letter.lead, letter.after])
            assert said.count("%(emergency)s") == danger.count("%(emergency)s") == 1
            most = MOST_WORDS if soon is letter.soon else MOST_WORDS_AWAY
            assert len((said % {"emergency": "112", "time": "3 March, 07:00"}).split()) <= most
            assert NEVER.search(said) is None
    assert letter.situations


def test_who_is_hurt_at_home_is_shown_lines_for_that_and_is_told_that_the_words_are_kept() -> None:
    assert ABUSE.situations[0] is Situation.HOME
    assert "off the page" in ABUSE.kept
    assert CHILD.situations[0] is Situation.YOUNG
