"""Hints: what a reply had better not say is found as whole words, never forbidden, and quick on any text."""

import re

import pytest

from service.moderation.replies.filling import begin_with, fill
from service.moderation.replies.hint_rules import RULES
from service.moderation.replies.hints import blanks, hints, holds
from service.moderation.replies.situations import SITUATIONS, Situation, suggest
from service.moderation.replies.template_texts import PLACEHOLDERS, TEXTS
from service.triage.labels import FAMILIES
from service.triage.levels import Level
from service.triage.patterns import examples, parse

OWN = "I read your words twice, and I am thinking of you tonight."


@pytest.mark.parametrize(
    ("text", "key", "phrase"),
    [
        ("I will save you.", "rescue", "I will save you"),
        ("Nobody here, I’ll keep you safe", "rescue", "I’ll keep you safe"),
        ("I WON'T tell anyone.", "secrecy", "I WON'T tell anyone"),
        ("Please give the pills to a friend.", "method", "pills"),
        ("She committed suicide.", "committed", "committed suicide"),
        ("Stay  strong!", "strong", "Stay  strong"),
        ("You should see someone.", "advice", "You should"),
        ("Why don’t you leave him?", "leave", "Why don’t you leave"),
        ("Why did you say that?", "why did you", "Why did you"),
        ("At least you have your children.", "at least", "At least you"),
        ("I know exactly how you feel.", "know how you feel", "I know exactly how you feel"),
        ("Things will get better.", "it gets better", "Things will get better"),
        ("It sounds like you have PTSD.", "diagnosis", "you have PTSD"),
        ("Calm down.", "calm down", "Calm down"),
        ("I’m sorry you feel that way.", "no apology", "I’m sorry you feel"),
        ("Message me any time.", "always here", "Message me any time"),
        ("Where do you live?", "private details", "Where do you live"),
        ("As we said on Monday: rest.", "client", "As we said on"),
        ("He is a monster.", "insult", "He is a monster"),
        ("Promise me you won’t.", "promise me", "Promise me"),
        ("Call the police on him!", "police", "Call the police on him"),
    ],
)
def test_a_phrase_is_found_as_it_was_written(text: str, key: str, phrase: str) -> None:
    found = {hint.key: hint for hint in hints(f"{OWN} {text}", Level.SUPPORT)}
    assert key in found
    assert found[key].phrase == phrase
    assert found[key].why


@pytest.mark.parametrize(
    "text",
    [
        "You don’t have to be strong here.",
        "The strong smell of coffee came up from the stayed-over pot.",
        "You must be so tired.",
        "You don’t need to explain it all.",
        "What do you need tonight?",
        "I can’t keep this secret if you might be hurt.",
        "I can’t know just how this is for you.",
        "They should not have done that to you. You should never have had to carry it.",
        "You don’t have to forgive him.",
        "There is no shame in taking at least one evening off.",
        "I read here on Thursday, 26 November 2026 at 9.30, in room 12.",
        "The pressure eased when strongly worded letters stopped.",
    ],
)
def test_words_that_only_look_alike_say_nothing(text: str) -> None:
    assert hints(f"{OWN} {text}", Level.URGENT) == []


def test_three_rules_ask_for_a_second_look_and_come_first() -> None:
    assert sorted(rule.key for rule in RULES if rule.hold) == ["method", "rescue", "secrecy"]
    found = hints(f"{OWN} Calm down. I will save you.", Level.CRISIS)
    assert [hint.key for hint in found] == ["rescue", "calm down"]
    assert [hint.key for hint in holds("Calm down. I will save you.", Level.CRISIS)] == ["rescue"]


def test_a_means_is_no_matter_where_nobody_is_in_need() -> None:
    assert holds("Bring a rope for the boat.", Level.NONE) == []
    assert [hint.key for hint in holds("Bring a rope for the boat.", Level.SUPPORT)] == ["method"]


