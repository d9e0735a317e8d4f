"""What triage found."""

from collections.abc import Sequence

from sqlalchemy import func, select

from service.core.db import db
from service.triage.models import Scan


def latest_scan(comment_id: int) -> Scan | None:
    """Return the newest scan of a comment."""
    return db.session.scalar(select(Scan).where(Scan.comment_id == comment_id).order_by(Scan.id.desc()).limit(1))


def latest_scans(comment_ids: Sequence[int]) -> dict[int, Scan]:
    """Return the newest scan of each of these comments, by comment."""
    newest = select(func.max(Scan.id)).where(Scan.comment_id.in_(comment_ids)).group_by(Scan.comment_id)
    return {scan.comment_id: scan for scan in db.session.scalars(select(Scan).where(Scan.id.in_(newest)))}
