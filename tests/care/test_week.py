"""A week at Mara's desk, with a moved clock and a real mail server: who hears what, when, and who hears nothing.

Mara (author) is away from Tuesday to Thursday, Olga stands in for her and is silent, Ana moderates, Ines owns the site.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.accounts.actions import add_absence, set_deputy
from service.accounts.models import User
from service.care.actions import taken_back
from service.care.check_ins import close_follow_up, is_due
from service.care.claims import acknowledge, claim
from service.care.climbing import BELL, climb, due_case_ids
from service.care.models import Case
from service.care.queries import case_of
from service.care.transitions import CaseState
from service.comments.actions import adopt, edit, withdraw
from service.comments.models import Comment, Voice
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.delivery import deliver
from service.moderation.actions import decide, reply
from service.moderation.digest import remind_of_held, send_digests
from service.moderation.models import Act
from service.moderation.screening import rescan
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from service.reader.mine import MINE
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.scanner import Finding
from tests.cast import CALM, Cast, reading, screen
from tests.conftest import Clock
from tests.notifications.test_deliver import MailServer

pytestmark = pytest.mark.db
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SWEEP = timedelta(seconds=10)
REFUSES = "smtp://127.0.0.1:9"  # nobody listens there


class Week:
    """The week's clock, its people, and what the worker does meanwhile."""

    def __init__(self, cast: Cast, clock: Clock, settings: Settings, mail: MailServer) -> None:
        self.cast, self.clock, self.settings, self.mail = cast, clock, settings, mail
        self.crises: dict[str, Comment] = {}
        self.mara, self.olga, self.ana, self.ines = cast.mara, cast.other_author, cast.ana, cast.ines
        begin_write()
        set_deputy(self.mara, self.olga.id)
        add_absence(self.mara, date(2026, 3, 3), date(2026, 3, 5))
        for person in (self.mara, self.olga, self.ana):
            person.quiet_from, person.quiet_to = time(22), time(7)
        db.session.commit()

    def until(self, moment: str) -> None:
        """Let time pass until "Tue 23:40", with everything periodic done when it is due, ten seconds late at most."""
        end = at(moment)
        while self.clock.moment < end:
            self.work()
            self.clock.moment = min(end, max(self._next(), self.clock.moment + SWEEP))
        self.work()

    def work(self) -> None:
        """Do what the worker does: climb, digests, reminders, mail."""
        for case_id in due_case_ids(500):
            begin_write()
            climb(case_id)
            db.session.commit()
        begin_write()
        send_digests(self.cast.site_id)
        remind_of_held(current_site())
        db.session.commit()
        for number in due_ids(limit=500):
            deliver(number)

    def _next(self) -> datetime:
        """The next moment at which something is due; the full hour at the latest, for the digest."""
        moment = self.clock.moment
        waiting = select(func.min(Notification.not_before)).where(Notification.state == NotificationState.WAITING)
        steps = select(func.min(Case.next_step_at))
        due = [found for query in (waiting, steps) if (found := db.session.scalar(query)) is not None]
        hour = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return min([hour, *due])

    def says(self, level: Level, name: str = "", **options: object) -> Comment:
        """Have a new reader write something of this level; a crisis is remembered by its name."""
        comment = self.cast.says(
            self.cast.reader(),
            f"{CALM} {name}",
            read_as=reading(level),
            **options,  # type: ignore[arg-type]
        )
        if name:
            self.crises[name] = comment
        return comment

    def replies(self, user: User, comment: Comment) -> None:
        """Have somebody answer."""
        begin_write()
        reply(user, comment, "I read this, and I am here.")
        db.session.commit()

    def dismisses(self, comment: Comment) -> None:
        """Have Ana find that no answer is needed, and keep it off the page."""
        begin_write()
        for act in (Act.DISMISS, Act.HIDE):
            decide(self.ana, comment, act, version=comment.version, reason="a flood of copies")
        db.session.commit()

    def looks_after(self) -> int:
        """Have Ana look once more after everybody with whom to check in; returns how many."""
        due = db.session.scalars(select(Case).where(is_due(self.clock.moment))).all()
        for case in due:
            self.does(lambda case=case: close_follow_up(case, self.ana, "Looked at their page."))
        return len(due)

    def does(self, act: Callable[[], object]) -> None:
        """Have somebody do something."""
        begin_write()
        act()
        db.session.commit()


@pytest.fixture
def week(app: Flask, cast: Cast, still_clock: Clock, settings: Settings) -> Iterator[Week]:
    """The week, before it begins."""
    server = MailServer()
    settings.smtp_url = server.url
    yield Week(cast, still_clock, settings, server)
    server.stop()


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
    assert late_mails(week) == {}
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
    week.replies(week.olga, crisis)
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
        week.olga.id: "withdrawn",
        week.ana.id: "withdrawn",
        week.ines.id: "sent",
    }


