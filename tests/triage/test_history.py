"""What somebody wrote before: sequences of our own, of which the first chose the line and the second only counted."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from service.triage.history import HINT, Earlier, with_history
from service.triage.levels import Level
from service.triage.scanner import Finding, scan

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
URGENT = Earlier(Level.URGENT, NOW - timedelta(days=3))
LOW = Earlier(Level.SUPPORT, NOW - timedelta(days=5))
HINT_FINDING = Finding(Level.NONE, HINT, (), (), "v")

HINTS = (
    "Still here. Barely.",
    "It's no different today.",
    "Same as yesterday, only quieter.",
    "I read your answers. It doesn't change anything.",
    "Nobody at home noticed.",
    "The night was long again.",
    "I didn't call the number.",
    "What for, really.",
    "I haven't slept since I wrote here.",
    "You were right, I should have gone to the doctor. I didn't.",
    "Doesn't matter anyway.",
    "I tried what you said and it made it worse.",
    "He came back this morning.",
    "I deleted the other comment, forget it.",
    "It's me again. I don't know what to say.",
    "Today was worse.",
    "I'm trying. I really am.",
    "The appointment was cancelled.",
    "I told my mother and she laughed.",
    "I can feel it coming again.",
    "You don't have to answer this one.",
    "I made it through the weekend, somehow.",
    "They say I should wait.",
    "I keep reading the page because I don't know where else to go.",
)
CALM = (
    "Thank you all, that helped.",
    "What a nice photo.",
    "Does the podcast have a transcript?",
    "My cat says hello to everybody here.",
    "I liked the second part best.",
    "Is the shop open on Sundays?",
    "The recipe worked, thanks!",
    "Who won last night?",
    "Good point about the schools.",
    "I called the number and the woman was kind.",
    "I saw my doctor today and we have a plan for the summer.",
    "Ha, my brother does exactly that.",
    "Great article, as always.",
    "I'm watching the match with my dad.",
    "Which edition do you mean?",
    "It is snowing here.",
    "My sister is visiting, we baked bread.",
    "Congratulations to the choir!",
    "I think the bus is quicker.",
    "Sent you the link by mail.",
    "I'm feeling a bit better today, the sun helped.",
    "The new design is easier to read.",
    "We had a lovely walk.",
    "Yes, Thursday works for me.",
)
OTHER_HINTS = (
    "Another day.",
    "I thought writing here would help.",
    "No news.",
    "My room again, the curtain, the usual.",
    "I said yes to the group and then I didn't go.",
    "It's quieter when I don't look at my phone.",
    "He says that he is sorry.",
    "I don't want to talk about last week.",
    "They moved my appointment to March.",
    "Please ignore what I wrote before.",
    "I ate something, at least.",
    "You asked how I am. I don't have an answer.",
    "I wake up and it's still here.",
    "The house is empty now.",
    "I can't find the right words today.",
    "Thanks for asking. Not good.",
)
OTHER_CALM = (
    "Thank you for the kind words, I feel lighter.",
    "I slept for nine hours!",
    "Where did you buy that lamp?",
    "The group was nice, I'll go again next week.",
    "That goal was offside.",
    "My son drew a whale today.",
    "I agree with Maria.",
    "It's in the second drawer, says my wife.",
    "We start at seven, bring a cup.",
    "This page loads faster now.",
    "I made the soup, it is excellent.",
    "Is there a version in Spanish?",
    "My neighbour plays the trumpet, quite well.",
    "I'm at the lake with my cousins.",
    "Good luck with your exam!",
    "I got the job.",
)


def share(texts: Iterable[str], earlier: list[Earlier]) -> float:
    """Return the share of texts that somebody should look at."""
    levels = [with_history(scan(text), earlier, NOW).level for text in texts]
    return sum(level is not Level.NONE for level in levels) / len(levels)


@pytest.mark.parametrize(
    ("hints", "calm", "found", "raised"),
    [(HINTS, CALM, 0.70, 0.30), (OTHER_HINTS, OTHER_CALM, 0.40, 0.40)],
    ids=["chosen on", "only counted"],
)
def test_hints_of_somebody_who_was_in_danger_are_found(
    hints: tuple[str, ...], calm: tuple[str, ...], found: float, raised: float
) -> None:
    assert share(hints, [URGENT]) >= found
    assert share(hints, [URGENT]) >= 3 * share(hints, [])
    assert share(calm, [URGENT]) <= raised
    assert share(calm, []) == 0


@pytest.mark.parametrize(
    ("earlier", "level"),
    [
        ([], Level.NONE),
        ([URGENT], Level.SUPPORT),
        ([LOW], Level.NONE),
        ([LOW, LOW], Level.SUPPORT),
        ([Earlier(Level.CRISIS, NOW - timedelta(days=15))], Level.NONE),
        ([Earlier(Level.CRISIS, NOW + timedelta(days=1))], Level.NONE),
        ([Earlier(Level.NONE, NOW - timedelta(days=1))] * 3, Level.NONE),
    ],
)
def test_the_past_raises_a_hint_to_support(earlier: list[Earlier], level: Level) -> None:
    assert with_history(HINT_FINDING, earlier, NOW).level is level


def test_the_past_is_seen_in_the_explanation() -> None:
    found = with_history(HINT_FINDING, [LOW, URGENT], NOW)
    assert [match.context for match in found.matches] == [("their comment of 3 days ago was urgent",)]


def test_the_past_leaves_plainly_calm_words_and_every_other_level_alone() -> None:
    calm = Finding(Level.NONE, HINT - 0.01, (), (), "v")
    assert with_history(calm, [URGENT], NOW) is calm
    grave = scan("I want to die tonight")
    assert with_history(grave, [URGENT], NOW) is grave
