"""Phrases as files: YAML and CSV, written and read alike (pure)."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import StringIO
from typing import Any

import yaml

from service.core.cells import as_cell, of_cell
from service.core.errors import N_, Invalid
from service.triage.levels import Level
from service.triage.phrases.phrase import Counting, Phrase, own_phrase

FIELDS = ("key", "language", "family", "pattern", "level", "weight", "is_on", "exceptions")
_BETWEEN = "; "
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


def as_row(phrase: Phrase) -> dict[str, Any]:
    """Return a phrase as one row of a file."""
    now = phrase.now
    counts = {"level": str(now.level), "weight": now.weight, "is_on": now.is_on, "exceptions": list(now.exceptions)}
    return {
        "key": phrase.key,
        "language": phrase.language,
        "family": phrase.family,
        "pattern": phrase.pattern,
        **counts,
    }


def write_yaml(phrases: Iterable[Phrase]) -> str:
    """Return phrases as YAML."""
    return yaml.safe_dump([as_row(phrase) for phrase in phrases], allow_unicode=True, sort_keys=False)


def write_csv(phrases: Iterable[Phrase]) -> str:
    """Return phrases as CSV; what a spreadsheet would take for a formula is made plain text."""
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in map(as_row, phrases):
        exceptions = _BETWEEN.join(row["exceptions"])
        words = {"pattern": as_cell(row["pattern"]), "exceptions": as_cell(exceptions)}
        writer.writerow(row | words | {"is_on": "yes" if row["is_on"] else "no"})
    return out.getvalue()


def read_rows(text: str, *, as_csv: bool) -> list[Mapping[str, Any]]:
    """Return the rows of a file. Raises Invalid for one that holds none."""
    try:
        rows = list(_table(text)) if as_csv else yaml.safe_load(text)
    except (yaml.YAMLError, csv.Error, RecursionError) as error:
        raise Invalid(N_("This file cannot be read: %(error)s"), error=str(error)) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid(N_("A list of phrases is needed, as export writes it."))
    return rows


def _table(text: str) -> Iterator[Mapping[str, Any]]:
    """Read CSV with commas, or with semicolons, as spreadsheets write it where the comma is a decimal point."""
    heading = text.partition("\n")[0]
    yield from csv.DictReader(StringIO(text), delimiter=";" if heading.count(";") > heading.count(",") else ",")


def phrase_of(row: Mapping[str, Any], known: Mapping[str, Phrase], number: int) -> Phrase:
    """Return the phrase that a row asks for: one that is known by its key, or one's own. Raises Invalid."""
    try:
        now = Counting(
            Level(row["level"]), _number(row["weight"]), _truth(row["is_on"]), _listed(row.get("exceptions"))
        )
        found = known.get(str(row.get("key") or ""))
        if found is not None:
            return replace(found, now=now)
        return own_phrase(_text(row["language"]), _text(row["family"]), of_cell(_text(row["pattern"])), now)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            N_("Phrase %(number)s of the file cannot be read: %(error)s"), number=number, error=str(error)
        ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: object) -> float:
    number = float(str(value).replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _truth(value: object) -> bool:
    said = str(value).strip().casefold()
    if said not in (*_YES, *_NO):
        raise ValueError(value)
    return said in _YES


def _listed(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in of_cell(value).split(";") if part.strip())
    return tuple(map(_text, value)) if isinstance(value, list) else ()
