"""What the figures count, through the eyes of one member of staff: narrow columns, a statement for each question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, case, cast, extract, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from service.accounts.models import User
from service.articles.models import Article
from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseEvent, CaseState
from service.comments.models import Comment, Status
from service.core import clock
from service.core.db import db
from service.moderation.figures.period import Wanted
from service.moderation.figures.statistics import Waited
from service.moderation.models import BESIDE, Act, Decision, Verdict
from service.moderation.queries import may_see, standing
from service.site.models import Site
from service.triage.levels import Level
from service.triage.models import Scan

BEGINNINGS = (CaseEvent.OPENED, CaseEvent.REOPENED)
ANSWERS = (CaseEvent.ANSWERED, CaseEvent.ANSWERED_PRIVATELY)
# Up to how long somebody has waited, for each band of ages; the last band has no end.
AGES = tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24, 72))


@dataclass(frozen=True)
class Judged:
    """What people said of what the machine had read: how many needed an answer, how many did not, how many it missed.

    `missed` counts those that should have had a higher level, by the level that the machine gave them.
    """

    needed: int = 0
    not_needed: int = 0
    missed: int = 0


@dataclass(frozen=True)
class Waiting:
    """How many wait now: by level and band of age, and how many of each level are overdue; and held comments."""

    ages: Mapping[Level, Sequence[int]]
    overdue: Mapping[Level, int]

    @property
    def number(self) -> int:
        """How many wait, of all levels and ages."""
        return sum(sum(counts) for counts in self.ages.values())


def answers_given(user: User, wanted: Wanted) -> list[Waited]:
    """Return each opening of a case in these days that was answered, or is overdue: the wait until the first answer.

    An answer that was taken back is none. What a person found to need no answer is left out, and so is whoever waits
    and is not overdue yet, and what came in quietly (imported, or read again later).
    """
    begun, answer = aliased(CaseEventRow), aliased(CaseEventRow)
    level = func.coalesce(answer.level, Case.level)
    overdue = and_(Case.state == CaseState.OPEN, Case.opening == begun.opening, Case.due_at < clock.now())
    query = (
        select(
            begun.case_id,
            begun.opening,
            _seconds(begun.waiting_since),
            _seconds(answer.created_at),
            answer.created_at <= answer.due_at,
            type_coerce(level, String),
        )
        .join(Case, Case.id == begun.case_id)
        .outerjoin(answer, answer.id == _first_answer(begun))
        .where(
            begun.event.in_(BEGINNINGS),
            begun.created_at >= wanted.begins,  # says nothing new, but lets an index begin there
            begun.waiting_since >= wanted.begins,
            begun.waiting_since < wanted.ends,
            or_(answer.id.is_not(None), overdue),
            *_cases(user, wanted),
        )
        .order_by(begun.created_at)
    )
    if wanted.level is not None:
        query = query.where(level == wanted.level)
    # An opening that was undone and came again counts from when it came last.
    found = {(row[0], row[1]): row for row in _rows(query)}
    return [
        Waited(since, None if answered is None else max(0, answered - since), bool(in_time), of)
        for _case, _opening, since, answered, in_time, of in found.values()
    ]


def held_decided(user: User, wanted: Wanted) -> list[Waited]:
    """Return each comment of these days that a person had to decide: the wait until the first decision that stands.

    Those that are held and not overdue yet are left out, and so is what was imported.
    """
    due = timedelta(minutes=db.session.get_one(Site, user.site_id).due_held_minutes)
    decided = (
        select(_seconds(Comment.created_at), _seconds(func.min(Decision.created_at)))
        .join(Decision, Decision.comment_id == Comment.id)
        .where(
            Decision.site_id == user.site_id,
            Decision.created_at >= wanted.begins,
            Decision.act.not_in(BESIDE),
            Decision.status_before == Status.PENDING,
            standing(),
            *_readers(user, wanted),
        )
        .group_by(Comment.id, Comment.created_at)
    )
    late = select(_seconds(Comment.created_at)).where(
        Comment.site_id == user.site_id,
        Comment.status == Status.PENDING,
        Comment.held_at < clock.now() - due,
        *_readers(user, wanted),
    )
    most = int(due.total_seconds())
    return [
        *[Waited(came_in, at - came_in, at - came_in <= most) for came_in, at in _rows(decided)],
        *[Waited(came_in, None, in_time=False) for (came_in,) in _rows(late)],
    ]


def waiting_now(user: User, wanted: Wanted) -> Waiting:
    """Return how many wait for an answer now, whenever that began."""
    moment = clock.now()
    bands = [(Case.waiting_since > moment - age, number) for number, age in enumerate(AGES)]
    band = case(*bands, else_=len(AGES)).label("band")
    late = func.sum(case((Case.due_at < moment, 1), else_=0))
    query = (
        select(Case.level, band, func.count(), late)
        .where(Case.site_id == user.site_id, Case.state == CaseState.OPEN, *_cases(user, wanted))
        .group_by(Case.level, band)
    )
    if wanted.level is not None:
        query = query.where(Case.level == wanted.level)
    ages: dict[Level, list[int]] = {}
    overdue: dict[Level, int] = {}
    for level, number, count, of_them_late in db.session.execute(query):
        ages.setdefault(level, [0] * (len(AGES) + 1))[number] = count
        overdue[level] = overdue.get(level, 0) + of_them_late
    return Waiting(ages, overdue)


def judged(user: User, wanted: Wanted) -> dict[Level, Judged]:
    """Return what people said in these days, by the level that the machine gave: the last word on each comment."""
    last = (
        select(func.max(Decision.id))
        .where(
            Decision.site_id == user.site_id,
            Decision.created_at >= wanted.begins,
            Decision.created_at < wanted.ends,
            Decision.act == Act.FEEDBACK,
            standing(),
        )
        .group_by(Decision.comment_id)
    )
    query = (
        select(Scan.level, Decision.verdict, func.count())
        .select_from(Decision)
        .join(Scan, Scan.id == Decision.scan_id)
        .where(Decision.id.in_(last))
        .group_by(Scan.level, Decision.verdict)
    )
    if _narrowed(user, wanted):
        query = query.join(Comment, Comment.id == Decision.comment_id).where(
            Comment.article_id.in_(_articles(user, wanted))
        )
    if wanted.level is not None:
        query = query.where(Scan.level == wanted.level)
    counts: dict[Level, dict[Verdict, int]] = {}
    for level, verdict, number in db.session.execute(query):
        if verdict is not None:
            counts.setdefault(level, {})[verdict] = number
    return {
        level: Judged(said.get(Verdict.NEEDED, 0), said.get(Verdict.NOT_NEEDED, 0), said.get(Verdict.MISSED, 0))
        for level, said in counts.items()
    }


def _first_answer(begun: Any) -> Any:
    """Return the first answer that was not taken back; of old ones only the event is kept, without its comment."""
    event = aliased(CaseEventRow)
    return (
        select(func.min(event.id))
        .outerjoin(Comment, Comment.id == event.comment_id)
        .where(
            event.case_id == begun.case_id,
            event.opening == begun.opening,
            event.event.in_(ANSWERS),
            or_(event.comment_id.is_(None), Comment.status != Status.WITHDRAWN),
        )
        .correlate(begun)
        .scalar_subquery()
    )


def _rows(query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    """Return thousands of rows of plain values, past the part of the session that makes objects."""
    return db.session.connection().execute(query).all()


def _seconds(moment: Any) -> ColumnElement[int]:
    """Return whole seconds since 1970: thousands of moments are read much quicker as numbers."""
    return cast(extract("epoch", moment), Integer)


def _readers(user: User, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions for comments that readers wrote here in these days."""
    found = [
        Comment.commenter_id.is_not(None),
        Comment.import_key.is_(None),
        Comment.created_at >= wanted.begins,
        Comment.created_at < wanted.ends,
    ]
    return [*found, Comment.article_id.in_(_articles(user, wanted))] if _narrowed(user, wanted) else found


def _cases(user: User, wanted: Wanted) -> list[ColumnElement[bool]]:
    mine = [Case.site_id == user.site_id]
    return [*mine, Case.article_id.in_(_articles(user, wanted))] if _narrowed(user, wanted) else mine


def _narrowed(user: User, wanted: Wanted) -> bool:
    return not user.moderates or wanted.article is not None


def _articles(user: User, wanted: Wanted) -> Any:
    query = select(Article.id).where(may_see(user))
    return query.where(Article.id == wanted.article) if wanted.article is not None else query
