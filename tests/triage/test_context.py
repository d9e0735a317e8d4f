"""Each context rule on its own: what it changes, what it leaves, and that it says so."""

from collections.abc import Callable

import pytest

from service.triage import context
from service.triage.context import Remark
from service.triage.levels import Level
from service.triage.lexicon import Entry, Hit, lexicon
from service.triage.phrases.phrase import Counting, own_phrase
from service.triage.scanner import scan
from service.triage.scene import Scene
from service.triage.tuned import Tuned

Rule = Callable[[Hit, Entry, Scene], Remark | None]

CASES = [
    # rule, text, level, words that the explanation must hold ("" for: the rule must stay silent)
    ("denied", "I don't want to die, I am only curious.", "none", "denied"),
    ("denied", "I never wanted to hurt myself.", "none", "denied"),
    ("denied", "I can't stop thinking about suicide.", "urgent", ""),
    ("denied", "I don't know if I want to die.", "urgent", ""),
    ("denied", "I don't sleep and I want to die.", "urgent", ""),
    ("figure of speech", "We are dying of laughter here.", "none", ""),
    ("figure of speech", "I took all my pills with breakfast.", "none", "figure of speech"),
    ("kilometres", "We walked 20 kms yesterday.", "none", "kilometres"),
    ("kilometres", "gonna kms", "urgent", ""),
    ("errand", "Bought rope for the boat, the campsite is by a cliff.", "none", "about an errand: campsite"),
    ("errand", "I'm ready to go, taxi at five.", "none", "about an errand"),
    ("errand", "I'm ready to go, taxi at five. I want to die.", "urgent", ""),
    ("errand", "I said goodbye to everyone in the new office. It ends tonight.", "support", "about an errand"),
    ("only supposed", "If suicidal thoughts come up, phone a friend.", "none", "only supposed"),
    ("only supposed", "If only I could die.", "urgent", ""),
    ("people in general", "Many people feel hopeless in winter.", "none", "people in general"),
    ("people in general", "I feel hopeless.", "urgent", ""),
    ("said to the reader", "You feel hopeless and that is understandable.", "none", "said to the reader"),
    ("may be in danger", "My daughter says she wants to kill herself.", "urgent", "may be in danger"),
    ("somebody else", "He wants to kill himself in every interview.", "support", "somebody else"),
    ("past", "Years ago I thought about suicide. I'm better now.", "none", "and over"),
    ("past", "I used to cut myself and I started again last night.", "urgent", ""),
    ("in a story", "In the film she tries to hang herself.", "none", "in a story"),
    ("in a story", "After the last episode I feel so empty.", "none", "in a story"),
    ("in a story", "I was so sad because that show was cancelled.", "none", "in a story"),
    ("in a story", "I can't cope with this game that he plays with me.", "support", ""),
    ("in a story", "After a series of losses I feel hopeless.", "urgent", ""),
    ("in a story", "My friend is worn out by the stories he tells about her, she can't cope.", "support", ""),
    ("quoted", 'The lyrics say "I want to die" and the crowd sings along.', "none", "quoted"),
    ("talk about the subject", "The study counts suicidal thoughts by region.", "none", "talk about the subject"),
    (
        "advice",
        "I suggest you try to talk to a counselor. Depression and anxiety are treatable and you may feel better.",
        "none",
        "",
    ),
    ("laughter", "I want to die lol", "support", "with laughter"),
    ("laughter", "the pills are lined up and i will swallow them all tonight lol", "crisis", ""),
    ("thanks", "Thank you for this. I want to kill myself.", "urgent", ""),
    ("topic", "Grief, trauma and addiction are explained well.", "none", ""),
]


@pytest.mark.parametrize(
    ("rule", "text", "level", "said"), CASES, ids=[f"{rule}: {text[:40]}" for rule, text, _, _ in CASES]
)
def test_rule(rule: str, text: str, level: str, said: str) -> None:
    found = scan(text)
    explanation = " / ".join(words for match in found.matches for words in match.context)
    assert found.level == level, found
    if said:
        assert said in explanation
    elif level != "none":
        assert rule not in explanation


@pytest.mark.parametrize(
    ("text", "of_others"),
    [
        ("I dropped the kids at practice and couldn't stop crying.", False),
        ("Dropped the kids at practice and couldn't stop crying.", False),
        ("Then fed the baby, sat down, couldn't stop crying.", False),
        ("I told my husband and felt so alone.", False),
        ("My sister called my mother and felt so alone.", True),
        ("My son came home and couldn't stop crying.", True),
        ("I know my brother is ill and can't cope.", True),
        ("I picked up my daughter, who couldn't stop crying.", True),
        ("I met my brother in town and he can't cope.", True),
    ],
)
def test_whose_feeling_it_is_after_something_was_done_to_somebody(text: str, of_others: bool) -> None:
    said = [words for match in scan(text).matches for words in match.context]
    assert any(words.startswith("about somebody else") for words in said) is of_others


