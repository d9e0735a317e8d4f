"""Which reports are there, and which of them wait for a person."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from service.comments.models import Comment
from service.core.db import ONE_AT_A_TIME, db
from service.moderation.reports.models import Report


def reported(site_id: int) -> Select[*tuple[Any, ...]]:
    """Return a query of the comments with open reports: `comment_id`, and `created_at` and `id` of the oldest report.

    For the lane to join with what it shows, and to page by the last two. A worry is not among them: it has opened a
    case.
    """
    earlier = aliased(Report)
    told_before = select(earlier.id).where(earlier.comment_id == Report.comment_id, earlier.id < Report.id)
    return select(Report.comment_id, Report.created_at, Report.id).where(
        Report.site_id == site_id, *_waiting(Report), ~told_before.where(*_waiting(earlier)).exists()
    )


def reports_on(comment: Comment) -> Sequence[Report]:
    """Return every report on a comment, the oldest first."""
    return db.session.scalars(select(Report).where(Report.comment_id == comment.id).order_by(Report.id)).all()


def reports_on_each(comment_ids: Sequence[int]) -> dict[int, list[Report]]:
    """Return the reports on each of these comments, the oldest first."""
    found: dict[int, list[Report]] = {}
    for report in db.session.scalars(select(Report).where(Report.comment_id.in_(comment_ids)).order_by(Report.id)):
        found.setdefault(report.comment_id, []).append(report)
    return found


def report_by(comment_id: int, reporter_key: str) -> Report | None:
    """Return what this reader has told of this comment before."""
    mine = (Report.comment_id == comment_id, Report.reporter_key == reporter_key)
    return db.session.scalar(select(Report).where(*mine).with_for_update(**ONE_AT_A_TIME))


def _waiting(report: type[Report]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return report.decision_id.is_(None), report.case_id.is_(None)
