"""Packs and changes make the book of phrases: what is looked for now (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from service.triage.levels import Level
from service.triage.lexicon import Lexicon
from service.triage.phrases.phrase import Counting, Phrase, counting, own_phrase

Changes = Mapping[str, Mapping[str, Any]]

log = structlog.get_logger(__name__)


def shipped_phrases(words: Lexicon) -> dict[str, Phrase]:
    """Return the phrases of the packs by key."""
    book = {}
    for pattern, entry in words.shipped:
        now = Counting(entry.level, entry.weight)
        book[entry.key] = Phrase(entry.key, entry.language, entry.family, pattern, now, now)
    return book


def apply(shipped: Mapping[str, Phrase], changes: Changes) -> dict[str, Phrase]:
    """Return the phrases that changes touch, as they then are, by key; values of nothing leave one as shipped.

    A change of a phrase that its pack has no longer, or that cannot be read, is passed over and never stops a scan.
    """
    made = {}
    for key, values in changes.items():
        if not values:
            continue
        try:
            phrase = _changed(shipped.get(key), values)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("triage.change_unreadable", phrase=key, error=type(error).__name__)
            continue
        if phrase is not None:
            made[key] = phrase
    return made


def lowered(before: Phrase | None, after: Phrase | None) -> Level | None:
    """Return the level, if `urgent` or `crisis`, at which a change looks for less than before; None for any other."""
    if before is None or not before.now.is_on or before.now.level.rank < Level.URGENT.rank:
        return None
    if after is None or not after.now.is_on or after.now.level.rank < before.now.level.rank:
        return before.now.level
    narrower = not set(after.now.exceptions) <= set(before.now.exceptions)
    lighter = after.now.weight < before.now.weight
    return before.now.level if narrower or lighter else None


def gravest(levels: Iterable[Level | None]) -> Level | None:
    """Return the gravest of some levels; None when there are none."""
    return max((level for level in levels if level is not None), key=lambda level: level.rank, default=None)


def _changed(known: Phrase | None, values: Mapping[str, Any]) -> Phrase | None:
    now = counting(values)
    if known is not None:
        return replace(known, now=now)
    return own_phrase(values["language"], values["family"], values["pattern"], now) if values["own"] else None
