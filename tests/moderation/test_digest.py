"""The daily digest, and the reminder before held comments fall due: each once, and without a word of anybody."""

from datetime import date, time, timedelta

import pytest

from service.accounts.actions import add_absence, set_user_time_zone
from service.accounts.models import CommentMail
from service.articles.models import Mode
from service.config import Settings
from service.core.db import begin_write, db
from service.delivery import deliver
from service.moderation.actions import decide, reply
from service.moderation.digest import remind_of_held, send_digests
from service.moderation.models import Act
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Channel, Kind, Notification
from service.notifications.queries import due_ids
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, LOW, Cast, reading
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_it_says_how_many_wait_and_since_when(cast: Cast, still_clock: Clock, settings: Settings) -> None:
    cast.says(cast.tove, LOW, name="Walburga")
    cast.says(cast.joao, CALM, audience="author")
    assert send() == 1  # 09:00, and the hour of the digest is 08:00
    [row] = of(Kind.DIGEST)
    assert (row.recipient_id, row.channel) == (cast.mara.id, Channel.EMAIL)
    [text] = mails(settings)
    assert "1 person waiting for an answer, 1 comment waiting to be read; the oldest since Monday, 2 March." in text
    assert "Walburga" not in text
    assert "exhausted" not in text


def test_once_a_day_at_their_own_morning_hour(cast: Cast, still_clock: Clock) -> None:
    begin_write()
    set_user_time_zone(cast.mara, "America/New_York")
    db.session.commit()
    cast.says(cast.tove, LOW)
    assert send() == 0  # 04:00 there
    still_clock.move(hours=4)
    assert send() == 1
    assert send() == 0
    still_clock.move(hours=20)
    assert send() == 0
    still_clock.move(hours=4)
    assert send() == 1
    assert [row.cause for row in of(Kind.DIGEST)] == ["digest:2026-03-02", "digest:2026-03-03"]


def test_a_day_without_anything_that_waits_brings_no_mail_also_later(cast: Cast, still_clock: Clock) -> None:
    assert cast.mara
    assert send() == 0
    cast.says(cast.tove, LOW)
    still_clock.move(hours=3)
    assert send() == 0


def test_an_hour_that_was_missed_is_made_up_for(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, LOW)
    still_clock.move(hours=9)
    assert send() == 1


def test_authors_hear_of_their_own_pages_and_moderators_of_all(cast: Cast) -> None:
    elsewhere = cast.write_article(slug="elsewhere", author=cast.other_author)
    cast.says(cast.tove, LOW)
    cast.says(cast.joao, LOW, article=elsewhere)
    assert cast.ana
    assert send() == 3
    numbers = {row.recipient_id: row.details["support"] for row in of(Kind.DIGEST)}
    assert numbers == {cast.mara.id: 1, cast.other_author.id: 1, cast.ana.id: 2}


def test_what_is_alerted_at_once_is_not_in_it(cast: Cast) -> None:
    cast.says(cast.tove, CALM, read_as=reading(Level.CRISIS))
    assert send() == 0


def test_who_is_away_or_wants_none_gets_none(cast: Cast) -> None:
    mara, ana = cast.mara, cast.ana
    begin_write()
    add_absence(mara, date(2026, 3, 1), date(2026, 3, 8))
    ana.comment_mail = CommentMail.NEEDED
    db.session.commit()
    cast.says(cast.joao, CALM, audience="author")
    assert send() == 0


def test_quiet_hours_hold_it_back(cast: Cast) -> None:
    begin_write()
    cast.mara.quiet_from, cast.mara.quiet_to = time(20), time(10)
    db.session.commit()
    cast.says(cast.tove, LOW)
    send()
    assert of(Kind.DIGEST)[0].not_before.hour == 10


def test_held_comments_are_reminded_of_once_before_they_fall_due(
    cast: Cast, still_clock: Clock, settings: Settings
) -> None:
    article = cast.write_article(Mode.MODERATED, slug="moderated")
    for number in range(3):
        cast.says(cast.reader(), f"{CALM} {number}", article=article)
    still_clock.move(hours=19, minutes=59)
    assert remind() == 0
    still_clock.move(minutes=15)
    assert remind() == 1
    assert remind() == 0
    still_clock.move(days=2)
    assert remind() == 0
    rows = of(Kind.HELD_DUE)
    assert {row.recipient_id for row in rows} == {cast.mara.id}
    assert [row.details["number"] for row in rows] == [3, 3]
    [text] = mails(settings)
    assert "3 comments still wait to be read before they appear. The first was due by Tuesday, 3 March, 09:00." in text


def test_what_was_decided_in_time_is_not_reminded_of(cast: Cast, still_clock: Clock) -> None:
    article = cast.write_article(Mode.MODERATED, slug="moderated")
    first, second = (cast.says(who, CALM, article=article) for who in (cast.tove, cast.joao))
    begin_write()
    decide(cast.ana, first, Act.APPROVE, version=first.version)
    reply(cast.ana, second, "Thank you.")
    db.session.commit()
    still_clock.move(hours=21)
    assert remind() == 0


def test_the_deputy_or_the_moderators_read_what_an_absent_author_cannot(cast: Cast, still_clock: Clock) -> None:
    assert cast.ines
    begin_write()
    add_absence(cast.mara, date(2026, 3, 1), date(2026, 3, 8))
    db.session.commit()
    cast.says(cast.tove, CALM, audience="author")
    still_clock.move(hours=21)
    assert remind() == 1
    assert {row.recipient_id for row in of(Kind.HELD_DUE)} == {cast.ines.id}


def test_what_is_held_anew_after_an_edit_is_reminded_of_anew(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, audience="author")
    still_clock.move(hours=21)
    assert remind() == 1
    begin_write()
    comment.held_at = still_clock.moment
    db.session.commit()
    still_clock.move(hours=21)
    assert remind() == 1
    assert timedelta(hours=42) == still_clock.moment - comment.created_at


def send() -> int:
    begin_write()
    number = send_digests(current_site().id)
    db.session.commit()
    return number


def remind() -> int:
    begin_write()
    number = remind_of_held(current_site())
    db.session.commit()
    return number


def of(kind: Kind) -> list[Notification]:
    return db.session.query(Notification).filter_by(kind=kind).order_by(Notification.id).all()


def mails(settings: Settings) -> list[str]:
    """Have everything delivered that is due, and return the mails as their recipients read them."""
    for number in due_ids(limit=100):
        deliver(number)
    return [read_mail(settings.data_dir, mail.name).body for mail in list_mail(settings.data_dir)]
