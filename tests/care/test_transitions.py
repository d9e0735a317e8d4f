"""The table of what can happen to a care case."""

from datetime import UTC, datetime, timedelta

import pytest

from service.care.transitions import AFTER, CaseEvent, CaseState, DueTimes, after, event_for, event_for_worry
from service.core.errors import Conflict
from service.triage.levels import Level

WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE = DueTimes(support=timedelta(hours=24), urgent=timedelta(hours=4), crisis=timedelta(minutes=30))
NONE, SUPPORT, URGENT, CRISIS = Level
OPEN, UNSEEN, ANSWERED, DISMISSED = CaseState

# What a further comment does: the rows are the case's level, the columns what was written.
ON_OPEN = {
    SUPPORT: {NONE: "wrote again", SUPPORT: "wrote again", URGENT: "raised", CRISIS: "raised"},
    URGENT: {NONE: "wrote again", SUPPORT: "wrote again", URGENT: "wrote again", CRISIS: "raised"},
    CRISIS: {NONE: "wrote again", SUPPORT: "wrote again", URGENT: "wrote again", CRISIS: "wrote again"},
}
ON_CLOSED = {
    SUPPORT: {NONE: "wrote again", SUPPORT: "reopened", URGENT: "reopened", CRISIS: "reopened"},
    URGENT: {NONE: "reopened", SUPPORT: "reopened", URGENT: "reopened", CRISIS: "reopened"},
    CRISIS: {NONE: "reopened", SUPPORT: "reopened", URGENT: "reopened", CRISIS: "reopened"},
}


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("case_level", [SUPPORT, URGENT, CRISIS])
@pytest.mark.parametrize("written", Level)
def test_what_a_further_comment_does(state: CaseState, case_level: Level, written: Level) -> None:
    expected = (ON_OPEN if state is OPEN else ON_CLOSED)[case_level][written]
    event = event_for(state, case_level, written)
    assert event.value == expected
    assert after(state, event) is (OPEN if expected == "reopened" else state)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("case_level", [SUPPORT, URGENT, CRISIS])
@pytest.mark.parametrize("level", [SUPPORT, URGENT])
def test_what_a_readers_worry_does(state: CaseState, case_level: Level, level: Level) -> None:
    event = event_for_worry(state, case_level, level)
    raised = state is OPEN and (case_level, level) == (SUPPORT, URGENT)
    assert event.value == ("raised" if raised else "worried" if state is OPEN else "reopened")
    assert after(state, event) is OPEN


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("event", CaseEvent)
def test_only_what_is_in_the_table_can_happen(state: CaseState, event: CaseEvent) -> None:
    possible = {
        OPEN: {"raised": OPEN, "wrote again": OPEN, "answered": ANSWERED, "dismissed": DISMISSED}
        | {"answered privately": UNSEEN}
        | dict.fromkeys(
            ("climbed", "acknowledged", "claimed", "taken over", "given back", "worried", "handed over", "escalated"),
            OPEN,
        ),
        UNSEEN: {"reopened": OPEN, "wrote again": UNSEEN, "seen": ANSWERED, "climbed": UNSEEN}
        | {"answered": ANSWERED, "answered privately": UNSEEN, "dismissed": DISMISSED},
        ANSWERED: {"reopened": OPEN, "wrote again": ANSWERED},
        DISMISSED: {"reopened": OPEN, "wrote again": DISMISSED},
    }[state]
    if event.value in possible:
        assert after(state, event) is possible[event.value]
    else:
        with pytest.raises(Conflict):
            after(state, event)
    assert ((state, event) in AFTER) == (event.value in possible)


def test_no_machine_event_closes_a_case() -> None:
    closing = {event for (state, event), end in AFTER.items() if state is OPEN and end is not OPEN}
    assert closing == {CaseEvent.ANSWERED, CaseEvent.ANSWERED_PRIVATELY, CaseEvent.DISMISSED}


@pytest.mark.parametrize(("level", "minutes"), [(SUPPORT, 24 * 60), (URGENT, 4 * 60), (CRISIS, 30)])
def test_due_times(level: Level, minutes: int) -> None:
    assert DUE.after(level, WHEN) == WHEN + timedelta(minutes=minutes)
