"""Who speaks in the demo, and what they say (all of it invented)."""

from dataclasses import dataclass
from pathlib import Path

from service.accounts.models import Role

AUTHOR, ANA = "Dr. Mara Lindqvist", "Ana Brandt"
PASSWORD = "attune-demo"  # noqa: S105  (printed at every start, and refused in production)
SIGN_INS = (
    ("owner@attune.example", "Ines Varga", Role.OWNER),
    ("mara@attune.example", AUTHOR, Role.AUTHOR),
    ("ana@attune.example", ANA, Role.MODERATOR),
)
AUTHOR_EMAIL = "mara@attune.example"

SITE_NAME = "Mara Lindqvist"
SITE_TAGLINE = "Notes on healing and trust"

TITLE = "How old wounds heal in new company"
STANDFIRST = "On attachment, on being steady for one another, and on the people who stay beside."
CONTENT_NOTE = "childhood, broken trust, and living beside someone who has PTSD"
ARTICLE = (Path(__file__).parent / "article.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Said:
    """One demo comment: `days` and `minutes` before now, `answers` an earlier key, by the author or a reader."""

    key: str
    name: str
    days: int
    minutes: int
    body: str
    answers: str | None = None
    by_author: bool = False


PAST = (
    Said(
        "henrike",
        "Henrike Voss",
        40,
        700,
        "Thank you for this. I have carried the sentence about the old map around with me all week. I lived for a "
        "long time as if surviving were the whole task, and your page says so calmly that more is allowed. I hope "
        "that many people find somebody who comes back through the door.",
    ),
    Said(
        "henrike-answer",
        "Dr. Mara Lindqvist",
        31,
        200,
        "Henrike, what a good way to put it. More is allowed, yes. Thank you for telling us, it helps others who read "
        "here.",
        answers="henrike",
        by_author=True,
    ),
    Said(
        "wife",
        "Tove",
        12,
        90,
        "All true, and I wonder who it is written for. My husband has PTSD, and being steady is my second job. When "
        "he can't cope, the whole family walks on its toes for days, and I am simply exhausted. Who holds the one "
        "who holds? At the moment it is all too much, and nobody asks.",
    ),
    Said(
        "wife-answer",
        "Dr. Mara Lindqvist",
        10,
        300,
        "Tove, I'm asking. You carry the nights and the toes and the second job, and being worn out by that is not a "
        "lack of love. Is there one evening a week that could belong to you, however badly the rest is organised? "
        "Boundaries are for you first. I read here again on Thursday, and I would like to know.",
        answers="wife",
        by_author=True,
    ),
    Said(
        "wife-thanks",
        "Tove",
        9,
        640,
        "Wednesday evenings. My sister comes, and I go out, even if I only sit in the library.",
        answers="wife-answer",
    ),
    Said(
        "joao",
        "João",
        6,
        1200,
        "I am the one with the alarm. My wife reads here too. What helped us was deciding *in daylight* what happens "
        "at night: who gets up, who leaves the room, and which words mean that it is over for today.",
    ),
    Said(
        "minna",
        "Minna",
        5,
        400,
        "That is a good idea, João. We have a lamp. When it is on, nobody has to explain anything.",
        answers="joao",
    ),
)

NOW = (
    Said(
        "waiting",
        "Kirsten",
        0,
        0,
        "I don't know how to say this. I look after my mother and after my brother, who came back from the war "
        "different, and I can't cope any more. I cry in the car so that nobody sees it. I am so tired of being the "
        "strong one, and I feel completely alone with it.",
    ),
    Said(
        "first",
        "Bo",
        0,
        0,
        "First time that I write here. The part about disagreeing made me laugh, because we had exactly that quarrel "
        "about a dishwasher, and yes, he came back through the door.",
    ),
)

# What stands at the desk for each of its states (states.py).
CHECK_IN = Said(
    "eike",
    "Eike",
    4,
    120,
    "It is two years today since my brother died, and some evenings I think that everybody would be better off without "
    "me. I read your page and it was quiet for an hour. That is all that I wanted to say.",
)
CHECK_IN_ANSWER = Said(
    "eike-answer",
    AUTHOR,
    3,
    60,
    "Eike, I am glad that you said it, and I am sorry about your brother. I look here again in three days, and I would "
    "like to hear how the evenings are.",
    answers="eike",
    by_author=True,
)
NOTE = Said(
    "note",
    "Yuna",
    0,
    0,
    "This is for you alone. I would like to write about my father one day, and I do not know where to begin.",
)
NOTE_ANSWER = Said(
    "note-answer",
    AUTHOR,
    0,
    0,
    "Yuna, thank you for asking me. Perhaps with one room in which he used to be. There is no hurry.",
)
HURTFUL = Said(
    "gus",
    "Gus",
    2,
    300,
    "Honestly, whoever stays beside somebody like that has only themselves to blame. A little discipline would help "
    "most of you.",
)
REPORT_WORDS = "This is hard to read for those of us who stayed."
RULE_WORD, RULE_REASON = "casino bonus", "Three of these came last week."
ARRIVING = (
    Said(
        "asked",
        "Noor",
        0,
        0,
        "I am writing this from the bathroom. My partner hits me when he has been drinking, and afterwards he is kind "
        "for a week. I have told nobody. Your page about steady people made me wonder what I am steady for.",
    ),
    Said("advertisement", "Win Big", 0, 0, "Best casino bonus of the year, sign up today and win!"),
)
