"""Work on past comments: started by people, done in steps by whoever holds its lease, and never twice."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import BigInteger, Select, cast, delete, func, or_, select, update

from service.accounts.models import User
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Screening, Status, Voice
from service.core import clock
from service.core.db import db, rows_changed
from service.core.errors import N_, Conflict, Invalid, NotFound
from service.core.language import gettext
from service.core.leases import is_free
from service.core.reasons import checked_reason
from service.core.signing import new_token
from service.moderation.phrases.models import PhraseRun, RunState, Task
from service.triage.phrases.actions import check_seen, difference, save_changes, undoing
from service.triage.phrases.book import Changes
from service.triage.phrases.models import PhraseChange
from service.triage.phrases.queries import change_by_id, changes_at, last_changes, version_now

LEASE = timedelta(seconds=15)
KEPT = timedelta(days=30)
# More comments than this are looked at by sample.
MOST = 100_000
SPANS = (90, 365, 36_500)
OPEN_DAYS = 14  # as long as words are young enough to open a case
_MIXED, _PARTS = 7919, 10_007  # primes: the sample is spread over all ages, and the same for everyone


def propose(
    user: User, changes: Changes, reason: str, *, seen: Mapping[str, int] | None = None, days: int = SPANS[0]
) -> PhraseRun:
    """Start a dry run of changes, which can be saved from there; nothing is changed yet.

    `seen` is the newest change of each phrase that the person has seen, by default those that there are. Raises
    Invalid, and Conflict when somebody has changed a phrase meanwhile.
    """
    reason, now = checked_reason(reason, field="why"), last_changes(user.site_id, list(changes))
    if seen is not None:
        check_seen(now, seen)
    kept = changes_at(version_now())
    real = {key: dict(after) for key, after in changes.items() if dict(after) != kept.get(key, {})}
    if not real:
        raise Invalid(N_("This is how it is already."))
    return _add(
        PhraseRun(
            site_id=user.site_id,
            user_id=user.id,
            task=Task.DRY_RUN,
            changes=real,
            seen={key: change.id for key, change in now.items()},
            reason=reason,
            version=version_now(),
            days=days if days in SPANS else SPANS[0],
        )
    )


def propose_undo(user: User, change_id: int) -> PhraseRun:
    """Start a dry run of taking a change back. Raises NotFound, and Conflict where its phrase has changed since."""
    change = change_by_id(user.site_id, change_id)
    if last_changes(user.site_id, [change.phrase])[change.phrase].id != change.id:
        raise Conflict(N_("This phrase has been changed again since. Please undo the newest change first."))
    return propose(user, undoing(change), gettext("Version %(number)d taken back.", number=change.id))


def propose_return(user: User, version: int) -> PhraseRun:
    """Start a dry run of having all phrases as they were after change number `version`, 0 for as they came.

    Raises NotFound, and Invalid where that is how they are.
    """
    if version:
        change_by_id(user.site_id, version)
    return propose(user, difference(version), gettext("Version %(number)d brought back.", number=version))


def use_run(user: User, run: PhraseRun, *, sure: bool = False) -> list[PhraseChange]:
    """Save what a dry run has tried, whether it has ended or not, and have open comments read again.

    Raises Invalid, for what was saved before too, and Conflict when somebody has changed a phrase meanwhile.
    """
    if run.saved is not None:
        raise Invalid(N_("This change has been saved already."))
    changed = save_changes(user, run.changes, run.reason, seen=run.seen, sure=sure)
    run.saved = max(change.id for change in changed)
    _end(run, RunState.CANCELLED)
    start_rescan(user)
    return changed


def start_rescan(user: User) -> PhraseRun:
    """Have open comments read again by the phrases as they are now; a reading that is under way begins anew."""
    under_way = (PhraseRun.task == Task.RESCAN, PhraseRun.state == RunState.WAITING)
    db.session.execute(
        update(PhraseRun)
        .where(PhraseRun.site_id == user.site_id, *under_way)
        .values(state=RunState.CANCELLED, ended_at=clock.now(), lease_token=None)
    )
    return _add(
        PhraseRun(
            site_id=user.site_id, user_id=user.id, task=Task.RESCAN, version=version_now(), days=OPEN_DAYS, changes={}
        )
    )


def cancel(run: PhraseRun) -> None:
    """Stop a dry run; what was found so far stays. Does nothing to one that is over."""
    _end(run, RunState.CANCELLED)


def run_of(user: User, run_id: int, *, locked: bool = False) -> PhraseRun:
    """Return a dry run of this site, locked for who changes it. Raises NotFound."""
    run = db.session.get(PhraseRun, run_id, with_for_update=locked, populate_existing=True)
    if run is None or run.site_id != user.site_id or run.task is not Task.DRY_RUN:
        raise NotFound(N_("There is no such dry run here."))
    return run


def forget_old_runs() -> None:
    """Delete what was tried and never saved after a month. The caller commits."""
    old = PhraseRun.created_at < clock.now() - KEPT
    db.session.execute(delete(PhraseRun).where(old, PhraseRun.saved.is_(None)))


def latest_rescan(site_id: int) -> PhraseRun | None:
    """Return the newest reading again of open comments."""
    mine = (PhraseRun.site_id == site_id, PhraseRun.task == Task.RESCAN)
    return db.session.scalar(select(PhraseRun).where(*mine).order_by(PhraseRun.id.desc()).limit(1))


def is_work_waiting() -> bool:
    """Tell whether there is a run that nobody holds."""
    return db.session.scalar(_free().limit(1)) is not None


def lease_run() -> tuple[int, str] | None:
    """Take the oldest run that nobody holds; returns its id and our token, or None. The caller commits."""
    run_id = db.session.scalar(_free().limit(1))
    if run_id is None:
        return None
    token, moment = new_token(), clock.now()
    taken = rows_changed(
        update(PhraseRun)
        .where(PhraseRun.id == run_id, PhraseRun.id.in_(_free()))
        .values(lease_token=token, not_before=moment + LEASE)
    )
    return (run_id, token) if taken else None


def hold(run: PhraseRun) -> tuple[int, str]:
    """Take a run that has just been started, for who does it at once; returns its id and our token."""
    run.lease_token, run.not_before = new_token(), clock.now() + LEASE
    db.session.flush()
    return run.id, run.lease_token


def held_run(run_id: int, token: str, *, locked: bool = False) -> PhraseRun | None:
    """Return a run as long as it is ours and not over."""
    mine = (PhraseRun.id == run_id, PhraseRun.lease_token == token, PhraseRun.state == RunState.WAITING)
    query = select(PhraseRun).where(*mine).execution_options(populate_existing=True)
    return db.session.scalar(query.with_for_update(of=PhraseRun) if locked else query)


def go_on(run: PhraseRun, comment_ids: list[int]) -> None:
    """Note what has been looked at, and hold the run for a while longer; with nothing left it is done."""
    if not comment_ids:
        _end(run, RunState.DONE)
        return
    run.cursor, run.looked_at = comment_ids[-1], run.looked_at + len(comment_ids)
    run.not_before = clock.now() + LEASE


def comments_of(run: PhraseRun) -> Select[int]:
    """Return the comments that a run looks at, of all the site's: readers' words that were screened and stand."""
    query = (
        select(Comment.id)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .where(
            Comment.site_id == run.site_id,
            Comment.voice == Voice.READER,
            Comment.status.not_in((Status.WITHDRAWN, Status.SPAM)),
            Revision.screening == Screening.DONE,
        )
    )
    if run.task is Task.DRY_RUN:
        return query.where(Comment.created_at > run.since)
    waits = select(Case.comment_id).where(Case.state.in_((CaseState.OPEN, CaseState.UNSEEN)))
    return query.where(or_(Comment.created_at > run.since, Comment.id.in_(waits)))


def size_of(run: PhraseRun) -> tuple[int, float]:
    """Return how many comments a run is about, and the share of them that it looks at."""
    if run.total is not None:
        return run.total, run.share
    total = db.session.scalar(select(func.count()).select_from(comments_of(run).subquery())) or 0
    return total, 1.0 if run.task is Task.RESCAN or total <= MOST else MOST / total


def next_ids(run: PhraseRun, share: float, most: int) -> list[int]:
    """Return the next comments to look at, from the newest to the oldest; on a large site those of the sample."""
    query = comments_of(run)
    if run.cursor is not None:
        query = query.where(Comment.id < run.cursor)
    if share < 1:
        query = query.where((cast(Comment.id, BigInteger) * _MIXED) % _PARTS < int(share * _PARTS))
    return list(db.session.scalars(query.order_by(Comment.id.desc()).limit(most)))


def _free() -> Select[int]:
    """Return the runs that nobody holds."""
    free = is_free(PhraseRun.not_before, clock.now(), LEASE)
    return select(PhraseRun.id).where(PhraseRun.state == RunState.WAITING, free).order_by(PhraseRun.id)


def _add(run: PhraseRun) -> PhraseRun:
    db.session.add(run)
    db.session.flush()
    return run


def _end(run: PhraseRun, state: RunState) -> None:
    if not run.is_over:
        run.state, run.ended_at, run.lease_token = state, clock.now(), None
