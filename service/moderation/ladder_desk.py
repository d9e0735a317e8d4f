"""What the page of alerts draws of the ladder: that of the most urgent person now, and each level's as it is set."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from service.accounts.models import User
from service.accounts.queries import staff
from service.articles.models import Article
from service.care.climbing import cause_of, people_for, people_of
from service.care.models import Case
from service.care.queries import due_times, ladder_waits
from service.care.timeline import Rung, rungs, rungs_ahead
from service.care.transitions import CaseState
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.notifications.models import Channel, Notification
from service.triage.levels import Level

LEVELS = (Level.CRISIS, Level.URGENT, Level.SUPPORT)


@dataclass
class Told:
    """A step that was told: when, to whom, and whether by mail too."""

    step: int
    at: datetime
    people: list[int]
    mailed: bool


@dataclass(frozen=True)
class LadderNow:
    """How far the ladder of one person has come, and what comes next unless somebody answers."""

    case: Case
    comment: Comment
    told: list[Told]
    ahead: list[Rung]


@dataclass(frozen=True)
class Ladder:
    """A level's ladder as it is set: whole, or for the articles of one author."""

    level: Level
    rungs: list[Rung]
    minutes: dict[int, int]


def ladder_desk(user: User) -> dict[str, object]:
    """Return the ladders, and the hours in which people sleep, for who looks after all articles."""
    site_id = user.site_id
    people, waits, due = people_for(site_id, _an_author(user)), ladder_waits(site_id), due_times(site_id)
    moment = clock.now()
    return {
        "ladder_now": _ladder_now(site_id),
        "ladder_author": _an_author(user),
        "ladders": [
            Ladder(
                level,
                rungs(waits, level, people, due.after(level, moment) - moment),
                {step: int(wait.total_seconds() // 60) for (at, step), wait in waits.items() if at is level},
            )
            for level in LEVELS
        ],
        "quiet": _quiet_hours(site_id),
    }


def _ladder_now(site_id: int) -> LadderNow | None:
    """Return the ladder of the person whose turn it is, of those whose ladder goes on."""
    query = select(Case, Comment).join(Comment, Comment.id == Case.comment_id).order_by(Case.turn_at, Case.id)
    running = (Case.site_id == site_id, Case.state == CaseState.OPEN, Case.next_step_at.is_not(None))
    found = db.session.execute(query.where(*running).limit(1)).first()
    if found is None:
        return None
    case, comment = found
    next_in = (case.next_step_at or clock.now()) - clock.now()
    ahead = rungs_ahead(ladder_waits(site_id), case.level, people_of(case), case.step, next_in)
    return LadderNow(case, comment, _told_of(case), ahead)


def _told_of(case: Case) -> list[Told]:
    """Return the steps of this opening and level that were told, from the bells and mails that were written."""
    query = select(Notification).where(
        Notification.cause == f"{cause_of(case)}:{case.level}",
        Notification.step > 0,
        Notification.channel.in_([Channel.IN_APP, Channel.EMAIL]),
    )
    found: dict[int, Told] = {}
    for row in db.session.scalars(query.order_by(Notification.step, Notification.id)):
        told = found.setdefault(row.step, Told(row.step, row.created_at, [], mailed=False))
        told.mailed = told.mailed or row.channel is Channel.EMAIL
        if row.recipient_id is not None and row.recipient_id not in told.people:
            told.people.append(row.recipient_id)
    return list(found.values())


def _an_author(user: User) -> int | None:
    """Return whose articles the ladders are drawn for: one's own, else those of whoever wrote the newest."""
    query = select(Article.author_id).where(Article.site_id == user.site_id, Article.author_id.is_not(None))
    mine = db.session.scalar(query.where(Article.author_id == user.id).limit(1))
    return mine if mine is not None else db.session.scalar(query.order_by(Article.id.desc()).limit(1))


def _quiet_hours(site_id: int) -> list[tuple[str, time, time]]:
    return [
        (person.name, person.quiet_from, person.quiet_to)
        for person in staff(site_id)
        if person.quiet_from is not None and person.quiet_to is not None
    ]
