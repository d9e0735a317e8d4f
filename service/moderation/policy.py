"""What becomes of a screened comment (pure): distress is looked at first and outranks every rule."""

from dataclasses import dataclass

from service.accounts.models import Standing
from service.articles.models import Mode
from service.comments.models import Audience
from service.core.errors import N_
from service.moderation.rules.judge import Effect, Judgement
from service.triage.levels import Level

NOTHING_FOUND = Judgement()
DANGER_FAMILIES = frozenset({"abuse", "child_risk"})


@dataclass(frozen=True)
class Facts:
    """What the decision rests on; `families` are those of phrases that are urgent or more."""

    level: Level
    harm: bool
    families: frozenset[str]
    mode: Mode
    standing: Standing
    known: bool
    audience: Audience = Audience.EVERYONE
    answers_open_case: bool = False
    kept_by_writer: bool = False
    reworked: bool = False
    judged: Judgement = NOTHING_FOUND


@dataclass(frozen=True)
class Verdict:
    """Publish, hold for a person, or file as spam; the reason is for staff.

    `ask_writer`: they are asked, in private, whether it is to be shown at all.
    """

    publish: bool
    reason: str = ""
    ask_writer: bool = False
    spam: bool = False


REWORKED = N_("Held because its writer has changed what we had asked about, or had taken out.")
HOLD_RULES: tuple[tuple[str, str], ...] = (
    ("crisis", N_("Held because someone may be in danger now.")),
    ("harm", N_("Held because it may hurt another reader.")),
    ("danger", N_("Held because someone is hurting them, and that person may read it.")),
    ("kept_by_writer", N_("Held because the person who wrote it did not want it shown.")),
    ("reworked", REWORKED),
    ("rule", ""),  # the rule says it
    ("author", N_("A note for the author alone.")),
    ("paused", N_("Held because this person is asked to pause.")),
    ("watched", N_("Held because this person is watched.")),
    ("moderated", N_("Held because every comment on this article is read first.")),
    ("first", N_("Held because it is this person's first comment.")),
    ("answers_open_case", N_("Held because it answers someone who waits for help.")),
)


def admit(facts: Facts) -> Verdict:
    """Return the verdict on one screened comment: the first line that applies holds it.

    Only the rules that people made against spam file anything as spam, and no comment with a level above none.
    """
    danger = bool(facts.families & DANGER_FAMILIES)
    applies = {
        "crisis": facts.level is Level.CRISIS,
        "harm": facts.harm,
        "danger": danger,
        "kept_by_writer": facts.kept_by_writer,
        "reworked": facts.reworked,
        "rule": facts.judged.effect is not None,
        "author": facts.audience is not Audience.EVERYONE,
        "paused": facts.standing is Standing.PAUSED,
        "watched": facts.standing is Standing.WATCHED,
        "moderated": facts.mode in (Mode.MODERATED, Mode.CLOSED),
        "first": facts.mode is Mode.KNOWN and not facts.known and facts.standing is not Standing.TRUSTED,
        "answers_open_case": facts.answers_open_case,
    }
    for rule, reason in HOLD_RULES:
        if applies[rule]:
            if rule == "rule":
                return _by_rule(facts)
            ask_writer = danger and facts.audience is Audience.EVERYONE
            return Verdict(publish=False, reason=reason, ask_writer=ask_writer)
    return Verdict(publish=True)


def _by_rule(facts: Facts) -> Verdict:
    spam = facts.judged.effect is Effect.SPAM and facts.level is Level.NONE
    return Verdict(publish=False, reason=facts.judged.reason, spam=spam)
