"""A simulated week: a moved clock, a real mail server, what the worker does, and what is counted at the end."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes

from sqlalchemy import func, select

from service.accounts.models import User
from service.care.check_ins import close_follow_up, is_due
from service.care.climbing import BELL, climb, due_case_ids
from service.care.models import Case
from service.care.queries import case_of
from service.care.transitions import CaseState
from service.comments.actions import adopt
from service.comments.models import Comment, Voice
from service.config import Settings
from service.core.db import begin_write, db
from service.delivery import bury, deliver
from service.moderation.actions import decide, reply
from service.moderation.digest import remind_of_held, send_digests
from service.moderation.models import Act
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, Cast, reading
from tests.conftest import Clock
from tests.notifications.test_deliver import MailServer

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SWEEP = timedelta(seconds=10)
REFUSES = "smtp://127.0.0.1:9"  # nobody listens there


class Week:
    """The week's clock, its people, and what the worker does meanwhile."""

    def __init__(self, monday: datetime, cast: Cast, clock: Clock, settings: Settings, mail: MailServer) -> None:
        self.monday, self.cast, self.clock, self.settings, self.mail = monday, cast, clock, settings, mail
        self.crises: dict[str, Comment] = {}
        self.mara, self.ana, self.ines = cast.mara, cast.ana, cast.ines

    def until(self, moment: str) -> None:
        """Let time pass until "Tue 23:40", with everything periodic done when it is due, ten seconds late at most."""
        end = self.at(moment)
        while self.clock.moment < end:
            self.work()
            self.clock.moment = min(end, max(self._next(), self.clock.moment + SWEEP))
        self.work()

    def at(self, moment: str) -> datetime:
        """Read "Tue 23:40" as a moment of this week, in UTC."""
        day, hour = moment.split()
        return datetime.combine(self.monday.date() + timedelta(days=DAYS.index(day)), time.fromisoformat(hour), UTC)

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
        bury()
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


@contextmanager
def a_week(monday: datetime, cast: Cast, clock: Clock, settings: Settings) -> Iterator[Week]:
    """A week before it begins, with a mail server of its own."""
    server = MailServer()
    settings.smtp_url, clock.moment = server.url, monday
    yield Week(monday, cast, clock, settings, server)
    server.stop()


def heard_in_the_bell(week: Week) -> dict[str, list[tuple[int, str]]]:
    """Each crisis, and after how many whole minutes whose bell rang; ten seconds late at each step count as in time."""
    heard: dict[str, list[tuple[int, str]]] = {}
    for name, comment in week.crises.items():
        case = case_behind(comment)
        bells = [row for row in rows(Channel.IN_APP) if row.kind is Kind.CASE and row.details.get("case") == case.id]
        bells = [row for row in bells if row.step > BELL]
        heard[name] = sorted(
            (int((row.created_at - comment.created_at) / timedelta(minutes=1)), first_name(week, row.recipient_id))
            for row in bells
        )
        assert all((row.created_at - comment.created_at) % timedelta(minutes=1) <= SWEEP * row.step for row in bells)
    return heard


def bells_of_moderators(comment: Comment) -> int:
    """How many moderators heard in the bell at once, whichever step is told by mail."""
    at_once = [row for row in rows(Channel.IN_APP) if row.step == BELL and row.created_at == comment.created_at]
    return len([row for row in at_once if row.details.get("case") == case_behind(comment).id])


def late_mails(down: tuple[datetime, datetime]) -> dict[str, timedelta]:
    """Mails of a crisis that left more than ten seconds late, but for the time in which no server took any."""
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


def case_behind(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case


def first_name(week: Week, user_id: int) -> str:
    return _short(db.session.get_one(User, user_id).name)


def _short(name: str) -> str:
    return name.removeprefix("Dr. ").split()[0]


def imports(week: Week, key: str = "elsewhere:1") -> Comment:
    """Have a comment of three days ago come from another system."""
    begin_write()
    comment = adopt(
        week.cast.article,
        name="Walburga",
        source="Words from elsewhere.",
        voice=Voice.READER,
        commenter=week.cast.tove,
        parent=None,
        created_at=week.clock.moment - timedelta(days=3),
        import_key=key,
    )
    db.session.commit()
    return comment
