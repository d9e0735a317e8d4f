"""Which phrases are looked for here, how they came to be so, and the lexicon that a process scans with."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import func, select

from service.core.db import db
from service.core.errors import N_, NotFound
from service.triage import tuned
from service.triage.lexicon import lexicon
from service.triage.phrases.book import Changes, apply, shipped_phrases
from service.triage.phrases.models import PhraseChange
from service.triage.phrases.phrase import Phrase


def refresh() -> None:
    """Have this process scan with the phrases as they stand now; asks one look at an index where nothing is new.

    Called before each comment that is scanned, so that a change is used at once by every process.
    """
    newest = db.session.scalar(select(func.max(PhraseChange.id))) or 0
    if newest == tuned.number_in_use():
        return
    tuned.use(lexicon_at(newest) if newest else None)


def lexicon_at(version: int, proposed: Changes | None = None) -> tuned.Tuned:
    """Return the lexicon as it was after change number `version`, with these changes proposed on top of it."""
    changes = {**changes_at(version), **(proposed or {})}
    return tuned.Tuned(lexicon(), apply(shipped(), changes).values(), version)


def changes_at(version: int) -> dict[str, dict[str, Any]]:
    """Return what the newest change of each phrase says, as of change number `version`."""
    newest = select(func.max(PhraseChange.id)).where(PhraseChange.id <= version).group_by(PhraseChange.phrase)
    rows = db.session.execute(select(PhraseChange.phrase, PhraseChange.after).where(PhraseChange.id.in_(newest)))
    return {row.phrase: row.after for row in rows}


def version_now() -> int:
    """Return the number of the newest change, 0 where there is none."""
    return db.session.scalar(select(func.max(PhraseChange.id))) or 0


def book() -> dict[str, Phrase]:
    """Return all phrases as this process knows them, by key, the changed ones first; call `refresh` first."""
    known = tuned.in_use()
    return _book(known) if isinstance(known, tuned.Tuned) else shipped()


@lru_cache(maxsize=1)
def _book(known: tuned.Tuned) -> dict[str, Phrase]:
    """Return the phrases of one version, put together once."""
    return {**known.phrases, **{key: phrase for key, phrase in shipped().items() if key not in known.phrases}}


@cache
def shipped() -> dict[str, Phrase]:
    """Return the phrases of the packs by key, made once."""
    return shipped_phrases(lexicon())


def phrase_by_key(key: str) -> Phrase:
    """Return a phrase. Raises NotFound."""
    found = book().get(key)
    if found is None:
        raise NotFound(N_("There is no such phrase here."))
    return found


def change_by_id(site_id: int, change_id: int) -> PhraseChange:
    """Return a change. Raises NotFound."""
    change = db.session.get(PhraseChange, change_id)
    if change is None or change.site_id != site_id:
        raise NotFound(N_("There is no such change here."))
    return change


def changes_of(site_id: int, key: str = "", *, before: int | None = None, most: int = 50) -> Sequence[PhraseChange]:
    """Return the newest changes, of one phrase where a key is given, and older than number `before` if that is."""
    query = select(PhraseChange).where(PhraseChange.site_id == site_id)
    if key:
        query = query.where(PhraseChange.phrase == key)
    if before is not None:
        query = query.where(PhraseChange.id < before)
    return db.session.scalars(query.order_by(PhraseChange.id.desc()).limit(most)).all()


def last_changes(site_id: int, keys: Sequence[str]) -> dict[str, PhraseChange]:
    """Return the newest change of each of these phrases that has one, by key."""
    mine = (PhraseChange.site_id == site_id, PhraseChange.phrase.in_(keys))
    newest = select(func.max(PhraseChange.id)).where(*mine).group_by(PhraseChange.phrase)
    return {row.phrase: row for row in db.session.scalars(select(PhraseChange).where(PhraseChange.id.in_(newest)))}
