"""Set up targets, tell them, and pause those that keep failing."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import update

from service.core import clock
from service.core.db import db, rows_changed
from service.core.dispatch import dispatch
from service.core.errors import N_, Conflict
from service.core.signing import Keys, new_token
from service.core.text import clean_name
from service.notifications.actions import DELIVER_TASK, insert_once
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.targets.address import place_of
from service.notifications.targets.models import Asks, Target
from service.notifications.targets.queries import targets_of

PAUSE_AFTER = 5  # attempts that failed one after the other: of one alert within about ten minutes
MOST_TARGETS = 10
OVERLAP = timedelta(days=7)
TOLD = frozenset({Kind.CASE, Kind.UNSCANNED, Kind.NO_WORKER, Kind.BEHIND, Kind.SWEEP_SILENT, Kind.DEAD_DELIVERY})


def add_target(site_id: int, user_id: int, name: str, url: str, asks: Asks, keys: Keys) -> tuple[Target, str]:
    """Set up a target; returns it with its secret, which is shown once.

    Raises Invalid, and Conflict for an 11th or for a name that is there: a form that is sent again adds nothing.
    """
    place_of(url.strip())
    name, there = clean_name(name), targets_of(site_id)
    if any(target.name == name for target in there):
        raise Conflict(N_("There is a target of this name already."))
    if len(there) >= MOST_TARGETS:
        raise Conflict(N_("There are ten targets already. Please take one away first."))
    secret = new_token()
    target = Target(
        site_id=site_id,
        user_id=user_id,
        name=name,
        url_encrypted=keys.encrypt(url.strip()),
        secret_encrypted=keys.encrypt(secret),
        asks=asks,
    )
    db.session.add(target)
    db.session.flush()
    return target, secret


def renew_secret(target: Target, keys: Keys) -> str:
    """Give a target a new secret, which is shown once; the present one signs beside it for a week.

    Raises Conflict while an older one still does: a form that is sent again changes nothing.
    """
    moment = clock.now()
    if target.former_until is not None and target.former_until > moment:
        raise Conflict(N_("The secret before this one still counts. Please end it first."))
    secret = new_token()
    target.former_secret_encrypted, target.former_until = target.secret_encrypted, moment + OVERLAP
    target.secret_encrypted = keys.encrypt(secret)
    return secret


def end_former_secret(target: Target) -> None:
    """Have the secret before the present one sign no more; twice is the same as once."""
    target.former_secret_encrypted = target.former_until = None


def forget_former_secrets() -> None:
    """Forget the secrets whose time is over. The caller commits."""
    over = update(Target).where(Target.former_until <= clock.now())
    db.session.execute(over.values(former_secret_encrypted=None, former_until=None))


def remove_target(target: Target) -> None:
    """Take a target away, with all that it has not been told yet; its past deliveries stay."""
    target.removed_at = clock.now()
    unsent = Notification.state.in_([NotificationState.WAITING, NotificationState.PAUSED])
    theirs = update(Notification).where(Notification.target_id == target.id, unsent)
    db.session.execute(theirs.values(state=NotificationState.WITHDRAWN))


def tell_targets(
    site_id: int, cause: str, *, kind: Kind, path: str, level: str = "", step: int = 1, on_call: bool = False
) -> None:
    """Tell the targets of a site once for this cause and step: without `on_call` only those that ask for everything.

    A target stands below the cause of its alert, so that withdrawing the cause reaches it. One that is paused keeps
    its alerts until it is tried again.
    """
    if kind not in TOLD:
        return
    for target in _asking(site_id, on_call):
        number = insert_once(
            site_id=site_id,
            cause=f"{cause}:target:{target.id}",
            recipient_id=target.user_id,
            target_id=target.id,
            step=step,
            channel=Channel.WEBHOOK,
            kind=kind,
            level=level,
            path=path,
            details={},
            state=NotificationState.PAUSED if target.paused_at else NotificationState.WAITING,
            not_before=clock.now(),
        )
        if number is not None and target.paused_at is None:
            dispatch(DELIVER_TASK, number)


def taken(target_id: int) -> None:
    """Record that a target has taken something."""
    good = {"failures": 0, "last_error": "", "last_taken_at": clock.now()}
    db.session.execute(update(Target).where(Target.id == target_id).values(**good))


def refused(target_id: int, error: str) -> bool:
    """Record that a target has not taken something; True when that paused it, which is once for each pause."""
    db.session.execute(
        update(Target).where(Target.id == target_id).values(failures=Target.failures + 1, last_error=error)
    )
    spent = (Target.id == target_id) & (Target.failures >= PAUSE_AFTER) & Target.paused_at.is_(None)
    if not rows_changed(update(Target).where(spent).values(paused_at=clock.now())):
        return False
    _move(target_id, NotificationState.WAITING, NotificationState.PAUSED)
    return True


def resume(target: Target) -> None:
    """Have a paused target tried again, as a person asked: what it has missed and still counts is due now."""
    target.failures, target.paused_at = 0, None
    for number in _move(target.id, NotificationState.PAUSED, NotificationState.WAITING):
        dispatch(DELIVER_TASK, number)


def _asking(site_id: int, on_call: bool) -> Iterable[Target]:
    return (target for target in targets_of(site_id) if on_call or target.asks is Asks.EVERYTHING)


def _move(target_id: int, before: NotificationState, after: NotificationState) -> list[int]:
    theirs = update(Notification).where(Notification.target_id == target_id, Notification.state == before)
    moved = theirs.values(state=after, not_before=clock.now(), attempts=0, lease_token=None)
    return list(db.session.scalars(moved.returning(Notification.id)))
