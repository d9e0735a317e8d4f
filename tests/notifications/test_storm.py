"""Storms: many alerts to one person become one summary, in which each is counted once; a crisis comes by itself."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from service.config import Settings
from service.core.db import begin_write, db
from service.delivery import deliver
from service.notifications.actions import notify
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from service.notifications.storm import STORM_AFTER, gathered, merge
from service.notifications.withdrawal import withdraw
from tests.cast import Cast, unread_count
from tests.conftest import Clock

pytestmark = pytest.mark.db
MANY = 200


def test_two_hundred_flags_give_one_summary_a_person_and_each_crisis(
    cast: Cast, settings: Settings, still_clock: Clock
) -> None:
    people = [cast.mara.id, cast.ana.id]
    begin_write()
    for number in range(MANY):
        write(people, f"case:{number}:1:urgent", "urgent" if number % 4 else "support")
        if number % 50 == 0:
            write(people, f"case:{number}:1:crisis", "crisis")
    db.session.commit()
    deliver_all()
    assert {row.level for row in mails(NotificationState.SENT)} == {"crisis"}
    still_clock.move(minutes=1)
    deliver_all()
    written = list_mail(settings.data_dir)
    for address in ("mara@example.org", "ana@example.org"):
        bodies = [read_mail(settings.data_dir, mail.name).body for mail in written if mail.to == address]
        assert sum("150 people to read today, 50 who sound very low" in body for body in bodies) == 1
        assert sum("Someone may be in danger now" in body for body in bodies) == MANY // 50 == len(bodies) - 1
    assert mails(NotificationState.WAITING) == mails(NotificationState.MERGED) == []
    assert [unread_count(person) for person in people] == [MANY + MANY // 50] * 2  # the bell loses nothing


def test_every_merged_message_points_at_its_summary(cast: Cast, still_clock: Clock) -> None:
    flood(cast)
    deliver_all()
    merged = mails(NotificationState.MERGED)
    [summary] = [row for row in mails(NotificationState.WAITING) if row.kind is Kind.SUMMARY]
    assert {row.summary_id for row in merged} == {summary.id}
    assert gathered(summary.id) == {"urgent": len(merged)}
    still_clock.move(minutes=1)
    deliver_all()
    assert {row.state for row in mails()} == {NotificationState.SENT}
    assert all(row.sent_at == still_clock.moment for row in mails() if row.summary_id == summary.id)


def test_a_few_come_one_by_one(cast: Cast) -> None:
    for number in range(STORM_AFTER):
        tell([cast.mara.id], f"case:{number}:1:urgent", "urgent")
    deliver_all()
    assert len(mails(NotificationState.SENT)) == STORM_AFTER


def test_the_first_of_a_storm_may_have_gone_before_it_is_one(cast: Cast) -> None:
    for number in range(MANY // 10):
        tell([cast.mara.id], f"case:{number}:1:urgent", "urgent")
        deliver_all()
    assert len(mails(NotificationState.SENT)) == STORM_AFTER
    assert len(mails(NotificationState.MERGED)) == MANY // 10 - STORM_AFTER


def test_what_goes_on_gets_another_summary_after_a_minute(cast: Cast, still_clock: Clock) -> None:
    for minute in range(3):
        flood(cast, minute)
        deliver_all()
        still_clock.move(minutes=1)
    deliver_all()
    summaries = [row for row in mails(NotificationState.SENT) if row.kind is Kind.SUMMARY]
    assert len(summaries) == 3
    assert {row.summary_id for row in mails() if row.kind is Kind.CASE} == {row.id for row in summaries}


def test_who_was_answered_meanwhile_is_not_counted(cast: Cast, settings: Settings, still_clock: Clock) -> None:
    flood(cast)
    deliver_all()
    begin_write()
    for number in range(5):
        withdraw(f"case:0-{number}:1")
    db.session.commit()
    still_clock.move(minutes=1)
    deliver_all()
    [mail] = list_mail(settings.data_dir)
    assert "15 people to read today" in read_mail(settings.data_dir, mail.name).body


def test_a_summary_of_nobody_is_not_sent(cast: Cast, settings: Settings, still_clock: Clock) -> None:
    flood(cast)
    deliver_all()
    begin_write()
    for number in range(20):
        withdraw(f"case:0-{number}:1")
    db.session.commit()
    still_clock.move(minutes=1)
    deliver_all()
    assert list_mail(settings.data_dir) == []
    assert {row.state for row in mails()} == {NotificationState.WITHDRAWN}


def test_a_storm_for_one_is_none_for_another(cast: Cast) -> None:
    ana = cast.ana.id
    flood(cast)
    tell([ana], "case:other:1:urgent", "urgent")
    deliver_all()
    assert [row.recipient_id for row in mails(NotificationState.SENT)] == [ana]


def test_what_waited_for_the_morning_comes_as_one(cast: Cast, still_clock: Clock) -> None:
    """Messages written hours apart that become due together are a heap all the same."""
    morning = still_clock.moment.replace(hour=20)
    for number in range(8):
        begin_write()
        mara = cast.mara.id
        notify(
            cast.site_id,
            f"case:{number}:1:urgent",
            [mara],
            kind=Kind.CASE,
            level="urgent",
            path="/",
            not_before={mara: morning},
        )
        db.session.commit()
        still_clock.move(hours=1)
    still_clock.moment = morning
    deliver_all()
    still_clock.move(minutes=1)
    deliver_all()
    assert len([row for row in mails(NotificationState.SENT) if row.summary_id is None]) == 1


def test_merging_twice_or_from_two_processes_counts_once(app: Flask, cast: Cast, still_clock: Clock) -> None:
    flood(cast)
    ids = due_ids(limit=100)
    db.session.rollback()
    together = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            together.wait(10)
            for number in ids:
                begin_write()
                merge(number)
                db.session.commit()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    [summary] = [row for row in mails() if row.kind is Kind.SUMMARY]
    assert {row.summary_id for row in mails(NotificationState.MERGED)} == {summary.id}
    assert gathered(summary.id) == {"urgent": 20}


def flood(cast: Cast, wave: int = 0) -> None:
    mara = cast.mara.id
    begin_write()
    for number in range(20):
        write([mara], f"case:{wave}-{number}:1:urgent", "urgent")
    db.session.commit()


def tell(people: list[int], cause: str, level: str) -> None:
    begin_write()
    write(people, cause, level)
    db.session.commit()


def write(people: list[int], cause: str, level: str) -> None:
    notify(1, cause, people, kind=Kind.CASE, level=level, path="/moderation/comments/1")


def deliver_all() -> None:
    for number in due_ids(limit=1000):
        deliver(number)


def mails(state: NotificationState | None = None) -> list[Notification]:
    db.session.rollback()
    query = select(Notification).where(Notification.channel == Channel.EMAIL).order_by(Notification.id)
    return list(db.session.scalars(query if state is None else query.where(Notification.state == state)))
