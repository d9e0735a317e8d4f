"""Everything that one person wrote and what became of it, as far as a member of staff may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select

from service.accounts.models import Commenter, User
from service.accounts.queries import same_person
from service.articles.models import Article
from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseEvent
from service.comments.models import Comment
from service.core import clock
from service.core.db import db
from service.core.errors import N_, NotFound
from service.core.paging import Cursor
from service.moderation.models import Note
from service.moderation.queries import may_see
from service.moderation.veil import is_veiled
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.queries import latest_scans

PAGE_SIZE = 50
MONTHS_SHOWN = 12
MOST_MARKS = 500


@dataclass(frozen=True)
class Said:
    """One comment, with the newest scan of it; `veiled`: its words are folded for whoever looks."""

    comment: Comment
    article: Article
    scan: Scan | None
    veiled: bool

    @property
    def flagged(self) -> bool:
        """True when something was found in it."""
        return self.scan is not None and (self.scan.level is not Level.NONE or bool(self.scan.harm))


@dataclass(frozen=True)
class Past:
    """One case, and when it was first opened and last answered."""

    case: Case
    article: Article
    opened_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class Month:
    """How many comments of each level were written in a month; the month as its first moment."""

    begins: datetime
    levels: Mapping[Level, int]


@dataclass(frozen=True)
class Person:
    """What staff see of one person."""

    commenter: Commenter
    number: int
    said: list[Said]
    following: Cursor | None
    past: list[Past]
    months: list[Month]
    notes: Sequence[Note]

    @property
    def flagged(self) -> bool:
        """True when comments are shown in which something was found."""
        return any(each.flagged for each in self.said)


def person_for(user: User, commenter_id: int, cursor: Cursor | None, zone: ZoneInfo) -> Person:
    """Return a person through the eyes of a member of staff: authors see what was written on their own pages.

    Months are counted in `zone`. Raises NotFound for somebody of whom they may see nothing.
    """
    commenter = db.session.get(Commenter, commenter_id)
    if commenter is None or commenter.site_id != user.site_id:
        raise NotFound(N_("There is no such person here."))
    ids = same_person(commenter)
    visible = _visible(user, ids)
    number = db.session.scalar(select(func.count()).select_from(visible.subquery())) or 0
    if number == 0:
        raise NotFound(N_("There is no such person here."))
    said, following = _said(user, visible, cursor)
    return Person(commenter, number, said, following, _past(user, ids), _months(visible, zone), _notes(user, ids))


def latest_of(user: User, commenter_id: int) -> Comment:
    """Return what this person wrote last, of what somebody may see. Raises NotFound where that is nothing."""
    query = select(Comment).join(Article, Article.id == Comment.article_id)
    query = query.where(may_see(user), Comment.commenter_id == commenter_id)
    comment = db.session.scalar(query.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(1))
    if comment is None:
        raise NotFound(N_("There is no such person here."))
    return comment


def _visible(user: User, ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    joined = select(Comment, Article).join(Article, Article.id == Comment.article_id)
    return joined.where(may_see(user), Comment.commenter_id.in_(ids)).with_only_columns(Comment.id, Comment.created_at)


def _said(user: User, visible: Select[*tuple[Any, ...]], cursor: Cursor | None) -> tuple[list[Said], Cursor | None]:
    ids = visible.with_only_columns(Comment.id)
    query = select(Comment, Article).join(Article, Article.id == Comment.article_id).where(Comment.id.in_(ids))
    if cursor is not None:
        same = and_(Comment.created_at == cursor.moment, Comment.id < cursor.number)
        query = query.where(or_(Comment.created_at < cursor.moment, same))
    rows = db.session.execute(query.order_by(Comment.created_at.desc(), Comment.id.desc()).limit(PAGE_SIZE + 1)).all()
    page = rows[:PAGE_SIZE]
    scans = latest_scans([row.Comment.id for row in page])
    said = [_dressed(user, row.Comment, row.Article, scans.get(row.Comment.id)) for row in page]
    last = page[-1].Comment if len(rows) > PAGE_SIZE else None
    return said, Cursor(last.created_at, last.id) if last is not None else None


def _dressed(user: User, comment: Comment, article: Article, scan: Scan | None) -> Said:
    veiled = scan is not None and is_veiled(user.veil, scan.level, scan.harm)
    return Said(comment, article, scan, veiled)


def _past(user: User, ids: Sequence[int]) -> list[Past]:
    """Return this person's cases, the newest first."""
    query = select(Case, Article).join(Article, Article.id == Case.article_id)
    rows = db.session.execute(query.where(may_see(user), Case.commenter_id.in_(ids)).order_by(Case.id.desc())).all()
    moments = _moments([row.Case.id for row in rows])
    return [
        Past(
            row.Case,
            row.Article,
            moments.get((row.Case.id, CaseEvent.OPENED), row.Case.created_at),
            max((at for (id_, event), at in moments.items() if id_ == row.Case.id and event in ANSWERS), default=None),
        )
        for row in rows
    ]


ANSWERS = (CaseEvent.ANSWERED, CaseEvent.ANSWERED_PRIVATELY)


def _moments(case_ids: Sequence[int]) -> dict[tuple[int, CaseEvent], datetime]:
    """Return when each kind of event last happened to each case."""
    query = select(CaseEventRow.case_id, CaseEventRow.event, func.max(CaseEventRow.created_at).label("at"))
    query = query.where(CaseEventRow.case_id.in_(case_ids), CaseEventRow.event.in_((CaseEvent.OPENED, *ANSWERS)))
    rows = db.session.execute(query.group_by(CaseEventRow.case_id, CaseEventRow.event))
    return {(row.case_id, row.event): row.at for row in rows}


def _months(visible: Select[*tuple[Any, ...]], zone: ZoneInfo) -> list[Month]:
    """Return the last months in which they wrote, each with how many comments of each level."""
    rows = db.session.execute(visible.order_by(Comment.created_at.desc()).limit(MOST_MARKS)).all()
    scans = latest_scans([row.id for row in rows])
    found: dict[datetime, dict[Level, int]] = {}
    for row in rows:
        begins = row.created_at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        levels = found.setdefault(begins, dict.fromkeys(reversed(Level), 0))
        levels[scans[row.id].level if row.id in scans else Level.NONE] += 1
    return [Month(begins, found[begins]) for begins in sorted(found, reverse=True)[:MONTHS_SHOWN]]


def _notes(user: User, ids: Sequence[int]) -> Sequence[Note]:
    """Return the notes about this person that have not gone away yet; those about a comment only where it is seen."""
    about = or_(Note.commenter_id.in_(ids), Note.comment_id.in_(_visible(user, ids).with_only_columns(Comment.id)))
    query = select(Note).where(Note.site_id == user.site_id, about, Note.expires_at > clock.now())
    return db.session.scalars(query.order_by(Note.id.desc())).all()
