"""The team page: owners change it, everybody sees it and changes what is theirs; gaps are warned about."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.accounts.actions import add_absence, add_shift
from service.accounts.models import CommentMail, User
from service.accounts.queries import absence_rows, deputy_always, on_call, shifts_of
from service.config import Settings
from service.core.db import begin_write, db
from service.delivery import deliver
from service.moderation.duty import gaps_ahead, next_gap, warn_of_gaps
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from service.site.queries import current_site
from tests.cast import Cast, token_in
from tests.conftest import START, Clock

TEAM = "/moderation/team"


@pytest.fixture(autouse=True)
def people(cast: Cast) -> None:
    assert [cast.mara.id, cast.ana.id, cast.ines.id] == [1, 2, 3]


def test_an_owner_gives_somebody_days_off_and_a_deputy(cast: Cast) -> None:
    browser = cast.browser(cast.ines)
    answer = send(browser, "/absences", user=1, first_day="2026-03-02", last_day="2026-03-06", deputy=2)
    assert answer.status_code == 303
    page = browser.get(TEAM).text
    assert "2 March 2026 to 6 March 2026" in page
    assert "<bdi>Ana Brandt</bdi> steps in" in page
    assert "until 6 March 2026" in page
    [absence] = absence_rows(cast.site_id)
    assert send(browser, f"/absences/{absence.id}/removals").status_code == 303
    assert "Nobody is away." in browser.get(TEAM).text


def test_everybody_says_when_they_are_away_but_not_when_others_are(cast: Cast) -> None:
    browser = cast.browser(cast.mara)
    days = {"first_day": "2026-03-02", "last_day": "2026-03-03"}
    assert send(browser, "/absences", user=1, **days).status_code == 303
    assert send(browser, "/absences", user=2, **days).status_code == 403
    assert send(cast.browser(cast.ana), f"/absences/{absence_rows(cast.site_id)[0].id}/removals").status_code == 403
    assert [row.user_id for row in absence_rows(cast.site_id)] == [1]


def test_only_owners_plan_the_rota_and_everybody_sees_it(cast: Cast) -> None:
    shift = {"user": 2, "weekday": ["0", "4"], "from_hour": 22, "until_hour": 7}
    assert send(cast.browser(cast.ana), "/shifts", **shift).status_code == 403
    owner = cast.browser(cast.ines)
    assert send(owner, "/shifts", **shift).status_code == 303
    assert on_call(cast.site_id, START.replace(hour=23)) == [2]
    page = cast.browser(cast.mara).get(TEAM).text
    assert "22:00–07:00" in page
    assert "of the next day" in page
    assert "Save the shifts" not in page
    first = shifts_of(cast.site_id)[0].id
    assert send(cast.browser(cast.ana), f"/shifts/{first}/removals").status_code == 403
    assert send(owner, f"/shifts/{first}/removals").status_code == 303
    assert [row.weekday for row in shifts_of(cast.site_id)] == [4]


def test_each_person_has_settings_of_their_own(cast: Cast) -> None:
    browser = cast.browser(cast.mara)
    wanted = {"deputy": 2, "time_zone": "Europe/Stockholm", "comment_mail": "every comment"}
    assert send(browser, "/people/1", **wanted).status_code == 303
    mara = db.session.get_one(User, 1)
    assert (mara.time_zone, mara.comment_mail, deputy_always(1)) == ("Europe/Stockholm", CommentMail.EVERY, 2)
    assert send(browser, "/people/2", **wanted).status_code == 403
    assert send(cast.browser(cast.ines), "/people/1", comment_mail="digest").status_code == 303
    assert (db.session.get_one(User, 1).time_zone, deputy_always(1)) == ("", None)


DAY = {"first_day": "2026-03-02", "last_day": "2026-03-02"}
HOURS = {"user": 1, "from_hour": 9, "until_hour": 17}


@pytest.mark.parametrize(
    ("path", "sent", "words", "kept"),
    [
        ("/absences", {**DAY, "user": 1, "first_day": "2026-03-06"}, "must not be before", "2026-03-06"),
        ("/absences", {**DAY, "user": 1, "first_day": "soon"}, "year, month and day", "2026-03-02"),
        ("/absences", {**DAY, "user": 1, "deputy": 1}, "for themselves", "2026-03-02"),
        ("/absences", DAY, "choose somebody", "2026-03-02"),
        ("/shifts", HOURS, "at least one day", '"17" selected'),
        ("/shifts", {**HOURS, "weekday": "0", "from_hour": 30}, "an hour from 0 to 23", '"17" selected'),
        ("/people/1", {"time_zone": "Moon/Base", "comment_mail": "digest"}, "There is no time zone", "Moon/Base"),
        ("/people/1", {"comment_mail": "never"}, "choose which mail", "People"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    cast: Cast, path: str, sent: dict[str, object], words: str, kept: str
) -> None:
    answer = send(cast.browser(cast.ines), path, **sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert kept in answer.text
    assert absence_rows(cast.site_id) == shifts_of(cast.site_id) == []


def test_a_stranger_sees_nothing(client: FlaskClient) -> None:
    assert client.get(TEAM).status_code == 302


@pytest.mark.parametrize(
    ("zone", "hours", "words"),
    [
        ("UTC", (7, 22), "Nobody is on duty tonight, 22:00–07:00."),
        ("Europe/Amsterdam", (8, 23), "Nobody is on duty tonight, 23:00–08:00."),
        ("UTC", (7, 12), "Nobody is on duty today, 12:00–07:00."),
        ("UTC", (10, 24), "Nobody is on duty now, until 10:00."),
        ("UTC", (8, 8), None),
        ("UTC", (1, 24), "Nobody is on duty tomorrow, 00:00–01:00."),
    ],
)
def test_the_queue_warns_of_a_gap(cast: Cast, zone: str, hours: tuple[int, int], words: str | None) -> None:
    plan(cast, zone, hours)
    page = cast.browser(cast.ana).get("/moderation").text
    assert words in page if words else "Nobody is on duty" not in page


def test_without_a_rota_there_is_a_gap_only_when_everybody_is_away(cast: Cast) -> None:
    assert next_gap(cast.site_id) is None
    begin_write()
    for user in (cast.mara, cast.ana, cast.ines):
        add_absence(user, START.date() + timedelta(days=1), START.date() + timedelta(days=1))
    db.session.commit()
    gap = next_gap(cast.site_id)
    assert gap is not None
    assert gap.begins == START.replace(day=3, hour=0)


@pytest.mark.db
def test_owners_are_told_the_day_before_and_once(cast: Cast, settings: Settings, still_clock: Clock) -> None:
    plan(cast, "Europe/Amsterdam", (8, 23))
    for _hour in range(20):
        begin_write()
        warn_of_gaps(cast.site_id)
        db.session.commit()
        for number in due_ids(limit=10):
            deliver(number)
        still_clock.move(hours=1)
    rows = db.session.scalars(select(Notification).where(Notification.kind == Kind.GAP)).all()
    assert {row.recipient_id for row in rows} == {cast.ines.id}
    assert len([row for row in rows if row.channel is Channel.EMAIL]) == 2  # tonight's, and the one of tomorrow
    bodies = [read_mail(settings.data_dir, mail.name).body for mail in list_mail(settings.data_dir)]
    assert any("from Monday, 2 March, 23:00 until Tuesday, 3 March, 08:00" in body for body in bodies)


@pytest.mark.db
def test_owners_are_told_of_a_gap_that_begins_now_and_once(cast: Cast, still_clock: Clock) -> None:
    plan(cast, "UTC", (8, 23))
    warn_for(11, cast, still_clock)  # told of tonight's gap already
    begin_write()
    add_absence(cast.ana, START.date(), START.date())  # and now Ana is ill
    db.session.commit()
    warn_for(30, cast, still_clock)
    assert mailed() == ["2026-03-02T23:00", "2026-03-01T23:00"]  # Ana's day is over before it began


@pytest.mark.db
def test_of_gaps_that_stand_only_between_two_changes_nobody_is_told(cast: Cast, still_clock: Clock) -> None:
    plan(cast, "UTC", (8, 23))
    for until_hour in (12, 15, 18):  # each line of the rota shortens the night
        warn_for(2, cast, still_clock)
        plan(cast, "UTC", (8, until_hour))
    warn_for(2, cast, still_clock)
    assert len([row for row in told() if row.channel is Channel.IN_APP]) == 1
    assert mailed() == []
    warn_for(10, cast, still_clock)
    assert mailed() == ["2026-03-02T18:00"]
    plan(cast, "UTC", (8, 12))
    warn_for(2, cast, still_clock)
    plan(cast, "UTC", (8, 18))
    warn_for(2, cast, still_clock)
    plan(cast, "UTC", (8, 12))  # what was forgotten is new when it comes up again
    warn_for(12, cast, still_clock)
    assert mailed() == ["2026-03-02T18:00", "2026-03-02T12:00"]


@pytest.mark.db
def test_a_gap_of_more_than_a_month_is_told_once_a_month(cast: Cast, still_clock: Clock) -> None:
    for person in (cast.ana, cast.ines, cast.mara):
        begin_write()
        add_absence(person, START.date() - timedelta(days=60), START.date() + timedelta(days=60))
        db.session.commit()
    for _hour in range(5):
        warn(cast)
        still_clock.move(hours=7)
    rows = db.session.scalars(select(Notification).where(Notification.kind == Kind.GAP)).all()
    assert len([row for row in rows if row.channel is Channel.EMAIL]) == 1


def warn(cast: Cast) -> None:
    begin_write()
    warn_of_gaps(cast.site_id)
    db.session.commit()


def warn_for(minutes: int, cast: Cast, still_clock: Clock) -> None:
    for _minute in range(minutes):
        warn(cast)
        for number in due_ids(limit=10):
            deliver(number)
        still_clock.move(minutes=1)


def told() -> Sequence[Notification]:
    return db.session.scalars(select(Notification).where(Notification.kind == Kind.GAP).order_by(Notification.id)).all()


def mailed() -> list[str]:
    sent = [row for row in told() if row.channel is Channel.EMAIL and row.state is NotificationState.SENT]
    return [row.details["begins"][:16] for row in sent]


def test_a_gap_that_lies_further_off_is_shown_on_the_page_alone(cast: Cast) -> None:
    begin_write()
    for weekday in range(6):
        add_shift(cast.ana, weekday, 0, 24)
    db.session.commit()
    assert next_gap(cast.site_id) is None
    assert len(gaps_ahead(cast.site_id, timedelta(days=7))) == 1
    assert "Sunday 8 March, 00:00 to Monday 9 March, 00:00" in cast.browser(cast.mara).get(TEAM).text


def plan(cast: Cast, zone: str, hours: tuple[int, int]) -> None:
    begin_write()
    current_site().time_zone = zone
    for weekday in range(7):
        add_shift(cast.ana, weekday, *hours)
    db.session.commit()


def send(browser: FlaskClient, path: str, **data: object) -> TestResponse:
    token = token_in(browser.get(TEAM))
    return browser.post(TEAM + path, data={**data, "csrf_token": token})
