"""Cards: a comment as one line of the queue, with why it is here, who waits until when, and what was done last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased, load_only

from service.accounts.models import User
from service.articles.models import Article
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Screening
from service.core.db import db
from service.core.paging import Cursor
from service.core.text import excerpt
from service.moderation.models import ENDING, Decision
from service.moderation.queries import standing
from service.moderation.queue.place import UNSCANNED, Lane, Place
from service.moderation.queue.spots import PAGE_SIZE, spots
from service.moderation.reports.models import Report
from service.moderation.reports.queries import reports_on_each
from service.moderation.veil import is_veiled
from service.site.models import Site
from service.triage.levels import Level
from service.triage.models import Scan

# What a card shows of each; the rest is read where somebody asks for it.
SHOWN: tuple[tuple[Any, ...], ...] = (
    (
        Comment.site_id,
        Comment.article_id,
        Comment.commenter_id,
        Comment.root_id,
        Comment.parent_id,
        Comment.name,
        Comment.voice,
        Comment.status,
        Comment.audience,
        Comment.public_revision_id,
        Comment.latest_revision_id,
        Comment.held_at,
        Comment.held_reason,
        Comment.snoozed_until,
        Comment.wish,
        Comment.version,
        Comment.created_at,
        Comment.edited_at,
    ),
    (Article.site_id, Article.title, Article.slug, Article.author_id),
    (Revision.comment_id, Revision.html, Revision.screening, Revision.created_at),
    (Scan.comment_id, Scan.revision_id, Scan.level, Scan.matches, Scan.harm),
)
TOLD_IN = frozenset({Lane.CARE, Lane.REPORTED})  # where a card says what readers told
PHRASES_SHOWN = 4
FAMILIES_SHOWN = 3
SILENT_FAMILIES = frozenset({"passive", "danger"})  # the level says it already


@dataclass(frozen=True)
class Card:
    """One line of the queue."""

    comment: Comment
    article: Article
    revision: Revision
    case: Case | None
    scan: Scan | None
    done: Decision | None = None
    reports: Sequence[Report] = ()

    @property
    def told_at(self) -> datetime | None:
        """When the first reader told of it, of those with whom nobody has dealt yet."""
        return next((report.created_at for report in self.reports if report.is_open), None)

    @property
    def unscanned(self) -> bool:
        """True when the machine could not read it."""
        return self.revision.screening is Screening.FAILED

    def veiled_for(self, user: User) -> bool:
        """True when its words are folded for this person until they ask for them."""
        return is_veiled(user.veil, self.level, self.scan.harm if self.scan is not None else ())

    @property
    def waiting_since(self) -> datetime:
        """Since when somebody waits: new words from when they were written, what was public from when it was held."""
        if self.case is not None and self.case.state is CaseState.OPEN and not self.unscanned:
            return self.case.waiting_since
        if self.comment.held_at is None or self.comment.awaits_admission:
            return self.comment.written_at
        return self.comment.held_at

    @property
    def waits(self) -> bool:
        """True when somebody waits because of this comment: it is held, or an open case rests on it."""
        return self.comment.held_at is not None or (self.its_case is not None and self.its_case.state is CaseState.OPEN)

    @property
    def its_case(self) -> Case | None:
        """The case that rests on this very comment."""
        return self.case if self.case is not None and self.case.comment_id == self.comment.id else None

    def due_at(self, site: Site) -> datetime:
        """Return until when somebody should have acted: held comments have a time of their own.

        What the machine could not read may be anything, so it is due as soon as a crisis is.
        """
        if self.unscanned:
            return self.revision.created_at + timedelta(minutes=site.due_crisis_minutes)
        if self.case is not None and self.case.state is CaseState.OPEN:
            return self.case.due_at
        return self.waiting_since + timedelta(minutes=site.due_held_minutes)

    @property
    def level(self) -> str:
        """How urgent it is for the queue: that of the open case, else what the machine has read in this comment."""
        if self.unscanned:
            return UNSCANNED
        if self.case is not None and self.case.state is CaseState.OPEN:
            return self.case.level
        return self.scan.level if self.scan is not None else ""

    @property
    def phrases(self) -> list[str]:
        """The first phrases that counted."""
        return list(dict.fromkeys(match["phrase"] for match in self._counted if match["phrase"]))[:PHRASES_SHOWN]

    @property
    def families(self) -> list[str]:
        """What they are about."""
        found = dict.fromkeys(match["family"] for match in self._counted)
        return [family for family in found if family not in SILENT_FAMILIES][:FAMILIES_SHOWN]

    @property
    def words(self) -> str:
        """The first words, in one line."""
        return excerpt(self.revision.html)

    @property
    def _counted(self) -> list[dict[str, Any]]:
        matches = self.scan.matches if self.scan is not None else []
        return [match for match in matches if match["level"] != Level.NONE]


def cards(user: User, place: Place, cursor: Cursor | None) -> tuple[list[Card], Cursor | None]:
    """Return one page of a lane and the cursor of the next one."""
    found = spots(user, place, cursor)
    page = found[:PAGE_SIZE]
    drawn = _dress(
        [spot.comment_id for spot in page], with_done=place.lane is Lane.DONE, with_reports=place.lane in TOLD_IN
    )
    return drawn, page[-1].cursor if len(found) > PAGE_SIZE else None


def card_of(comment: Comment) -> Card:
    """Return the card of one comment."""
    return _dress([comment.id])[0]


def last_done(comment_ids: Sequence[int]) -> dict[int, Decision]:
    """Return what was decided last on each of these comments."""
    last = (
        select(func.max(Decision.id))
        .where(Decision.comment_id.in_(comment_ids), Decision.act.in_(ENDING), standing())
        .group_by(Decision.comment_id)
    )
    return {row.comment_id: row for row in db.session.scalars(select(Decision).where(Decision.id.in_(last)))}


def _dress(comment_ids: Sequence[int], *, with_done: bool = False, with_reports: bool = False) -> list[Card]:
    """Return the cards of these comments in this order, by one statement that reads no more than a card shows.

    One more each for what was done last, and for what readers told.
    """
    if not comment_ids:
        return []
    rows = {row.Comment.id: row for row in db.session.execute(_statement(), {"comment_ids": comment_ids})}
    done = last_done(comment_ids) if with_done else {}
    told = reports_on_each(comment_ids) if with_reports else {}
    return [
        Card(
            row.Comment,
            row.Article,
            row.Revision,
            row.Case,
            row.Scan,
            done.get(row.Comment.id),
            told.get(row.Comment.id, ()),
        )
        for row in (rows[comment_id] for comment_id in comment_ids)
    ]


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    """Return the statement that reads what a card shows, built once."""
    newer = aliased(Scan)
    newest = select(func.max(newer.id)).where(newer.comment_id == Comment.id).scalar_subquery()
    return (
        select(Comment, Article, Revision, Case, Scan)
        .join(Article, Article.id == Comment.article_id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .outerjoin(Case, and_(Case.commenter_id == Comment.commenter_id, Case.root_id == Comment.root_id))
        .outerjoin(Scan, Scan.id == newest)
        .where(Comment.id.in_(bindparam("comment_ids", expanding=True)))
        .options(*(load_only(*columns) for columns in SHOWN))
    )
