"""What can happen to a care case, as one table (pure)."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.core.errors import N_, Conflict
from service.triage.levels import Level


class CaseState(enum.StrEnum):
    """Where the duty stands."""

    OPEN = "open"
    UNSEEN = "unseen"  # answered in private, and not yet seen by the one who waited
    ANSWERED = "answered"
    DISMISSED = "dismissed"


ENDED = (CaseState.ANSWERED, CaseState.DISMISSED)


class CaseEvent(enum.StrEnum):
    """What can happen to a case."""

    OPENED = "opened"
    RAISED = "raised"
    WROTE_AGAIN = "wrote again"
    REOPENED = "reopened"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    ANSWERED_PRIVATELY = "answered privately"
    SEEN = "seen"
    CLIMBED = "climbed"
    ACKNOWLEDGED = "acknowledged"
    CLAIMED = "claimed"
    TAKEN_OVER = "taken over"
    GIVEN_BACK = "given back"
    CHECK_IN_SET = "check-in set"
    CHECK_IN_DROPPED = "check-in dropped"
    CHECKED_IN = "checked in"
    WORRIED = "worried"  # a reader has told staff that they worry about this person
    HANDED_OVER = "handed over"
    ESCALATED = "escalated"
    UNDONE = "undone"


AFTER: dict[tuple[CaseState, CaseEvent], CaseState] = {
    (CaseState.OPEN, CaseEvent.RAISED): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.WROTE_AGAIN): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.ANSWERED): CaseState.ANSWERED,
    (CaseState.OPEN, CaseEvent.DISMISSED): CaseState.DISMISSED,
    (CaseState.ANSWERED, CaseEvent.REOPENED): CaseState.OPEN,
    (CaseState.DISMISSED, CaseEvent.REOPENED): CaseState.OPEN,
    (CaseState.ANSWERED, CaseEvent.WROTE_AGAIN): CaseState.ANSWERED,
    (CaseState.DISMISSED, CaseEvent.WROTE_AGAIN): CaseState.DISMISSED,
    (CaseState.OPEN, CaseEvent.ANSWERED_PRIVATELY): CaseState.UNSEEN,
    (CaseState.UNSEEN, CaseEvent.SEEN): CaseState.ANSWERED,
    (CaseState.UNSEEN, CaseEvent.ANSWERED): CaseState.ANSWERED,
    (CaseState.UNSEEN, CaseEvent.ANSWERED_PRIVATELY): CaseState.UNSEEN,
    (CaseState.UNSEEN, CaseEvent.DISMISSED): CaseState.DISMISSED,
    (CaseState.UNSEEN, CaseEvent.REOPENED): CaseState.OPEN,
    (CaseState.UNSEEN, CaseEvent.WROTE_AGAIN): CaseState.UNSEEN,
    (CaseState.UNSEEN, CaseEvent.CLIMBED): CaseState.UNSEEN,
    (CaseState.OPEN, CaseEvent.CLIMBED): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.ACKNOWLEDGED): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.CLAIMED): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.TAKEN_OVER): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.GIVEN_BACK): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.WORRIED): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.HANDED_OVER): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.ESCALATED): CaseState.OPEN,
}
# What a person did can be undone: the case stands again as it stood before, and waits, or waits no more, as it did.
BACK: frozenset[tuple[CaseState, CaseState]] = frozenset(
    {
        *((state, state) for state in CaseState),
        *((ended, waiting) for ended in CaseState for waiting in (CaseState.OPEN, CaseState.UNSEEN)),
        (CaseState.OPEN, CaseState.ANSWERED),
        (CaseState.OPEN, CaseState.DISMISSED),
    }
)


@dataclass(frozen=True)
class DueTimes:
    """How soon an answer is due, by level."""

    support: timedelta
    urgent: timedelta
    crisis: timedelta

    def after(self, level: Level, moment: datetime) -> datetime:
        """Return when an answer is due to something of this level that was written at `moment`."""
        spans = {Level.SUPPORT: self.support, Level.URGENT: self.urgent, Level.CRISIS: self.crisis}
        return moment + spans[level]


def after(state: CaseState, event: CaseEvent) -> CaseState:
    """Return the state after an event. Raises Conflict where the event cannot happen."""
    try:
        return AFTER[state, event]
    except KeyError:
        raise Conflict(N_("This person has been answered already.")) from None


def back(state: CaseState, before: CaseState) -> CaseState:
    """Return the state before an act that is undone. Raises Conflict where there is no way back."""
    if (state, before) not in BACK:
        raise Conflict(N_("This case has gone on since. Please look at it again."))
    return before


def event_for(state: CaseState, case_level: Level, written_level: Level) -> CaseEvent:
    """Return what a further comment of the same person in the same conversation does to their case.

    An open case is raised by a higher level and never lowered. A closed one re-opens when distress is
    written again; words without distress re-open only an urgent or crisis case. One whose answer was not
    yet seen counts as closed.
    """
    if state is CaseState.OPEN:
        return CaseEvent.RAISED if written_level.rank > case_level.rank else CaseEvent.WROTE_AGAIN
    if written_level is not Level.NONE or case_level.rank >= Level.URGENT.rank:
        return CaseEvent.REOPENED
    return CaseEvent.WROTE_AGAIN


def event_for_worry(state: CaseState, case_level: Level, level: Level) -> CaseEvent:
    """Return what a reader's worry about this person does to their case: it is never answered by what came before."""
    if state is not CaseState.OPEN:
        return CaseEvent.REOPENED
    return CaseEvent.RAISED if level.rank > case_level.rank else CaseEvent.WORRIED