def wednesday_storm(week: Week) -> None:
    """Two hundred flags in a minute: few mails to each, and every crisis among them by itself."""
    week.until("Wed 12:00")
    before = len(week.mail.received)
    storm = [
        week.says(Level.CRISIS, f"storm {number // 66 + 1}")
        if number % 66 == 3 and number < 198
        else week.says(Level.URGENT)
        for number in range(200)
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
    week.replies(week.olga, crisis)


def thursday_of_things_that_wake_nobody(week: Week) -> list[Comment]:
    """Old words read by a newer lexicon, imported ones, an edit that changes nothing, spam, and what was taken back."""
    week.until("Thu 09:00")
    worse = Finding(level=Level.CRISIS, score=0.9, harm=(), matches=(), version="newer")
    old = week.says(Level.NONE)
    imported = _import(week)
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
    assert [(row.recipient_id, row.details["had"]) for row in later] == [(week.olga.id, "Ana Brandt")]
    week.replies(week.mara, urgent)


def heard_in_the_bell(week: Week) -> dict[str, list[tuple[int, str]]]:
    """Each crisis, and after how many whole minutes whose bell rang; ten seconds late count as in time."""
    heard: dict[str, list[tuple[int, str]]] = {}
    for name, comment in week.crises.items():
        case = case_behind(comment)
        bells = [row for row in rows(Channel.IN_APP) if row.kind is Kind.CASE and row.details.get("case") == case.id]
        bells = [row for row in bells if row.step > BELL]
        heard[name] = sorted(
            (int((row.created_at - comment.created_at) / timedelta(minutes=1)), first_name(week, row.recipient_id))
            for row in bells
        )
        assert all((row.created_at - comment.created_at) % timedelta(minutes=1) <= SWEEP for row in bells)
    return heard


def bells_of_moderators(comment: Comment) -> int:
    """How many moderators heard in the bell at once, whichever step is told by mail."""
    at_once = [row for row in rows(Channel.IN_APP) if row.step == BELL and row.created_at == comment.created_at]
    return len([row for row in at_once if row.details.get("case") == case_behind(comment).id])


def late_mails(week: Week) -> dict[str, timedelta]:
    """Mails of a crisis that left more than ten seconds late, but for the hour in which no server took any."""
    down = (at("Wed 15:00"), at("Wed 16:10"))
    return {
        row.cause: row.sent_at - row.created_at
        for row in rows(Channel.EMAIL)
        if (row.kind, row.level) == (Kind.CASE, Level.CRISIS)
        and row.sent_at is not None
        and not down[0] <= row.created_at <= down[1]
        and row.sent_at - row.created_at > SWEEP
    }


def said_after_the_answer() -> list[str]:
    """What was written, or left, about somebody who had their answer already."""
    late = []
    for row in rows():
        if row.kind is not Kind.CASE or "case" not in row.details:
            continue
        case = db.session.get_one(Case, row.details["case"])
        ended = case.closed_at
        if case.state is CaseState.ANSWERED and case.answer_id is not None:
            ended = db.session.get_one(Comment, case.answer_id).created_at
        if ended is not None and max(row.created_at, row.sent_at or row.created_at) > ended:
            late.append(row.cause)
    return late


def doubled(week: Week) -> list[str]:
    """What somebody got twice: a mail with the same Message-ID, or a bell for the same cause and step."""
    mails = Counter((message_from_bytes(content)["Message-ID"], *sorted(to)) for to, content in week.mail.received)
    bells = Counter((row.cause, row.step, row.recipient_id) for row in rows(Channel.IN_APP))
    return [str(what) for counted in (mails, bells) for what, number in counted.items() if number > 1]


def digests() -> dict[str, list[str]]:
    """On which days whose digest came."""
    people = {user.id: user for user in db.session.scalars(select(User))}
    names = {id_: _short(user.name) for id_, user in people.items()}
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for row in rows(Channel.EMAIL):
        if row.kind is Kind.DIGEST:
            found[names[row.recipient_id]].append(DAYS[row.created_at.weekday()])
    return found


def rows(channel: Channel | None = None) -> list[Notification]:
    found = db.session.query(Notification).order_by(Notification.id)
    return [row for row in found if channel is None or row.channel is channel]


def at(moment: str) -> datetime:
    """Read "Tue 23:40" as a moment of this week."""
    day, hour = moment.split()
    return datetime.combine(MONDAY.date() + timedelta(days=DAYS.index(day)), time.fromisoformat(hour), UTC)


def case_behind(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case


def first_name(week: Week, user_id: int) -> str:
    return _short(db.session.get_one(User, user_id).name)


def _short(name: str) -> str:
    return name.removeprefix("Dr. ").split()[0]


def _secret_page(comment: Comment) -> str:
    return f"/my/{current_keys().sign(MINE, str(comment.id))}"


def _import(week: Week) -> Comment:
    begin_write()
    comment = adopt(
        week.cast.article,
        name="Walburga",
        source="Words from elsewhere.",
        voice=Voice.READER,
        commenter=week.cast.tove,
        parent=None,
        created_at=week.clock.moment - timedelta(days=3),
        import_key="elsewhere:1",
    )
    db.session.commit()
    return comment
