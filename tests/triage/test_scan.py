"""Scanning whole comments: the four levels, harm, offsets and quoted lines."""

import pytest

from service.triage.levels import Level, worst
from service.triage.scanner import scan


def test_worst_is_the_highest_level() -> None:
    assert worst([Level.SUPPORT, Level.CRISIS, Level.NONE]) is Level.CRISIS
    assert worst([]) is Level.NONE
    assert [level.rank for level in Level] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (
            "none",
            "A helpful piece. I wish more people knew how hard it is to live through trauma, and I hope they learn to "
            "thrive, not only survive.",
        ),
        (
            "support",
            "Nice article, but my husband is the one with PTSD and it rules our whole family. Who holds us up when we "
            "are exhausted?",
        ),
        ("urgent", "I don't want to be alive anymore."),
        ("crisis", "I have a bottle of pills here and I want to die tonight."),
    ],
)
def test_level(level: str, text: str) -> None:
    assert scan(text).level == level


def test_quoted_lines_are_somebody_elses_words() -> None:
    assert scan("> I want to die\n\nThat line in your article stayed with me, a good piece.").level is Level.NONE
    assert scan("> I want to die\n\nI want to die too.").level is Level.URGENT


def test_match_points_into_the_given_text() -> None:
    text = "Hello 👋🏽 — I <b>want</b> to d\u200bie, sorry"
    match = next(match for match in scan(text).matches if match.family == "intent")
    assert text[match.start : match.end] == "want</b> to d\u200bie" == match.phrase


def test_attack_is_harm_and_no_need() -> None:
    found = scan("kys, nobody asked for you")
    assert found.level is Level.NONE
    assert "encouragement" in found.harm


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("urgent", "Is there a painless way to die?"),
        ("urgent", "Does anyone know the quickest way to end it all?"),
        ("urgent", "Can bleach kill me?"),
        ("support", "Does anybody else wish they could just vanish for a year?"),
        ("support", "Does anyone here think about killing themselves at work?"),
        ("none", "What is the best way to dye a jumper?"),
        ("none", "Will bleach kill the mould in the shower?"),
        ("none", "Does anyone want to buy a used pram?"),
    ],
)
def test_who_asks_others_about_dying_asks_for_themselves(level: str, text: str) -> None:
    assert str(scan(text).level) == level


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("urgent", "I wrote it into my skin again."),
        ("urgent", "I scratched his name into my arm."),
        ("none", "I wrote it into my calendar and went."),
        ("none", "Somebody scratched something into my car."),
        ("none", "I cut his name in my hedge, which he liked."),
    ],
)
def test_what_is_written_is_grave_where_it_is_written_into_skin(level: str, text: str) -> None:
    assert str(scan(text).level) == level