@pytest.mark.parametrize(
    ("text", "level", "key"),
    [
        (OWN + " word" * 120, Level.CRISIS, "long"),
        (OWN + " Call 0800 1111.", Level.SUPPORT, "number"),
        (OWN + " Text 85258.", Level.SUPPORT, "number"),
        (OWN + " Please call 999.", Level.SUPPORT, "number"),
        ("You may like this one: https://blog.example/grief", Level.SUPPORT, "link"),
        (OWN + " How are you? Did you sleep?", Level.SUPPORT, "questions"),
        ("Thanks.", Level.NONE, "own line"),
    ],
)
def test_the_whole_reply_is_thought_about_too(text: str, level: Level, key: str) -> None:
    found = hints(text, level, numbers={"116123"}, help_link="https://here.example/help")
    assert [hint.key for hint in found] == [key]
    assert not found[0].hold


@pytest.mark.parametrize(
    "text",
    [
        OWN + " word" * 100,
        OWN + " Call 116 123, or +44 116 123.",
        OWN + " People who listen: https://here.example/help",
        OWN + " How are you?",
    ],
)
def test_what_is_fine_about_the_whole_says_nothing(text: str) -> None:
    numbers = {"116123", "44116123"}
    assert hints(text, Level.CRISIS, numbers=numbers, help_link="https://here.example/help") == []


def test_a_template_alone_has_no_line_of_ones_own_however_it_was_filled() -> None:
    for text in TEXTS.values():
        filled = re.sub(r"\{(\w+)\}", lambda blank: "" if blank[1] == "my_own_line" else "a few words", text)
        keys = [hint.key for hint in hints(filled, Level.SUPPORT, templates=TEXTS.values())]
        assert keys == ["own line"], (text, keys)
        assert hints(f"{filled} {OWN}", Level.SUPPORT, templates=TEXTS.values()) == []


def test_every_situation_has_words_and_every_placeholder_an_explanation() -> None:
    assert set(TEXTS) == set(SITUATIONS) == set(Situation)
    for text in TEXTS.values():
        assert {"name", "my_own_line"} <= set(blanks(text)) <= set(PLACEHOLDERS)


def test_kinder_words_are_kind() -> None:
    for rule in RULES:
        assert [hint.key for hint in hints(f"{OWN} {rule.kinder}", Level.SUPPORT)] == []


def test_each_phrase_of_each_rule_is_found_in_a_sentence() -> None:
    for rule in RULES:
        for pattern in rule.phrases:
            phrase = next(iter(examples(parse(pattern, {}), 1)))
            found = {hint.key for hint in hints(f"{OWN} And {phrase}, yes.", Level.CRISIS)}
            assert found, (rule.key, phrase)


def test_placeholders_are_found_once_each_in_order() -> None:
    assert blanks("{name}, { what_i_heard } {name} {1} {} {a b} {días}") == ["name", "what_i_heard", "días"]


def test_filling_leaves_what_only_a_person_can_say() -> None:
    assert fill("{name}, {help_link} {days} {my_own_line}", {"name": "{days}", "help_link": "x", "days": ""}) == (
        "{days}, x {days} {my_own_line}"
    )


def test_beginning_with_a_template_loses_no_word() -> None:
    assert begin_with("New", "", ["Old"]) == "New"
    assert begin_with("New", " Old\n", ["Old"]) == "New"
    assert begin_with("New", "Mine", ["Old"]) == "New\n\nMine"


@pytest.mark.parametrize(
    ("level", "families", "situation"),
    [
        (Level.CRISIS, {"plan", "intent"}, Situation.PLAN),
        (Level.URGENT, {"intent", "carer"}, Situation.SUICIDE),
        (Level.CRISIS, {"abuse"}, Situation.ABUSE),
        (Level.URGENT, {"child_risk", "abuse"}, Situation.CHILD),
        (Level.SUPPORT, {"carer", "exhaustion"}, Situation.CARER),
        (Level.SUPPORT, {"grief", "low_mood"}, Situation.GRIEF),
        (Level.SUPPORT, {"model"}, Situation.OTHER),
        (Level.NONE, set(), None),
    ],
)
def test_a_scan_points_to_a_situation(level: Level, families: set[str], situation: Situation | None) -> None:
    assert suggest(level, families) is situation
    assert families <= set(FAMILIES)


@pytest.mark.parametrize("unit", ["you must have you ", "(", "1 2 ", "{a} ", "? ", "i will keep ", "https://a "])
def test_work_grows_with_the_length_alone(unit: str) -> None:
    assert len(hints((unit * 20_000)[:20_000], Level.CRISIS)) <= len(RULES) + 5
