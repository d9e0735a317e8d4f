"""What was changed of a commenter's standing."""

from collections.abc import Sequence

from sqlalchemy import select

from service.accounts.models import Commenter
from service.comments.models import Comment
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, NotFound
from service.moderation.standings.models import StandingChange

NO_PERSON = N_("There is no such person here.")


def commenter_for(site_id: int, commenter_id: int, *, locked: bool = False) -> Commenter:
    """Return a commenter of this site; `locked` for who changes their standing. Raises NotFound."""
    commenter = db.session.get(
        Commenter, commenter_id, with_for_update=ONE_AT_A_TIME if locked else None, populate_existing=locked
    )
    if commenter is None or commenter.site_id != site_id:
        raise NotFound(NO_PERSON)
    return commenter


def changes_of(commenter: Commenter) -> Sequence[StandingChange]:
    """Return every change of a commenter's standing, the newest first."""
    mine = StandingChange.commenter_id == commenter.id
    return db.session.scalars(select(StandingChange).where(mine).order_by(StandingChange.id.desc())).all()


def last_change(commenter: Commenter) -> StandingChange | None:
    """Return the newest change of a commenter's standing; None where there was none."""
    mine = StandingChange.commenter_id == commenter.id
    return db.session.scalar(select(StandingChange).where(mine).order_by(StandingChange.id.desc()).limit(1))


def name_of(commenter: Commenter) -> str:
    """Return the name that a commenter used last; empty where they took everything back."""
    named = (Comment.commenter_id == commenter.id, Comment.name != "")
    return db.session.scalar(select(Comment.name).where(*named).order_by(Comment.id.desc()).limit(1)) or ""
