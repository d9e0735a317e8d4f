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


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("support", "help"),
        ("support", "HELP ME PLEASE"),
        ("support", "I need help"),
        ("none", "Great help!"),
        ("none", "Hope this helps"),
        ("none", "Need help with the login form on this site"),
    ],
)
def test_a_call_for_help_says_most_where_it_stands_alone(level: str, text: str) -> None:
    assert scan(text).level == level


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("support", "I relapsed"),
        ("support", "I started drinking again after two years"),
        ("none", "He relapsed after ten years and the book tells how he came back"),
        ("support", "does anyone even read these comments"),
        ("support", "I want to go home but home is where he is"),
        ("urgent", "I have forty of the white ones in my hand"),
        ("none", "thirty of the little tablets fit into one box, says the leaflet"),
        ("urgent", "if a truck hit me I'd be fine with it"),
        ("urgent", "I stopped taking my insulin"),
        ("urgent", "I am standing on the roof"),
        ("none", "I am sitting on the edge of my seat, what an article"),
        ("urgent", "my daughter found the pills I'd hidden"),
        ("urgent", "last message from me, be good to each other"),
        ("none", "this is my last comment on this topic, I have said what I think about the new law"),
        ("crisis", "my ex has keys to my flat and he texted that he's coming over"),
        ("none", "my mum has keys to my flat which is handy"),
        ("urgent", "my sister stopped answering and she told me last night she was done"),
        ("crisis", "took 30 propranolol, feel fine so far"),
        ("crisis", "I ate the whole blister"),
        ("crisis", "he said if he can't have me nobody will"),
        ("urgent", "my 8 year old drew a picture of dad hurting her"),
        ("urgent", "I shook her, she wouldn't stop crying"),
        ("urgent", "he says he'll post the photos if I don't send more"),
        ("urgent", "I'm trans and my parents threw me out tonight"),
        ("urgent", "I'm going to make them all pay tomorrow at school"),
        ("support", "my son killed himself in March"),
        ("support", "I haven't left my bed in three weeks"),
        ("support", "immigration took my husband"),
        ("none", "My grandmother died peacefully at 96, we sang"),
        ("none", "The movie's ending killed me"),
        ("support", "ayuda"),
        ("support", "He recaído"),
        ("support", "llevo tres semanas sin salir de la cama"),
        ("support", "mi hermano se suicidó"),
        ("urgent", "mi padre le pega a mi hermanito"),
        ("urgent", "dice que va a publicar mis fotos"),
        ("urgent", "mis padres me echaron de casa esta noche"),
        ("crisis", "me tragué toda la caja"),
        ("none", "tírate a la piscina, vale la pena"),
        ("none", "no es culpa tuya"),
        ("none", "vivo en la calle Mayor"),
    ],
)
def test_what_is_said_flatly_in_english_and_in_spanish(level: str, text: str) -> None:
    assert scan(text).level == level


def test_a_bottle_is_not_always_an_attempt() -> None:
    assert scan("I drank the whole bottle").level == "crisis"
    assert scan("I drank a bottle of wine every night this week").level == "support"


def test_a_cut_that_went_too_deep_is_no_word_against_others() -> None:
    assert scan("I cut deeper than I meant to and it won't stop bleeding").harm == ()
    assert scan("cut deeper").harm == ("encouragement",)
