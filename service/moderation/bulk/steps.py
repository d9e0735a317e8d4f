"""One step of an act on many comments, or of undoing it: a few of them, each as a single act would do it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from service.accounts.models import User
from service.comments.models import Comment
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import DomainError
from service.moderation.actions import decide
from service.moderation.bulk.actions import finish, hold_mail_back
from service.moderation.bulk.facts import facts_of
from service.moderation.bulk.models import Bulk, BulkItem, BulkState, ItemState
from service.moderation.bulk.sparing import Facts, Spared, spared
from service.moderation.models import Decision
from service.moderation.queries import undoing_of
from service.moderation.undoing import undo

STEP = 10  # comments in one unit of work: readers who write must not wait long for it

log = structlog.get_logger(__name__)


def step(bulk: Bulk, window: timedelta) -> bool:
    """Go on with the next few comments; returns whether any may be left. The caller holds the lease, and commits.

    `window` is for how long an answer can be taken back, as for a single undo.
    """
    doing = bulk.state is BulkState.RUNNING
    items = _next(bulk, ItemState.WAITING if doing else ItemState.DONE)
    if doing:
        _do(bulk, items)
    else:
        _undo(bulk, items, window)
    if len(items) == STEP:
        hold_mail_back([item.comment_id for item in items])
        return True
    finish(bulk)
    return False


def _next(bulk: Bulk, state: ItemState) -> Sequence[BulkItem]:
    """Return the next items, their comments locked in the order of their ids, so that of two neither waits for ever."""
    query = select(BulkItem).where(BulkItem.bulk_id == bulk.id, BulkItem.state == state)
    items = db.session.scalars(query.order_by(BulkItem.comment_id).limit(STEP)).all()
    ids = [item.comment_id for item in items]
    db.session.execute(
        select(Comment.id).where(Comment.id.in_(ids)).order_by(Comment.id).with_for_update(**ONE_AT_A_TIME)
    )
    return items


def _do(bulk: Bulk, items: Sequence[BulkItem]) -> None:
    facts = facts_of(bulk.user, [item.comment_id for item in items])
    for item in items:
        item.spared = spared(bulk.act, facts.get(item.comment_id), item.version)
        item.state = ItemState.SPARED
        if item.spared is None:
            item.spared = _tried(partial(_decide, bulk, item, facts[item.comment_id]))


def _decide(bulk: Bulk, item: BulkItem, known: Facts) -> None:
    comment = db.session.get_one(Comment, item.comment_id)
    decision = decide(bulk.user, comment, bulk.act, version=known.version, reason=bulk.reason)
    decision.bulk_id = bulk.id
    item.decision_id, item.state = decision.id, ItemState.DONE


def _undo(bulk: Bulk, items: Sequence[BulkItem], window: timedelta) -> None:
    user = db.session.get_one(User, bulk.undone_by)
    for item in items:
        item.state = ItemState.KEPT
        decision = db.session.get_one(Decision, item.decision_id)
        if undoing_of(decision) is not None:
            item.state = ItemState.UNDONE
        else:
            item.spared = _tried(partial(_take_back, bulk, item, user, decision, window))


def _take_back(bulk: Bulk, item: BulkItem, user: User, decision: Decision, window: timedelta) -> None:
    undo(user, decision, window=window).bulk_id = bulk.id
    item.state = ItemState.UNDONE


def _tried(act: Callable[[], None]) -> Spared | None:
    """Do something with one comment; what fails is taken back alone, and said."""
    try:
        with db.session.begin_nested():
            act()
    except DomainError:
        return Spared.CHANGED
    except DBAPIError:
        raise  # the whole step begins again
    except Exception as error:
        log.error("bulk.failed", error=type(error).__name__)
        return Spared.FAILED
    return None
