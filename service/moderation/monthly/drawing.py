"""Draw the comments of a month: at random, and the same for everyone and for whoever draws again."""

import math
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from service.comments.models import Comment, Revision, Screening, Status, Voice
from service.core import clock
from service.core.db import db, insert
from service.moderation.monthly.models import MonthlyDraw, MonthlyPick
from service.site.models import Site
from service.triage.levels import Level
from service.triage.models import Scan

LEAST = 20
ONE_IN = 100


def how_many(population: int) -> int:
    """Return how many of so many comments are read: one in a hundred, at least 20, never more than there are."""
    return min(population, max(LEAST, math.ceil(population / ONE_IN)))


def choose(comment_ids: Sequence[int], seed: str) -> list[int]:
    """Return the comments that a seed draws from these, each as likely as any other."""
    return sorted(random.Random(seed).sample(sorted(comment_ids), how_many(len(comment_ids))))  # noqa: S311


def last_month(today: date) -> tuple[date, date]:
    """Return the first days of the month before this day's, and of this day's."""
    first = today.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), first


def is_drawn(site: Site) -> bool:
    """Tell whether last month's draw is there."""
    month = _month(site)[0]
    known = select(MonthlyDraw.id).where(MonthlyDraw.site_id == site.id, MonthlyDraw.month == f"{month:%Y-%m}")
    return db.session.scalar(known) is not None


def draw_month(site: Site) -> int:
    """Draw from last month's comments in which nothing was found; returns how many, 0 where it was drawn before.

    A month without such comments is noted as one, so that it is looked at once. The caller commits.
    """
    first, end = _month(site)
    month = f"{first:%Y-%m}"
    quiet = _quiet(site, first, end)
    chosen = choose(quiet, f"{site.id}:{month}")
    values = {"site_id": site.id, "month": month, "population": len(quiet), "drawn": len(chosen)}
    values["created_at"] = clock.now()
    drawing = insert(MonthlyDraw).values(**values).on_conflict_do_nothing().returning(MonthlyDraw.id)
    draw_id = db.session.scalar(drawing)
    if draw_id is None:
        return 0
    db.session.add_all(MonthlyPick(draw_id=draw_id, comment_id=comment_id) for comment_id in chosen)
    db.session.flush()
    return len(chosen)


def _month(site: Site) -> tuple[date, date]:
    return last_month(clock.now().astimezone(ZoneInfo(site.time_zone)).date())


def _quiet(site: Site, first: date, end: date) -> Sequence[int]:
    """Return readers' comments of some days that were read by the machine, which never found anything in them."""
    begins, ends = (datetime.combine(day, time(), ZoneInfo(site.time_zone)).astimezone(UTC) for day in (first, end))
    found = exists().where(Scan.comment_id == Comment.id, Scan.level != Level.NONE)
    query = (
        select(Comment.id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .where(
            Comment.site_id == site.id,
            Comment.created_at >= begins,
            Comment.created_at < ends,
            Comment.voice == Voice.READER,
            Comment.commenter_id.is_not(None),
            Comment.import_key.is_(None),
            Comment.status.not_in((Status.WITHDRAWN, Status.SPAM)),
            Revision.screening == Screening.DONE,
            ~found,
        )
    )
    return db.session.scalars(query).all()
