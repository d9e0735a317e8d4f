"""Kind words for somebody whose comment sounds like great distress; the writer alone sees them (pure)."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from service.care.help_lines.choice import Situation
from service.core.errors import N_
from service.triage.levels import Level

# Families of phrases by which somebody writes of ending or hurting their own life.
OWN_LIFE = frozenset({"intent", "passive", "attempt", "plan", "means", "goodbye", "self_harm"})
# Families that tell of somebody who hurts the writer or a child, and who may read the writer's mail.
UNSAFE_BY_MAIL = frozenset({"abuse", "child_risk"})

NOT_SOON = N_("We are not a crisis service and may not read this soon.")
AWAY = N_("No one from this site is here right now. We will next look on %(time)s.")
AWAY_FOR_LONG = N_("No one from this site is here right now, and we do not know when one of us will be.")
TOO_LONG = N_("That may be too long to wait with something so heavy.")
SAVED = N_("Your comment is saved, and you can still take it back.")


@dataclass(frozen=True)
class Letter:
    """What is said: message ids, in which `%(emergency)s` stands for whom to call.

    `kept` is true only of a comment that is on no page; `lead` stands directly before the lines. `soon` is said while
    somebody is on duty; else AWAY and what follows it. `alone` is said in place of `danger` when nobody is on duty and
    no line is known to be open.
    """

    heading: str
    danger: str
    lead: str
    situations: tuple[Situation, ...]
    soon: str = NOT_SOON
    words: str = ""
    alone: str = ""
    kept: str = ""
    after: str = ""


PAIN = Letter(
    heading=N_("What you wrote sounds so painful, and we’re glad you told someone."),
    danger=N_("If you could be hurt, or might hurt yourself, please call %(emergency)s now."),
    alone=N_("If you could be hurt, call %(emergency)s or go to a hospital."),
    lead=N_("To write or talk with someone trained:"),
    situations=(Situation.ANYONE,),
)
PAIN_AT_HOME = replace(PAIN, situations=(Situation.ANYONE, Situation.HOME))
PAIN_WHILE_YOUNG = replace(PAIN, situations=(Situation.ANYONE, Situation.YOUNG))
ABUSE = Letter(
    heading=N_("No one has the right to hurt you."),
    kept=N_("We have kept your comment off the page, in case someone unsafe might read it."),
    danger=N_("If you’re in danger now, call %(emergency)s."),
    lead=N_("These people can help you think about what is safe for you:"),
    situations=(Situation.HOME, Situation.ANYONE),
)
CHILD = Letter(
    heading=N_("Thank you for telling us."),
    soon="",
    words=N_(
        "If this happens to you, it is not your fault, and a grown-up you trust, like a teacher, can help. "
        "If you worry about a child, you did right to say it."
    ),
    danger=N_("If anyone is in danger, call %(emergency)s."),
    lead=N_("You can talk to:"),
    after=N_("We may have to tell someone to keep a child safe."),
    situations=(Situation.YOUNG, Situation.ANYONE),
)
WORRY = Letter(
    heading=N_("Thank you for telling us. You worry about somebody, and that is kind."),
    words=N_("How are you doing?"),
    danger=N_("If you think someone could die, call %(emergency)s now."),
    lead=N_("These people can talk with you too:"),
    situations=(Situation.ANYONE,),
)
LETTERS = (PAIN, PAIN_AT_HOME, PAIN_WHILE_YOUNG, ABUSE, CHILD, WORRY)


def letter_for(level: Level, families: Collection[str]) -> Letter | None:
    """Return the letter to the writer of a comment, None below `urgent`.

    `families` are those of the phrases that are urgent or more. A danger to the writer's own life comes first, then a
    child at risk, then violence, then a worry about somebody else.
    """
    if level.rank < Level.URGENT.rank:
        return None
    found = frozenset(families)
    if found & OWN_LIFE:
        return _own_life(found)
    if "child_risk" in found:
        return CHILD
    if "abuse" in found:
        return ABUSE
    return WORRY if found == {"other_danger"} else PAIN


def _own_life(found: frozenset[str]) -> Letter:
    if "child_risk" in found:
        return PAIN_WHILE_YOUNG
    return PAIN_AT_HOME if "abuse" in found else PAIN
