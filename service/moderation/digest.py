"""Tell each person once a day what waits for them, and shortly before that held comments fall due."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update

from service.accounts.models import CommentMail, User
from service.accounts.queries import alert_recipients, days_of, deputy_of, is_absent, staff
from service.accounts.quiet import Day
from service.articles.models import Article
from service.care.check_ins import is_due
from service.care.ladder import REMINDER_SHARE
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment
from service.core import clock
from service.core.db import db, rows_changed
from service.moderation.queries import may_see
from service.notifications.actions import notify
from service.notifications.models import Channel, Kind
from service.site.models import Site
from service.triage.levels import Level

Wait = tuple[int, datetime]


def send_digests(site_id: int) -> int:
    """Write the digest of everybody whose morning has come and who has none of this day yet; returns how many.

    A day without anything that waits is seen to without a mail, and one whose hour was missed is made up for later.
    """
    people = list(staff(site_id))
    days = days_of(person.id for person in people)
    return sum(_send_digest(person, days[person.id]) for person in people)


def remind_of_held(site: Site) -> int:
    """Tell who is responsible of held comments of which a sixth of the time is left; returns how many people.

    Each held comment counts once: `held_reminded_at` is up to when those were held of which somebody was told.
    """
    moment, whole = clock.now(), timedelta(minutes=site.due_held_minutes)
    until = moment - whole + whole / REMINDER_SHARE
    since = site.held_reminded_at or until - whole
    ours = or_(Site.held_reminded_at.is_(None), Site.held_reminded_at == since)
    if until <= since or not rows_changed(update(Site).where(Site.id == site.id, ours).values(held_reminded_at=until)):
        return 0
    waits: dict[int, list[datetime]] = defaultdict(list)
    held = select(Comment.held_at, Article.author_id).join(Article, Article.id == Comment.article_id)
    due = held.where(Comment.site_id == site.id, Comment.held_at > since, Comment.held_at <= until, ~_has_open_case())
    for held_at, author_id in db.session.execute(due):
        if held_at is not None:
            for person in _responsible(site.id, author_id, moment):
                waits[person].append(held_at + whole)
    days = days_of(waits)
    for person, due_times in waits.items():
        notify(
            site.id,
            f"held due:{until.isoformat(timespec='seconds')}",
            [person],
            kind=Kind.HELD_DUE,
            path="/moderation?lane=held",
            not_before={person: days[person].heard_at(moment)},
            details={"number": len(due_times), "due": min(due_times).isoformat()},
        )
    return len(waits)


def _send_digest(person: User, day: Day) -> bool:
    moment = clock.now()
    today = day.digest_day(moment)
    if today is None or not _see_to(person, today) or is_absent(person.id, moment):
        return False
    (support, first), (held, oldest) = _support_of(person), _held_of(person)
    check_ins = _check_ins_of(person, moment)
    if support + held + check_ins == 0:
        return False
    notify(
        person.site_id,
        f"digest:{today}",
        [person.id],
        kind=Kind.DIGEST,
        path="/moderation",
        channels=(Channel.EMAIL,),
        not_before={person.id: day.heard_at(moment)},
        details={
            "support": support,
            "held": held,
            "oldest": min(first, oldest).isoformat(),
            **({"check_ins": check_ins} if check_ins else {}),
        },
    )
    return True


def _responsible(site_id: int, author_id: int | None, moment: datetime) -> list[int]:
    """Return who is to read what is held: the author, their deputy while they are absent, else the moderators."""
    present = deputy_of(author_id, moment) if author_id and is_absent(author_id, moment) else author_id
    return [present] if present is not None else alert_recipients(site_id, None)


def _see_to(person: User, day: date) -> bool:
    """Take this person's day; False when another process has it, or it is done."""
    open_day = or_(User.digested_on.is_(None), User.digested_on < day)
    return bool(rows_changed(update(User).where(User.id == person.id, open_day).values(digested_on=day)))


def _support_of(person: User) -> Wait:
    query = select(func.count(), func.min(Case.waiting_since)).join(Article, Article.id == Case.article_id)
    waiting = query.where(may_see(person), Case.state == CaseState.OPEN, Case.level == Level.SUPPORT)
    number, oldest = db.session.execute(waiting).one()
    return number, oldest or clock.now()


def _check_ins_of(person: User, moment: datetime) -> int:
    """Return how many people were answered and are to be looked after once more."""
    query = select(func.count()).select_from(Case).join(Article, Article.id == Case.article_id)
    return db.session.scalar(query.where(may_see(person), is_due(moment))) or 0


def _held_of(person: User) -> Wait:
    """Return what is held and stands in no open case; nothing for who wants mail only of what needs an answer."""
    if person.comment_mail is CommentMail.NEEDED:
        return 0, clock.now()
    query = select(func.count(), func.min(Comment.held_at)).join(Article, Article.id == Comment.article_id)
    number, oldest = db.session.execute(
        query.where(may_see(person), Comment.held_at.is_not(None), ~_has_open_case())
    ).one()
    return number, oldest or clock.now()


def _has_open_case() -> ColumnElement[bool]:
    theirs = select(Case.id).where(Case.commenter_id == Comment.commenter_id, Case.root_id == Comment.root_id)
    return theirs.where(Case.state == CaseState.OPEN).exists()
