"""What somebody still has to read of the draws, and what they say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select

from service.accounts.models import User
from service.accounts.queries import staff_names
from service.articles.models import Article
from service.comments.models import Comment, Status
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, Conflict, Invalid, NotFound
from service.moderation.actions import give_feedback
from service.moderation.models import Decision, Verdict
from service.moderation.monthly.models import MonthlyDraw, MonthlyPick
from service.moderation.queries import comment_for, may_see, standing, undoing_of
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.queries import latest_scan

KEPT_MONTHS = 3  # what is older than so many draws is not asked about any more


@dataclass(frozen=True)
class Counted:
    """One month as far as somebody sees it: of how many comments so many were drawn, read, and needed an answer.

    `population` is None where they see a part of it only.
    """

    month: str
    population: int | None
    drawn: int
    read: int
    needed: int


@dataclass(frozen=True)
class Next:
    """The comment to read next, its latest reading by the machine, and how many are left with it."""

    month: str
    comment: Comment
    article: Article
    scan: Scan
    left: int
    drawn: int


def next_pick(user: User) -> Next | None:
    """Return what this person can read next, the newest month first; None when all of theirs is read."""
    query = _open(user).order_by(MonthlyDraw.month.desc(), MonthlyPick.comment_id)
    for month, comment_id in db.session.execute(query.with_only_columns(MonthlyDraw.month, MonthlyPick.comment_id)):
        comment, scan = comment_for(user, comment_id), latest_scan(comment_id)
        if scan is not None:
            article = db.session.get_one(Article, comment.article_id)
            return Next(month, comment, article, scan, left(user), _drawn(user))
    return None


def left(user: User) -> int:
    """Return how many comments of the draws this person can still read."""
    return db.session.scalar(_open(user).with_only_columns(func.count())) or 0


def judge(user: User, comment: Comment, scan_id: int, level: Level | None) -> Decision:
    """Say that a drawn comment needed an answer, at this level, or with None that it did not.

    One that did opens its case, as any missed comment. Twice by one person is once. Raises NotFound for what is not
    drawn here, Conflict where a colleague was faster or the comment was read again by the machine.
    """
    picks = db.session.scalars(
        select(MonthlyPick)
        .where(MonthlyPick.comment_id == comment.id)
        .with_for_update(**ONE_AT_A_TIME)
        .order_by(MonthlyPick.draw_id)
    ).all()
    if not picks:
        raise NotFound(N_("This comment is not part of the monthly check."))
    pick, needed = picks[-1], level is not None
    before = db.session.get(Decision, pick.decision_id) if pick.decision_id is not None else None
    if before is not None and undoing_of(before) is None:
        if before.user_id == user.id and pick.needed == needed:
            return before
        name = staff_names(user.site_id).get(before.user_id, "")
        raise Conflict(N_("%(name)s has read this comment already. Here is the next one."), name=name)
    scan = latest_scan(comment.id)
    higher = level is not None and (scan is None or level.rank > scan.level.rank)
    verdict = Verdict.MISSED if higher else Verdict.NEEDED if needed else Verdict.NOT_NEEDED
    decision = give_feedback(user, comment, scan_id, verdict, level if higher else None)
    pick.decision_id, pick.needed = decision.id, needed
    db.session.flush()
    return decision


def counted(user: User, first: str, last: str, article: int | None = None) -> list[Counted]:
    """Return the months between two, the oldest first, as far as this person sees their comments."""
    whole = user.moderates and article is None
    said = and_(MonthlyPick.decision_id.is_not(None), standing())
    query = (
        select(
            MonthlyDraw.month,
            MonthlyDraw.population,
            func.count(),
            func.count().filter(said),
            func.count().filter(and_(said, MonthlyPick.needed.is_(True))),
        )
        .join(MonthlyPick, MonthlyPick.draw_id == MonthlyDraw.id)
        .join(Comment, Comment.id == MonthlyPick.comment_id)
        .join(Article, Article.id == Comment.article_id)
        .outerjoin(Decision, Decision.id == MonthlyPick.decision_id)
        .where(MonthlyDraw.site_id == user.site_id, MonthlyDraw.month >= first, MonthlyDraw.month <= last)
        .where(may_see(user), *([Article.id == article] if article is not None else []))
        .group_by(MonthlyDraw.month, MonthlyDraw.population)
        .order_by(MonthlyDraw.month)
    )
    return [
        Counted(month, population if whole else None, drawn, read, needed)
        for month, population, drawn, read, needed in db.session.execute(query)
    ]


def _open(user: User) -> Select[int]:
    """Return the picks that nobody has read, or whose word was taken back; words that are gone cannot be read."""
    said = select(Decision.id).where(Decision.id == MonthlyPick.decision_id, standing()).exists()
    return _picks(user).where(~said, *_readable())


def _drawn(user: User) -> int:
    return db.session.scalar(_picks(user).with_only_columns(func.count())) or 0


def _picks(user: User) -> Select[int]:
    newest = (
        select(MonthlyDraw.id)
        .where(MonthlyDraw.site_id == user.site_id)
        .order_by(MonthlyDraw.month.desc())
        .limit(KEPT_MONTHS)
    )
    return (
        select(MonthlyPick.comment_id)
        .select_from(MonthlyPick)
        .join(MonthlyDraw, MonthlyDraw.id == MonthlyPick.draw_id)
        .join(Comment, Comment.id == MonthlyPick.comment_id)
        .join(Article, Article.id == Comment.article_id)
        .where(MonthlyDraw.id.in_(newest), may_see(user))
    )


def _readable() -> Sequence[ColumnElement[bool]]:
    return [Comment.status.not_in((Status.WITHDRAWN, Status.SPAM))]


def by_level(sent: Mapping[str, str]) -> Level | None:
    """Return what a form says of a comment: the level of the answer that it needed, or None. Raises Invalid."""
    said = sent.get("said", "")
    if said == "no":
        return None
    if said not in (Level.SUPPORT, Level.URGENT, Level.CRISIS):
        raise Invalid(N_("Please say whether it needed an answer."))
    return Level(said)
