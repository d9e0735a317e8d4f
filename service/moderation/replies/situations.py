"""What a reply may be about: for each situation its name, what helps in it, and which one a scan points to (pure)."""

import enum
from collections.abc import Collection
from dataclasses import dataclass

from service.core.errors import N_
from service.triage.levels import Level


class Situation(enum.StrEnum):
    """What somebody writes about, as far as an answer to it differs."""

    CARER = "carer"
    HOPELESS = "hopeless"
    SUICIDE = "suicide"
    PLAN = "plan"
    SELF_HARM = "self-harm"
    ABUSE = "abuse"
    CHILD = "child"
    YOUNG = "young"
    GRIEF = "grief"
    ANGRY = "angry"
    WORRIED = "worried"
    PERSONAL = "personal"
    OTHER = "other"


@dataclass(frozen=True)
class About:
    """How a situation is called, and what to do and to leave in an answer to it; message ids."""

    name: str
    advice: tuple[str, ...]


SITUATIONS: dict[Situation, About] = {
    Situation.CARER: About(
        N_("Worn-out carer"),
        (
            N_("Name how much they carry. Being tired, cross or resentful is common and no failure."),
            N_("Ask about one small break, or one person who could share the load."),
            N_("Praise makes it harder to admit that it is too much."),
        ),
    ),
    Situation.HOPELESS: About(
        N_("Hopeless"),
        (
            N_("Say that you read it and that it matters. Reflect the feeling and don’t argue with it."),
            N_("One plain question is fine: do they think about not being alive? Asking puts nothing in their head."),
            N_("Leave out cheering up, comparing, and reasons to live: their own reasons count."),
        ),
    ),
    Situation.SUICIDE: About(
        N_("Thoughts of suicide"),
        (
            N_("Say the word suicide. It doesn’t put the idea in anyone’s head."),
            N_("Promise nothing that you can’t keep: no rescue, no secrecy."),
            N_("One line to call or text, one person near them, and when you look here next."),
        ),
    ),
    Situation.PLAN: About(
        N_("Suicide, with a plan"),
        (
            N_("Nobody should answer this alone. If anyone knows who or where they are, call the emergency number."),
            N_("Very short: that you are worried, the emergency number, one line, somebody close by."),
            N_("Never ask about the method, and never repeat it."),
        ),
    ),
    Situation.SELF_HARM: About(
        N_("Self-harm"),
        (
            N_("Speak to the pain and not to the act. They owe nobody an apology."),
            N_("If they are hurt now, a doctor can look at it without the whole story."),
            N_("No questions about details, no ultimatum, no promise to stop."),
        ),
    ),
    Situation.ABUSE: About(
        N_("Abuse that goes on"),
        (
            N_("Whoever causes it may read this page. Think of a private message first."),
            N_("Believe them. It is not their fault, and the choice and the timing are theirs."),
            N_("No advice to leave, no insult to the other person, no question where they live."),
        ),
    ),
    Situation.CHILD: About(
        N_("A child at risk, written by an adult"),
        (
            N_("They did right to tell, and need no proof to ask."),
            N_("Keep names, school and town off the page. Note the exact words and the time."),
            N_("Say plainly that you may have to pass it on. Ask nobody to confront anyone."),
        ),
    ),
    Situation.YOUNG: About(
        N_("A young person"),
        (
            N_("Thank them, and say that it is not their fault."),
            N_("Promise no secrecy. Point to a grown-up they trust, or to a line for young people."),
            N_("No questions about details. Show no doubt and no shock."),
        ),
    ),
    Situation.GRIEF: About(
        N_("Grief"),
        (
            N_("Use the name of the person who died, if they did. Anger, relief and numbness are allowed."),
            N_("Invite a memory without pushing. Never ask how they died."),
            N_("Leave out “at least”, “a better place” and “time heals”."),
        ),
    ),
    Situation.ANGRY: About(
        N_("Angry with you"),
        (
            N_("Wait an hour. Then thank them, and own the point that is fair."),
            N_("Say what you will change, and by when."),
            N_("No defence, and nothing that could show that they are known to you from work."),
        ),
    ),
    Situation.WORRIED: About(
        N_("Worried about another reader"),
        (
            N_("Thank them, and say what you will do and when. Ask how they are."),
            N_("Don’t discuss the other person, and make nobody the watcher."),
            N_("If a life is at risk and they know who or where: the emergency number."),
        ),
    ),
    Situation.PERSONAL: About(
        N_("A personal question, or somebody who may know you from work"),
        (
            N_("Answer in the same words whether you know them or not: never confirm that somebody is known."),
            N_("Answer in general, from the article, and say who can help with their own situation."),
        ),
    ),
    Situation.OTHER: About(
        N_("Anything else"),
        (
            N_("Show first that you have read it, in their words."),
            N_("Offer rather than advise, and ask one question at most."),
            N_("Say when you look here next, so that nobody waits for you at night."),
        ),
    ),
}

# Whoever causes the harm may read a public answer, and a plan is no matter for everyone.
BETTER_IN_PRIVATE = frozenset({Situation.PLAN, Situation.ABUSE})

# The first row whose families were found decides; families are those of service/triage/labels.py.
_SIGNS: tuple[tuple[Situation, frozenset[str]], ...] = (
    (Situation.CHILD, frozenset({"child_risk"})),
    (Situation.ABUSE, frozenset({"abuse"})),
    (Situation.SUICIDE, frozenset({"intent", "attempt", "plan", "goodbye"})),
    (Situation.SELF_HARM, frozenset({"self_harm"})),
    (Situation.WORRIED, frozenset({"other_danger"})),
    (Situation.SUICIDE, frozenset({"means", "danger", "parting", "closing_in"})),
    (Situation.GRIEF, frozenset({"grief"})),
    (Situation.CARER, frozenset({"carer"})),
    (Situation.HOPELESS, frozenset({"passive", "low_mood", "self_worth"})),
    (Situation.ANGRY, frozenset({"anger", "attack"})),
)
_OWN_LIFE = frozenset({"intent", "attempt", "plan", "goodbye", "means", "danger", "parting", "closing_in"})


def suggest(level: Level, families: Collection[str]) -> Situation | None:
    """Return the situation that a scan points to; None where it found nothing.

    `families` are those of the phrases that counted. A danger to life that is near comes before everything else.
    """
    found = frozenset(families)
    if level is Level.CRISIS and found & _OWN_LIFE:
        return Situation.PLAN
    for situation, signs in _SIGNS:
        if found & signs:
            return situation
    return Situation.OTHER if level is not Level.NONE else None
