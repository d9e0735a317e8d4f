"""Change phrases: each change is a row of its own, so any version can be brought back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from service.accounts.models import User
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, Conflict, Invalid
from service.core.reasons import checked_reason
from service.site.models import Site
from service.triage.levels import Level
from service.triage.lexicon import lexicon
from service.triage.phrases.book import Changes, apply, gravest, lowered
from service.triage.phrases.models import PhraseChange
from service.triage.phrases.phrase import Phrase, check
from service.triage.phrases.queries import changes_at, last_changes, shipped, version_now

MOST_CHANGED = 5_000


def proposal(phrase: Phrase) -> dict[str, dict[str, Any]]:
    """Return what saving a phrase as it stands here would change. Raises Invalid for one that cannot be looked for."""
    check(phrase, lexicon())
    return {phrase.key: phrase.values()}


def difference(version: int) -> dict[str, dict[str, Any]]:
    """Return what would have to change so that all phrases are again as they were after change number `version`."""
    then, now = changes_at(version), changes_at(version_now())
    return {key: then.get(key, {}) for key in then.keys() | now.keys() if then.get(key, {}) != now.get(key, {})}


def undoing(change: PhraseChange) -> dict[str, dict[str, Any]]:
    """Return what would take one change back."""
    return {change.phrase: change.before}


def silenced(changes: Changes) -> Level | None:
    """Return the gravest level at which these changes look for less than now, if that is `urgent` or `crisis`."""
    now = shipped() | apply(shipped(), changes_at(version_now()))
    then = {key: shipped()[key] for key in changes if key in shipped()} | apply(shipped(), changes)
    return gravest(lowered(now.get(key), then.get(key)) for key in changes)


def save_changes(
    user: User, changes: Changes, reason: str, *, seen: Mapping[str, int], sure: bool = False
) -> list[PhraseChange]:
    """Save changes for a reason; all of them or none.

    `seen` is the newest change of each phrase that the person has seen; `sure` says that they know that something grave
    would be looked for less. Raises Invalid, and Conflict with who has changed one of the phrases meanwhile.
    """
    reason = checked_reason(reason, field="why")
    _one_at_a_time(user.site_id)
    known = last_changes(user.site_id, list(changes))
    check_seen(known, seen)
    before = {key: known[key].after if key in known else {} for key in changes}
    real = {key: dict(after) for key, after in changes.items() if dict(after) != before[key]}
    if not real:
        raise Invalid(N_("This is how it is already."))
    if len(changes_at(version_now()).keys() | real.keys()) > MOST_CHANGED:
        raise Invalid(N_("%(limit)s phrases have been changed here; that is as many as can be."), limit=MOST_CHANGED)
    if silenced(real) is not None and not sure:
        raise Invalid(N_("This would look for grave words less than now. Please say that you mean it."), field="sure")
    rows = [
        PhraseChange(site_id=user.site_id, user_id=user.id, phrase=key, before=before[key], after=after, reason=reason)
        for key, after in sorted(real.items())
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def check_seen(known: Mapping[str, PhraseChange], seen: Mapping[str, int]) -> None:
    """Raise Conflict, with who it was, when a phrase has been changed since the person saw it."""
    for key, change in known.items():
        if change.id != seen.get(key, 0):
            raise Conflict(
                N_("%(name)s has changed this phrase since you opened it."), name=change.user.name, phrase=key
            )


def _one_at_a_time(site_id: int) -> None:
    """Let nobody else save until this unit of work ends: numbers must become visible in their order."""
    db.session.execute(select(Site.id).where(Site.id == site_id).with_for_update(**ONE_AT_A_TIME))
