"""A week without its author: who hears what, when, and who hears nothing.

Mara (author) is away from Tuesday to Thursday, Olga stands in for her and is silent, Ana moderates, Ines owns the site.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest

from service.accounts.actions import add_absence, set_deputy
from service.care.actions import taken_back
from service.care.claims import acknowledge, claim
from service.care.transitions import CaseState
from service.comments.actions import edit, withdraw
from service.comments.models import Comment
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.models import Act
from service.moderation.screening import rescan
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.reader.mine import MINE
from service.triage.levels import Level
from service.triage.scanner import Finding
from tests.care.week import (
    REFUSES,
    Week,
    a_week,
    bells_of_moderators,
    case_behind,
    digests,
    doubled,
    heard_in_the_bell,
    imports,
    late_mails,
    rows,
    said_after_the_answer,
)
from tests.cast import Cast, reading, screen
from tests.conftest import START, Clock

pytestmark = pytest.mark.db


@pytest.fixture
def week(cast: Cast, still_clock: Clock, settings: Settings) -> Iterator[Week]:
    """The week, before it begins."""
    olga = cast.other_author
    with a_week(START, cast, still_clock, settings) as week:
        begin_write()
        set_deputy(week.mara, olga.id)
        add_absence(week.mara, date(2026, 3, 3), date(2026, 3, 5))
        for person in (week.mara, olga, week.ana):
            person.quiet_from, person.quiet_to = time(22), time(7)
        db.session.commit()
        yield week


def test_a_week(week: Week) -> None:
    monday(week)
    tuesday_night(week)
    wednesday_storm(week)
    wednesday_without_mail(week)
    silent = thursday_of_things_that_wake_nobody(week)
    friday_private(week)
    saturday_forgotten(week)
    week.until("Sun 23:59")

    assert heard_in_the_bell(week) == EXPECTED
    assert {name: bells_of_moderators(comment) for name, comment in week.crises.items()} == dict.fromkeys(EXPECTED, 2)
    assert late_mails((week.at("Wed 15:00"), week.at("Wed 16:10"))) == {}
    assert said_after_the_answer() == []
    assert doubled(week) == []
    assert [row for row in rows() if any(row.path.endswith(f"/{comment.id}") for comment in silent)] == []
    assert db.session.query(Notification).filter_by(state=NotificationState.DEAD).count() == 0
    with_check_ins = ["Tue", "Thu", "Fri", "Sat"]
    assert digests() == {"Mara": ["Fri", "Sat"], "Olga": [], "Ana": with_check_ins, "Ines": with_check_ins}


# Each crisis, and after how many minutes whose bell rang.
EXPECTED = {
    "at noon": [(0, "Mara"), (17, "Olga")],
    "at night": [(0, "Olga"), (3, "Ana"), (3, "Ines"), (7, "Ines")],
    "storm 1": [(0, "Olga"), (3, "Ana"), (3, "Ines")],
    "storm 2": [(0, "Olga"), (3, "Ana"), (3, "Ines")],
    "storm 3": [(0, "Olga"), (3, "Ana"), (3, "Ines")],
    "no mail": [(0, "Olga"), (3, "Ana"), (3, "Ines"), (7, "Ines"), (22, "Ana"), (22, "Ines"), (22, "Olga")],
    "no mail, short": [(0, "Olga"), (3, "Ana"), (3, "Ines")],
    "in private": [(0, "Mara")],
}


def monday(week: Week) -> None:
    """Somebody sounds low: it is in the digest, and answered in time. A crisis is acknowledged, and then forgotten."""
    week.until("Mon 10:00")
    low = week.says(Level.SUPPORT)
    week.until("Mon 14:00")
    crisis = week.says(Level.CRISIS, "at noon")
    week.until("Mon 14:02")
    week.does(lambda: acknowledge(case_behind(crisis), week.mara.id, 1, 1))
    week.until("Mon 14:19")
    assert {row.details.get("had") for row in rows() if row.step == 2} == {"Dr. Mara Lindqvist"}
    week.replies(week.cast.other_author, crisis)
    week.until("Tue 08:30")
    week.replies(week.ana, low)


def tuesday_night(week: Week) -> None:
    """A crisis wakes whoever is asleep; what is urgent does not, and is answered before they are up."""
    week.until("Tue 23:40")
    crisis = week.says(Level.CRISIS, "at night")
    week.until("Tue 23:55")
    week.replies(week.ana, crisis)
    week.until("Wed 03:00")
    urgent = week.says(Level.URGENT)
    week.until("Wed 03:50")
    week.replies(week.ines, urgent)
    case = case_behind(urgent)
    week.until("Wed 07:30")
    mails = [row for row in rows(Channel.EMAIL) if row.details.get("case") == case.id]
    assert {row.recipient_id: row.state.value for row in mails} == {
        week.cast.other_author.id: "withdrawn",
        week.ana.id: "withdrawn",
        week.ines.id: "sent",
    }


def wednesday_storm(week: Week) -> None:
    """Sixty flags in a minute: few mails to each, every crisis among them by itself (two hundred: test_storm.py)."""
    week.until("Wed 12:00")
    before = len(week.mail.received)
    storm = [
        week.says(Level.CRISIS, f"storm {number // 20 + 1}") if number % 20 == 3 else week.says(Level.URGENT)
        for number in range(60)
    ]
    week.until("Wed 12:05")
    for comment in storm:
        week.dismisses(comment)
    week.until("Wed 13:00")
    assert len(week.mail.received) - before == len(("olga's summary", *3 * ("olga", "ana", "ines")))


def wednesday_without_mail(week: Week) -> None:
    """The mail server is down for an hour: the bell rings in time, and the mail comes if it is still needed."""
    week.until("Wed 15:00")
    week.settings.smtp_url = REFUSES
    week.until("Wed 15:10")
    short = week.says(Level.CRISIS, "no mail, short")
    week.until("Wed 15:14")
    week.replies(week.ana, short)
    week.until("Wed 15:40")
    crisis = week.says(Level.CRISIS, "no mail")
    week.until("Wed 16:00")
    week.settings.smtp_url = week.mail.url
    week.until("Wed 16:10")
    week.replies(week.cast.other_author, crisis)


def thursday_of_things_that_wake_nobody(week: Week) -> list[Comment]:
    """Old words read by a newer lexicon, imported ones, an edit that changes nothing, spam, and what was taken back."""
    week.until("Thu 09:00")
    worse = Finding(level=Level.CRISIS, score=0.9, harm=(), matches=(), version="newer")
    old = week.says(Level.NONE)
    imported = imports(week)
    withdrawn = week.says(Level.NONE, screened=False)
    week.does(lambda: (withdraw(withdrawn), taken_back(withdrawn)))
    unchanged = week.says(Level.NONE)
    week.does(lambda: edit(unchanged, unchanged.latest.source, timedelta(minutes=15)))
    spam = week.says(Level.NONE)
    week.does(lambda: decide(week.ines, spam, Act.SPAM, version=spam.version, reason="an advertisement"))
    week.does(lambda: rescan(old, worse))
    for comment in (imported, withdrawn, unchanged, spam):
        screen(comment, reading(Level.CRISIS))
    return [old, imported, withdrawn, unchanged, spam]


def friday_private(week: Week) -> None:
    """Mara is back, with one low voice in her digest; she answers a note for her alone, which is seen the next day."""
    week.until("Thu 20:00")
    low = week.says(Level.SUPPORT)
    week.until("Fri 09:00")
    week.replies(week.mara, low)
    assert week.looks_after() == len(("at noon", "at night"))
    week.until("Fri 09:30")
    crisis = week.says(Level.CRISIS, "in private", audience="author")
    week.until("Fri 09:32")
    week.replies(week.mara, crisis)
    week.until("Sat 08:00")
    assert case_behind(crisis).state is CaseState.UNSEEN
    unseen = [row for row in rows(Channel.IN_APP) if row.kind is Kind.UNSEEN]
    assert [row.step for row in unseen] == [1, 2, 3, 3, 4]
    page = week.cast.browser().get(_secret_page(crisis), headers={"Sec-Fetch-Mode": "navigate"})
    assert "I am here" in page.text
    assert case_behind(crisis).state is CaseState.ANSWERED


def saturday_forgotten(week: Week) -> None:
    """Ana claims something urgent and forgets it: when it is due the others hear of it, and that she had it."""
    week.until("Sat 10:00")
    assert week.looks_after() == len(("no mail", "no mail, short"))
    urgent = week.says(Level.URGENT)
    case = case_behind(urgent)
    week.does(lambda: claim(case, week.ana))
    week.until("Sat 14:00")
    later = [row for row in rows(Channel.IN_APP) if row.details.get("case") == case.id and row.step == 2]
    assert [(row.recipient_id, row.details["had"]) for row in later] == [(week.cast.other_author.id, "Ana Brandt")]
    week.replies(week.mara, urgent)


def _secret_page(comment: Comment) -> str:
    return f"/my/{current_keys().sign(MINE, str(comment.id))}"