def test_the_wish_of_somebody_close_stays_theirs() -> None:
    found = scan("I believe my daughter is depressed and wants to die.")
    assert found.level is Level.URGENT
    assert any("somebody else may be in danger" in match.context for match in found.matches)


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("support", "I can't face another winter."),
        ("support", "Not sure I could get through one more night."),
        ("support", "I'm dreading another lonely Christmas."),
        ("none", "I can't face another plate of turkey."),
        ("none", "I can't take another day off this month."),
        ("none", "We could do another night at the campsite."),
    ],
)
def test_a_hard_time_that_comes_again(level: str, text: str) -> None:
    assert scan(text).level == level


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("crisis", "He has his hands round my throat when he is angry and he is home now."),
        ("urgent", "She grabbed me by the hair in front of the kids."),
        ("none", "My scarf is around my neck and my hands are warm."),
    ],
)
def test_hands_on_somebody(level: str, text: str) -> None:
    assert scan(text).level == level


@pytest.mark.parametrize(
    ("harm", "text"), [((), "I couldn't stop crying about it."), (("attack",), "Stop crying, snowflake.")]
)
def test_who_cannot_stop_crying_attacks_nobody(harm: tuple[str, ...], text: str) -> None:
    assert scan(text).harm == harm


# For each rule a text, and what its explanation says only because of that rule.
WITNESSES: dict[Rule, tuple[str, str]] = {
    context.quoted_line: ("> I want to die\n\nThe second verse is about the sea.", "in a quoted line"),
    context.exception: ("In the weather report the cloud sits above us.", "an exception of this site"),
    context.idiom: ("I took all my pills with breakfast.", "figure of speech"),
    context.distance: ("We walked 20 kms yesterday.", "kilometres"),
    context.errand: ("Bought rope for the boat, the campsite is by a cliff.", "about an errand"),
    context.conditional: ("If suicidal thoughts come up, phone a friend.", "only supposed"),
    context.negation: ("I never wanted to hurt myself.", "denied"),
    context.experiencer: ("You feel hopeless and that is understandable.", "said to the reader"),
    context.topic: ("Panic attacks and nightmares have a chapter of their own.", "the topic of the page"),
    context.time: ("I was so sad and lonely, it is much better now. I recovered.", "better now"),
    context.quotation: ('The lyrics say "I want to die" and the crowd sings along.', "quoted: lyrics"),
    context.fiction: ("In the film she tries to hang herself.", "in a story"),
    context.professional: ("The study counts suicidal thoughts by region.", "talk about the subject"),
    context.advice: (
        "I suggest you talk to a doctor. Feeling hopeless can be treated, and it could help you to see a therapist.",
        "in words of advice",
    ),
    context.humour: ("I want to die lol", "with laughter"),
    context.gratitude: ("Thank you for this page. I feel so sad and lonely.", "beside thanks"),
}


def explained(text: str) -> str:
    except_weather = own_phrase(
        "en", "exhaustion", "cloud sits", Counting(Level.SUPPORT, 1.0, exceptions=("weather report",))
    )
    found = scan(text, Tuned(lexicon(), [except_weather], 1))
    return " / ".join(words for match in found.matches for words in match.context)


@pytest.mark.parametrize("rule", context.RULES, ids=lambda rule: rule.__name__)
def test_each_rule_says_what_no_other_says(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    text, said = WITNESSES[rule]
    assert said in explained(text)
    monkeypatch.setattr(context, "RULES", tuple(other for other in context.RULES if other is not rule))
    assert said not in explained(text)


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("none", "I'm sitting on the bridge with a sandwich."),
        ("urgent", "I'm sitting on the bridge and I feel so worthless."),
        ("crisis", "I'm sitting on the bridge. I want to die."),
        ("urgent", "I want to kill myself."),
        ("crisis", "I want to kill myself tonight."),
        ("none", "This is my last post before the holidays."),
        ("crisis", "This is my last post. I don't want to live anymore."),
    ],
)
def test_what_stands_together(level: str, text: str) -> None:
    assert scan(text).level == level


def test_a_long_comment_drowns_no_needle_and_piles_up_no_topic() -> None:
    filler = "I read the chapter on sleep and tried the walk with my class. The library has both books. "
    assert scan(filler * 20 + "I don't want to live anymore. " + filler * 20).level == "urgent"
    assert scan("The chapter on trauma, abuse and PTSD is clear. " * 40).level == "none"
