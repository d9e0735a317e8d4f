"""Choose many comments, confirm an act on them, do it in steps, stop it, and undo it as one.

Nothing here is about one comment that a single act would not do too: each is decided by `decide` and undone by `undo`.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update

from service.accounts.models import User
from service.comments.answers import put_off_mail
from service.config import current_settings
from service.core import clock
from service.core.db import db, rows_changed
from service.core.dispatch import dispatch
from service.core.errors import N_, Conflict, Forbidden, Invalid
from service.core.signing import new_token
from service.moderation.bulk.facts import facts_of
from service.moderation.bulk.models import ENDED, UNDER_WAY, Bulk, BulkItem, BulkState, ItemState
from service.moderation.bulk.sparing import Facts, Spared, spared
from service.moderation.models import Act
from service.moderation.queue.place import Lane, Place
from service.moderation.queue.spots import PAGE_SIZE, spots, still_in
from service.moderation.record import NEEDS_REASON, reason_for
from service.site.models import Site

CARRY_ON_TASK = "moderation.carry_on"
ACTS_IN = {
    Lane.HELD: (Act.APPROVE, Act.HIDE, Act.SPAM),
    Lane.SPAM: (Act.RESTORE, Act.HIDE),
}
MOST = 5_000
AT_ONCE = 100  # more than these are done in the background
LEASE = timedelta(seconds=30)
HELD_BACK = timedelta(hours=1)  # a mail goes out then at the latest, should the act never come to its end
DRAFTS_KEPT = timedelta(days=1)


class Which(enum.StrEnum):
    """Which comments of a lane: those that were ticked, those on the page, or all that match."""

    TICKED = "ticked"
    PAGE = "page"
    ALL = "all"


@dataclass(frozen=True)
class Choice:
    """What somebody chose in a lane: which, and the versions in which they saw those that they chose by name."""

    which: Which = Which.TICKED
    seen: Mapping[int, int] = field(default_factory=dict)


def prepare(user: User, place: Place, act: Act, choice: Choice) -> Bulk:
    """Write down what matches now, each in the version that was seen, and which of them are passed over and why.

    Nothing is done with them yet. What comes in later is not among them. Raises Invalid when nothing is chosen, or the
    act makes no sense in this lane.
    """
    if act not in ACTS_IN.get(place.lane, ()):
        raise Invalid(N_("Please choose what should happen to the comments."), field="act")
    bulk = Bulk(site_id=user.site_id, user_id=user.id, act=act, place=_kept(place))
    items = _all_in(user, place, bulk) if choice.which is Which.ALL else _named(user, place, act, choice)
    if not items:
        raise Invalid(N_("Please tick at least one comment."), field="which")
    db.session.add(bulk)
    db.session.flush()
    db.session.execute(insert(BulkItem), [{"bulk_id": bulk.id, **item} for item in items])
    return bulk


def confirm(user: User, bulk: Bulk, reason: str) -> Bulk:
    """Begin with what was prepared; twice is once. More than AT_ONCE are asked for in the background.

    Raises Forbidden for what somebody else has prepared, Invalid when a reason is missing, Conflict when all of them
    are passed over.
    """
    if bulk.user_id != user.id:
        raise Forbidden(N_("Only the person who has chosen these can go on with them."))
    _lock(bulk)
    if bulk.state is not BulkState.DRAFT:
        return bulk
    bulk.reason = reason_for(bulk.act, reason)
    number = number_of(bulk, ItemState.WAITING)
    if not number:
        raise Conflict(N_("All of these are passed over, so there is nothing to do."))
    _begin(bulk, BulkState.RUNNING, number)
    return bulk


def stop(user: User, bulk: Bulk) -> None:
    """End what is under way; what is done stays done, and can be undone. Twice is once."""
    _check_may(user, bulk)
    _lock(bulk)
    if bulk.state is BulkState.RUNNING:
        _end(bulk, BulkState.STOPPED)


def undo_all(user: User, bulk: Bulk) -> None:
    """Undo all of it, but for those on which somebody has acted since; twice is once. Raises Forbidden, Conflict."""
    _check_may(user, bulk)
    _lock(bulk)
    if bulk.state in (BulkState.UNDOING, BulkState.UNDONE):
        return
    if bulk.state not in ENDED:
        raise Conflict(N_("This is still under way. Stop it first, then it can be undone."))
    bulk.undone_by = user.id
    hold_mail_back(_decided(bulk))
    _begin(bulk, BulkState.UNDOING, number_of(bulk, ItemState.DONE))


def take(bulk_id: int) -> str | None:
    """Take the lease of what is under way; returns its token, or None while somebody else works on it, or nobody must.

    The caller commits.
    """
    token, moment = new_token(), clock.now()
    free = update(Bulk).where(Bulk.id == bulk_id, Bulk.state.in_(UNDER_WAY), Bulk.not_before <= moment)
    return token if rows_changed(free.values(lease_token=token, not_before=moment + LEASE)) else None


def keep(bulk_id: int, token: str) -> Bulk | None:
    """Return what is under way, locked for one more step; None when it was stopped, or the lease was lost."""
    mine = update(Bulk).where(Bulk.id == bulk_id, Bulk.lease_token == token, Bulk.state.in_(UNDER_WAY))
    if not rows_changed(mine.values(not_before=clock.now() + LEASE)):
        return None
    return db.session.get(Bulk, bulk_id, populate_existing=True)


def let_go(bulk_id: int, token: str) -> None:
    """Give the lease back with work left, and ask for somebody to carry on. The caller commits."""
    mine = update(Bulk).where(Bulk.id == bulk_id, Bulk.lease_token == token, Bulk.state.in_(UNDER_WAY))
    if rows_changed(mine.values(lease_token=None, not_before=clock.now())):
        dispatch(CARRY_ON_TASK, bulk_id)


def finish(bulk: Bulk) -> None:
    """Say that nothing is left to do."""
    _end(bulk, BulkState.DONE if bulk.state is BulkState.RUNNING else BulkState.UNDONE)


def hold_mail_back(comments: Select[int] | Collection[int]) -> None:
    """Have mail about what was done wait until all of it is, so that all can be undone before any has gone out."""
    put_off_mail(comments, clock.now() + HELD_BACK)


def forget_old_choices(site: Site) -> None:
    """Delete what was chosen and never confirmed, and the reasons of what is over. The caller commits."""
    moment = clock.now()
    old = (Bulk.state == BulkState.DRAFT, Bulk.created_at < moment - DRAFTS_KEPT)
    db.session.execute(delete(Bulk).where(*old))
    over = (Bulk.site_id == site.id, Bulk.ended_at < moment - timedelta(days=site.keep_audit_days))
    db.session.execute(update(Bulk).where(*over, Bulk.reason != "").values(reason="", place={}))


def may_undo(user: User, bulk: Bulk) -> bool:
    """Tell whether a button to undo all of it makes sense."""
    return bulk.state in ENDED and (bulk.user_id == user.id or user.moderates)


def needs_reason(act: Act) -> bool:
    """Tell whether an act asks for a reason."""
    return act in NEEDS_REASON


def number_of(bulk: Bulk, state: ItemState) -> int:
    """Return how many of the comments have come so far."""
    query = select(func.count()).where(BulkItem.bulk_id == bulk.id, BulkItem.state == state)
    return db.session.scalar(query) or 0


def _kept(place: Place) -> dict[str, Any]:
    """Return the place to come back to; an address that was searched for is kept nowhere in clear."""
    return place.query(one="", **({"q": ""} if "@" in place.words else {}))


def _all_in(user: User, place: Place, bulk: Bulk) -> list[dict[str, object]]:
    found = [spot.comment_id for spot in spots(user, place, None, limit=MOST + 1)]
    bulk.more = len(found) > MOST
    facts = facts_of(user, found[:MOST])
    return [_item(number, known.version, spared(bulk.act, known, known.version)) for number, known in facts.items()]


def _named(user: User, place: Place, act: Act, choice: Choice) -> list[dict[str, object]]:
    seen = dict(list(choice.seen.items())[:PAGE_SIZE])
    facts, staying = facts_of(user, list(seen)), still_in(user, place, list(seen)) if seen else set()

    def why(number: int, known: Facts) -> Spared | None:
        return spared(act, known, seen[number]) if number in staying else Spared.CHANGED

    return [_item(number, seen[number], why(number, known)) for number, known in facts.items()]


def _item(comment_id: int, version: int, why: Spared | None) -> dict[str, object]:
    state = ItemState.WAITING if why is None else ItemState.SPARED
    return {"comment_id": comment_id, "version": version, "state": state, "spared": why}


def _begin(bulk: Bulk, state: BulkState, number: int) -> None:
    bulk.state, bulk.not_before, bulk.ended_at, bulk.lease_token = state, clock.now(), None, None
    if number > AT_ONCE:
        dispatch(CARRY_ON_TASK, bulk.id)


def _lock(bulk: Bulk) -> None:
    db.session.refresh(bulk, with_for_update={"of": Bulk})


def _check_may(user: User, bulk: Bulk) -> None:
    if bulk.user_id != user.id and not user.moderates:
        raise Forbidden(N_("Only the person who did this can undo it."))


def _end(bulk: Bulk, state: BulkState) -> None:
    bulk.state, bulk.ended_at, bulk.lease_token = state, clock.now(), None
    db.session.flush()
    put_off_mail(_decided(bulk), bulk.ended_at + timedelta(seconds=current_settings().undo_seconds))


def _decided(bulk: Bulk) -> Select[int]:
    """Return the comments that something was done with."""
    return select(BulkItem.comment_id).where(BulkItem.bulk_id == bulk.id, BulkItem.decision_id.is_not(None))
