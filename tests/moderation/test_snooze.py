"""Put off: out of the lanes for a while, never past the time when somebody should have acted, and no alert stops."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.care.queries import case_of
from service.comments.models import Comment
from service.core import clock
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.moderation.queries import decisions_on
from service.moderation.queue.cards import cards
from service.moderation.queue.place import Lane, Place
from service.moderation.snoozing import Until, moment_of, snooze
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading
from tests.conftest import START, Clock

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # ten in Berlin


@pytest.mark.parametrize(
    ("until", "now", "day", "moment"),
    [
        (Until.HOUR, MORNING, None, datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
        (Until.EVENING, MORNING, None, datetime(2026, 3, 2, 17, 0, tzinfo=UTC)),
        (Until.MORNING, MORNING, None, datetime(2026, 3, 3, 7, 0, tzinfo=UTC)),
        (Until.MORNING, datetime(2026, 3, 28, 12, 0, tzinfo=UTC), None, datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
        (Until.MORNING, datetime(2026, 3, 2, 23, 30, tzinfo=UTC), None, datetime(2026, 3, 4, 7, 0, tzinfo=UTC)),
        (Until.DAY, MORNING, date(2026, 3, 9), datetime(2026, 3, 9, 7, 0, tzinfo=UTC)),
    ],
)
def test_until_when_that_is(until: Until, now: datetime, day: date | None, moment: datetime) -> None:
    assert moment_of(until, now, BERLIN, day) == moment


@pytest.mark.parametrize(
    ("until", "now", "day"),
    [
        (Until.EVENING, datetime(2026, 3, 2, 17, 0, tzinfo=UTC), None),
        (Until.DAY, MORNING, None),
        (Until.DAY, MORNING, date(2026, 3, 2)),
        (Until.DAY, MORNING, date(2026, 4, 20)),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(until: Until, now: datetime, day: date | None) -> None:
    with pytest.raises(Invalid):
        moment_of(until, now, BERLIN, day)


@pytest.mark.db
@pytest.mark.parametrize(
    ("level", "wanted_hours", "until_minutes"),
    [
        (Level.SUPPORT, 5, 5 * 60),
        (Level.SUPPORT, 200, 24 * 60),  # when the answer is due
        (Level.URGENT, 200, 30),  # when the deputy is told
        (Level.CRISIS, 200, 3),
    ],
)
def test_it_is_back_when_somebody_has_to_act(
    cast: Cast, still_clock: Clock, level: Level, wanted_hours: int, until_minutes: int
) -> None:
    comment = cast.says(cast.tove, LOW, read_as=reading(level))
    case = case_of(comment)
    assert case is not None
    steps = case.next_step_at
    put_off(cast, comment, hours=wanted_hours)
    assert comment.snoozed_until == START + timedelta(minutes=until_minutes)
    assert case.next_step_at == steps
    assert comment.id not in in_lane(cast, Lane.CARE)
    still_clock.move(minutes=until_minutes)
    assert comment.id in in_lane(cast, Lane.CARE)
    [decision] = decisions_on(comment)
    assert datetime.fromisoformat(decision.details["until"]) == comment.snoozed_until


@pytest.mark.db
def test_what_is_held_is_put_off_as_well(cast: Cast, still_clock: Clock) -> None:
    note = cast.says(cast.tove, CALM, audience="author")
    put_off(cast, note, hours=100)
    assert note.snoozed_until == START + timedelta(hours=24)
    assert note.id not in in_lane(cast, Lane.HELD)
    assert note.id in in_lane(cast, Lane.ALL)
    still_clock.move(hours=24)
    assert note.id in in_lane(cast, Lane.HELD)


@pytest.mark.db
@pytest.mark.parametrize("words", [CALM, LOW])
def test_what_is_due_or_waits_for_nobody_cannot_be_put_off(cast: Cast, still_clock: Clock, words: str) -> None:
    comment = cast.says(cast.tove, words)
    still_clock.move(hours=25)
    with pytest.raises(Conflict):
        put_off(cast, comment, hours=1)


@pytest.mark.db
def test_when_they_write_again_it_is_back_at_once(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    put_off(cast, comment, hours=2)
    cast.says(cast.tove, CALM, to=comment)
    assert comment.snoozed_until is None


@pytest.mark.db
def test_it_needs_a_reason(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    with pytest.raises(Invalid):
        snooze(ana, comment, clock.now() + timedelta(hours=1), version=comment.version, reason=" ")


def put_off(cast: Cast, comment: Comment, *, hours: int) -> None:
    ana = cast.ana
    begin_write()
    snooze(ana, comment, clock.now() + timedelta(hours=hours), version=comment.version, reason="waits for the author")
    db.session.commit()


def in_lane(cast: Cast, lane: Lane) -> list[int]:
    found, _following = cards(cast.ana, Place(lane=lane), None)
    return [card.comment.id for card in found]
