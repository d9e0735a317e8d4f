"""Read a quiet comment by what its writer wrote before: somebody who was in danger last week is not small talk yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.triage.levels import Level
from service.triage.scanner import Finding, Match

REMEMBERED = timedelta(days=14)
# Score from which a comment of somebody who was low is looked at. Measured on sequences of our own: see docs/triage.md.
HINT = 0.09
_LOW_TWICE = 2


@dataclass(frozen=True, slots=True)
class Earlier:
    """What triage found in an earlier comment of the same person."""

    level: Level
    at: datetime


def may_be_raised(finding: Finding) -> bool:
    """Tell whether what somebody wrote before can make a comment read otherwise."""
    return finding.level is Level.NONE and finding.score >= HINT


def with_history(finding: Finding, earlier: Sequence[Earlier], at: datetime) -> Finding:
    """Return the finding of a comment written `at` this time, raised from `none` to `support` by its writer's past.

    It takes words that are not plainly calm, and an `urgent` comment or two of `support` in the last 14 days.
    Nothing is ever lowered, and nothing is raised further.
    """
    if not may_be_raised(finding):
        return finding
    recent = sorted((each for each in earlier if at - REMEMBERED <= each.at < at), key=lambda each: each.at)
    grave = [each for each in recent if each.level.rank >= Level.URGENT.rank]
    low = [each for each in recent if each.level is not Level.NONE]
    if not grave and len(low) < _LOW_TWICE:
        return finding
    match = Match("", "history", Level.SUPPORT, 0, 0, (_in_words((grave or low)[-1], at),))
    return replace(finding, level=Level.SUPPORT, matches=(*finding.matches, match))


def _in_words(before: Earlier, at: datetime) -> str:
    days = (at - before.at).days
    when = "today" if not days else f"{days} day{'s' if days > 1 else ''} ago"
    return f"their comment of {when} was {before.level}"
