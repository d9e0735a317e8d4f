"""A week with one who answers: who hears what when the author never looks, and when clocks, mail and webhook go wrong.

Mara (author) is there and never looks, Ana (moderator) is away all week, Ines owns the site and is on call from
Auckland, where it is night when it is day at the site (Berlin). In the last night of the week the site's clocks change.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from service.accounts.actions import add_absence, add_shift, set_user_time_zone
from service.care.claims import acknowledge
from service.comments.models import Comment
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.models import Act
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.targets.actions import PAUSE_AFTER, add_target, resume
from service.notifications.targets.models import Asks, Target
from service.notifications.targets.queries import targets_of
from service.site.actions import change
from service.site.queries import current_site
from service.triage.levels import Level
from tests.care.week import (
    REFUSES,
    Week,
    a_week,
    case_behind,
    doubled,
    first_name,
    heard_in_the_bell,
    imports,
    rows,
    said_after_the_answer,
)
from tests.cast import CALM, Cast, reading, screen
from tests.conftest import Clock
from tests.notifications.receiver import Receiver, receiving

pytestmark = pytest.mark.db
MONDAY = datetime(2026, 3, 23, tzinfo=UTC)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """The on-call webhook, which takes what it is told."""
    with receiving(tmp_path) as made:
        yield made


@pytest.fixture
def week(cast: Cast, still_clock: Clock, settings: Settings, receiver: Receiver) -> Iterator[Week]:
    """The week, before it begins."""
    with a_week(MONDAY, cast, still_clock, settings) as week:
        begin_write()
        change(current_site(), time_zone="Europe/Berlin")
        set_user_time_zone(week.ines, "Pacific/Auckland")
        add_absence(week.ana, date(2026, 3, 22), date(2026, 3, 30))
        for weekday in range(7):
            add_shift(week.ines, weekday, 8, 22)
        for person in (week.mara, week.ines):
            person.quiet_from, person.quiet_to = time(22), time(7)
        add_target(cast.site_id, week.ines.id, "On call", receiver.url, Asks.ON_CALL, current_keys())
        db.session.commit()
        yield week


@pytest.mark.full
def test_a_week_alone(week: Week, receiver: Receiver) -> None:
    monday(week)
    tuesday(week, receiver)
    wednesday(week)
    thursday(week)
    quiet = friday(week)
    sunday(week, receiver)
    week.until("Sun 20:00")
    assert heard_in_the_bell(week) == BELLS
    assert mails(week) == MAILS
    assert [(one.json()["kind"], one.json()["level"], one.json()["step"]) for one in receiver.received] == HOOKS
    assert said_after_the_answer() == []
    assert doubled(week) == []
    assert [row for row in rows() if any(row.path.endswith(f"/{comment.id}") for comment in quiet)] == []
    assert given_up(week) == GIVEN_UP


# Each crisis, and after how many minutes whose bell rang.
BELLS = {
    "never looked at": [(0, "Mara"), (6, "Ines"), (10, "Ines"), (27, "Ines"), (27, "Mara")],
    "webhook down": [(0, "Mara"), (6, "Ines"), (10, "Ines"), (25, "Ines"), (25, "Mara")],
    "webhook paused": [(0, "Mara"), (6, "Ines"), (10, "Ines")],
    "worse than before": [(0, "Mara"), (6, "Ines")],
    "taken for spam": [(0, "Mara"), (120, "Mara"), (126, "Ines")],
    "in the night of the clocks": [
        *[(0, "Mara"), (6, "Ines"), (10, "Ines")],
        *[(minutes, who) for minutes in (25, 55, 115) for who in ("Ines", "Mara")],
    ],
}
MAILS = {
    ("case", "crisis", "Mara"): 9,
    ("case", "crisis", "Ines"): 11,
    ("case", "urgent", "Mara"): 2,
    ("case", "urgent", "Ines"): 2,  # on Wednesday it was night where she is, and answered before her morning
    ("target paused", "", "Ines"): 1,
    ("digest", "", "Mara"): 4,
    ("digest", "", "Ines"): 4,
}
# What the webhook was told since it was used again on Tuesday; on Sunday it refused five, and was not asked any more.
HOOKS = [("case", "crisis", 4), ("case", "urgent", 4)]
# Mails of the night that were tried eight times in vain, by kind; the owner's bell says so for each.
GIVEN_UP = {"case": 7, "target paused": 1}


def monday(week: Week) -> None:
    """Nobody looks but Ines, who says so after twelve minutes and answers after half an hour."""
    week.until("Mon 10:00")
    crisis = week.says(Level.CRISIS, "never looked at")
    week.until("Mon 10:12")
    week.does(lambda: acknowledge(case_behind(crisis), week.ines.id, 1, 4))
    week.until("Mon 10:30")
    week.replies(week.ines, crisis)


def tuesday(week: Week, receiver: Receiver) -> None:
    """The webhook refuses until it is paused; what it missed comes when it is used again, if it still counts."""
    receiver.status = 500
    week.until("Tue 12:00")
    answered = week.says(Level.CRISIS, "webhook down")
    week.until("Tue 12:40")
    assert target().paused_at is not None
    week.replies(week.ines, answered)
    waits = week.says(Level.CRISIS, "webhook paused")
    week.until("Tue 12:55")
    receiver.status = 200
    receiver.received.clear()
    week.does(lambda: resume(target()))
    week.until("Tue 12:56")
    week.replies(week.ines, waits)


def wednesday(week: Week) -> None:
    """Something urgent is taken up and left: when it is due those on the next step hear of it, and who had it."""
    week.until("Wed 09:00")
    urgent = week.says(Level.URGENT)
    week.until("Wed 09:05")
    week.does(lambda: acknowledge(case_behind(urgent), week.ines.id, 1, 1))
    week.until("Wed 12:59")
    assert [row.step for row in of_case(urgent, Channel.EMAIL)] == [1]
    week.until("Wed 15:00")
    told = [
        (row.step, first_name(week, row.recipient_id), row.details.get("had")) for row in of_case(urgent, Channel.EMAIL)
    ]
    assert told == [(1, "Mara", None), (3, "Ines", "Ines Varga"), (4, "Ines", None)]
    assert of_case(urgent, Channel.EMAIL)[1].created_at == week.at("Wed 13:00")
    week.replies(week.ines, urgent)


def thursday(week: Week) -> None:
    """Somebody who sounded low was answered, and writes again: the ladder of a crisis begins anew."""
    week.until("Thu 08:00")
    low = week.says(Level.SUPPORT)
    week.until("Thu 09:00")
    week.replies(week.ines, low)
    week.until("Thu 10:00")
    again = week.cast.says(low.commenter, CALM + " Worse.", to=low, read_as=reading(Level.CRISIS))
    week.crises["worse than before"] = again
    assert (case_behind(again).opening, case_behind(again).level) == (2, Level.CRISIS)
    week.until("Thu 10:08")
    week.replies(week.ines, again)


def friday(week: Week) -> list[Comment]:
    """A crisis is filed as spam by mistake, and comes back two hours later; meanwhile an archive is imported."""
    week.until("Fri 10:00")
    mistaken = week.says(Level.CRISIS, "taken for spam")
    week.until("Fri 10:01")
    week.does(lambda: decide(week.ines, mistaken, Act.SPAM, version=mistaken.version, reason="it looks copied"))
    week.until("Fri 11:00")
    quiet = [imports(week, f"elsewhere:{number}") for number in range(20)]
    for comment in quiet:
        screen(comment, reading(Level.CRISIS))
    week.until("Fri 12:00")
    week.does(lambda: decide(week.ines, mistaken, Act.RESTORE, version=mistaken.version))
    week.until("Fri 12:07")
    week.replies(week.ines, mistaken)
    return quiet


def sunday(week: Week, receiver: Receiver) -> None:
    """From before midnight until the clocks have changed neither mail nor webhook gets through; bells ring in time."""
    week.until("Sat 22:30")
    week.settings.smtp_url, receiver.status, before = REFUSES, 503, len(receiver.received)
    week.until("Sat 22:50")
    crisis = week.says(Level.CRISIS, "in the night of the clocks")
    week.until("Sun 00:30")
    urgent = week.says(Level.URGENT)
    week.until("Sun 01:05")
    assert len(receiver.received) - before == PAUSE_AFTER
    del receiver.received[before:]
    week.settings.smtp_url, receiver.status = week.mail.url, 200
    week.until("Sun 01:45")
    week.replies(week.ines, crisis)
    week.until("Sun 05:30")
    in_the_morning = [row.sent_at for row in of_case(urgent, Channel.EMAIL) if row.recipient_id == week.mara.id]
    assert in_the_morning == [week.at("Sun 05:00")]  # seven o'clock in Berlin, an hour earlier than the day before
    week.replies(week.ines, urgent)


def mails(week: Week) -> dict[tuple[str, str, str], int]:
    """How many mails arrived, by kind, level and to whom."""
    sent = [row for row in rows(Channel.EMAIL) if row.state is NotificationState.SENT]
    return dict(Counter((row.kind.value, row.level, first_name(week, row.recipient_id)) for row in sent))


def given_up(week: Week) -> dict[str, int]:
    """How many mails were given up, by kind; the owner's bell says so of each, and of none that came after all."""
    dead = [row for row in rows(Channel.EMAIL) if row.state is NotificationState.DEAD]
    alarms = {row.cause for row in rows(Channel.IN_APP) if row.kind is Kind.DEAD_DELIVERY and row.read_at is None}
    assert alarms == {f"dead:{row.id}" for row in dead}
    return dict(Counter(row.kind.value for row in dead))


def of_case(comment: Comment, channel: Channel) -> list[Notification]:
    case = case_behind(comment)
    return [
        row for row in rows(channel) if row.kind is Kind.CASE and row.details.get("case") == case.id and row.step > 0
    ]


def target() -> Target:
    return targets_of(current_site().id)[0]
