"""The periods that an owner sets, what is over by them, and the run of each night."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from service.archive.retention.models import RetentionRun
from service.archive.retention.steps import STEPS, Step
from service.core import clock
from service.core.db import db, insert
from service.core.errors import N_, Invalid
from service.notifications.mailbox import old_mail
from service.site.models import Site

HOUR = 3  # of the site's night
CHUNK = 200
MAIL = "mail in files"
SHORTEST, LONGEST = 1, 3650
# What an owner can set, in days, by the column of the site that holds it.
PERIODS = {
    "removed": "keep_removed_days",
    "cases": "keep_cases_days",
    "deliveries": "keep_deliveries_days",
    "audit": "keep_audit_days",
}


def set_periods(site: Site, **days: int | None) -> None:
    """Set for how many days things are kept, by the names of PERIODS; None leaves one. Raises Invalid."""
    for name, number in days.items():
        if number is None:
            continue
        if not SHORTEST <= number <= LONGEST:
            raise Invalid(N_("A period lasts from one day to ten years."), field=name)
        setattr(site, PERIODS[name], number)
    site.version += 1


def due_now(site: Site, step: Step, moment: datetime, limit: int = CHUNK) -> list[int]:
    """Return the ids of a few things that are over."""
    return list(db.session.scalars(step.due(site, moment).limit(limit)))


def count_due(site: Site, data_dir: Path, moment: datetime) -> dict[str, int]:
    """Return how many things of each kind are over; changes nothing."""
    counts = {
        step.name: db.session.scalar(select(func.count()).select_from(step.due(site, moment).subquery())) or 0
        for step in STEPS
    }
    return {**counts, MAIL: len(mail_due(site, data_dir, moment))}


def mail_due(site: Site, data_dir: Path, moment: datetime) -> list[Path]:
    """Return the mails in files that are over."""
    return old_mail(data_dir, moment - timedelta(days=site.keep_deliveries_days))


def is_due(site: Site, moment: datetime) -> bool:
    """Tell whether tonight's run has still to be done, or to be finished."""
    here = moment.astimezone(ZoneInfo(site.time_zone))
    ended = select(RetentionRun.id).where(RetentionRun.site_id == site.id, RetentionRun.day == here.date())
    return here.hour >= HOUR and db.session.scalar(ended.where(RetentionRun.ended_at.is_not(None))) is None


def begin_run(site: Site, moment: datetime) -> RetentionRun:
    """Return the row of today's run, one that was stopped included."""
    day = moment.astimezone(ZoneInfo(site.time_zone)).date()
    new = insert(RetentionRun).values(site_id=site.id, day=day, counts={}, began_at=moment)
    db.session.execute(new.on_conflict_do_nothing())
    mine = select(RetentionRun).where(RetentionRun.site_id == site.id, RetentionRun.day == day)
    return db.session.scalars(mine).one()


def end_run(site: Site, moment: datetime, counts: dict[str, int]) -> None:
    """Note how much was deleted; what an earlier part of the same day did is counted in."""
    run = begin_run(site, moment)
    run.counts = {name: run.counts.get(name, 0) + number for name, number in counts.items()}
    run.ended_at = clock.now()


def last_run(site_id: int) -> RetentionRun | None:
    """Return the newest run that was finished."""
    query = select(RetentionRun).where(RetentionRun.site_id == site_id, RetentionRun.ended_at.is_not(None))
    return db.session.scalar(query.order_by(RetentionRun.day.desc()).limit(1))
