"""Which targets there are, and how they fare."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from service.core.db import db
from service.core.errors import N_, NotFound
from service.core.signing import Keys
from service.notifications.targets.address import place_of
from service.notifications.targets.models import Target


def targets_of(site_id: int) -> Sequence[Target]:
    """Return the targets of a site in the order in which they were set up, paused ones among them."""
    query = select(Target).where(Target.site_id == site_id, Target.removed_at.is_(None))
    return db.session.scalars(query.order_by(Target.id)).all()


def target_by_id(site_id: int, target_id: int) -> Target:
    """Return a target of this site. Raises NotFound."""
    target = db.session.get(Target, target_id)
    if target is None or target.site_id != site_id or target.removed_at is not None:
        raise NotFound(N_("There is no such target here."))
    return target


def target_names(site_id: int) -> dict[int, str]:
    """Return the name of every target of a site, removed ones among them, by id."""
    return {target.id: target.name for target in db.session.scalars(select(Target).where(Target.site_id == site_id))}


def secrets_of(target: Target, keys: Keys, moment: datetime) -> list[str]:
    """Return the secrets that sign what a target is told at a moment, the present one first."""
    former = target.former_secret_encrypted
    counts = former is not None and target.former_until is not None and target.former_until > moment
    return [keys.decrypt(each) for each in (target.secret_encrypted, former if counts else None) if each is not None]


def host_of(target: Target, keys: Keys) -> str:
    """Return the machine that a target's URL names, which is all of it that pages show."""
    return place_of(keys.decrypt(target.url_encrypted)).host
