"""What triage found."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import aliased

from service.comments.models import Comment
from service.core.db import db
from service.triage.history import Earlier
from service.triage.levels import Level
from service.triage.models import Scan

# True of every level but none; spelled out, or neither database reads the few such scans by their index.
FOUND_SOMETHING = Scan.level != literal(Level.NONE, Scan.level.type, literal_execute=True)


def is_newest() -> ColumnElement[bool]:
    """Return the condition that a scan is the newest of its comment."""
    later = aliased(Scan)
    return ~select(later.id).where(later.comment_id == Scan.comment_id, later.id > Scan.id).exists()


def latest_scan(comment_id: int) -> Scan | None:
    """Return the newest scan of a comment."""
    return db.session.scalar(select(Scan).where(Scan.comment_id == comment_id).order_by(Scan.id.desc()).limit(1))


def latest_scans(comment_ids: Sequence[int]) -> dict[int, Scan]:
    """Return the newest scan of each of these comments, by comment."""
    newest = select(func.max(Scan.id)).where(Scan.comment_id.in_(comment_ids)).group_by(Scan.comment_id)
    return {scan.comment_id: scan for scan in db.session.scalars(select(Scan).where(Scan.id.in_(newest)))}


def was_flagged(comment_id: int) -> bool:
    """True of a comment in which any reading has found distress, or harm to others."""
    rows = db.session.execute(select(Scan.level, Scan.harm).where(Scan.comment_id == comment_id))
    return any(row.level is not Level.NONE or row.harm for row in rows)


def earlier_findings(commenter_ids: Sequence[int], since: datetime, before: datetime) -> list[Earlier]:
    """Return the latest reading of each comment that these commenters wrote in a span of time."""
    newest = (
        select(func.max(Scan.id))
        .join(Comment, Scan.comment_id == Comment.id)
        .where(Comment.commenter_id.in_(commenter_ids), Comment.created_at >= since, Comment.created_at < before)
        .group_by(Scan.comment_id)
    )
    query = (
        select(Scan.level, Comment.created_at).join(Comment, Scan.comment_id == Comment.id).where(Scan.id.in_(newest))
    )
    return [Earlier(level, at) for level, at in db.session.execute(query)]
