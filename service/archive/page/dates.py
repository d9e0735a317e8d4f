"""Reads the dates that WordPress themes write, in words of several languages and in digits."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

_LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl", "ca")
# A date phrase is shorter than this; only the end of a line is searched, so long lines cost nothing.
_REACH = 100

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})"
_JOIN = r"(?:,?\s?(?:\b(?P<word>at|a las?|en|à|às|um|alle ore|alle|om)\b|[@|•·–—-])\s?|,?\s|\s?,\s?)"
_TIME = (
    r"(?P<before>上午|下午|午前|午後|오전|오후)?\s?(?P<hour>\d{1,2})(?:\s?[:.]\s?|\s?h\s?)(?P<minute>\d\d)(?::\d\d)?(?:\smin)?"
    r"(?:\s?(?P<half>[ap]\.?\s?m\.?))?(?:\s?(?:uhr|hrs?|h)\b\.?)?"
)
_AFTERNOON = ("下午", "午後", "오후")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?")
_HAS_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Stamp:
    """A date phrase: where it begins, the wall time it says (None: no such day or hour), and how it is written."""

    start: int
    end: int
    when: datetime | None
    timed: bool
    shape: str


def stamp_at_end(text: str) -> Stamp | None:
    """The date, with or without a time, that `text` (blanks collapsed) ends with."""
    offset = max(0, len(text) - _REACH)
    tail = text[offset:]
    if not _HAS_YEAR.search(tail):
        return None
    for shape, _, pattern in _patterns():
        match = pattern.search(tail)
        if match:
            return _stamp(match, shape, offset)
    return None


def stamp_within(text: str) -> Stamp | None:
    """The first date anywhere in a short `text`."""
    found = [_stamp(match, shape, 0) for shape, pattern, _ in _patterns() if (match := pattern.search(text[:400]))]
    return min((stamp for stamp in found if stamp.when), key=lambda stamp: stamp.start, default=None)


def iso_within(text: str, timezone: ZoneInfo) -> tuple[str, datetime | None]:
    """`text` without the first ISO stamp in it, and that moment as aware UTC."""
    match = _ISO.search(text)
    if match is None:
        return text, None
    rest = text[: match.start()] + " " + text[match.end() :]
    try:
        moment = datetime.fromisoformat(match[0])
        return rest, (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return rest, None


@cache
def _months() -> dict[str, int]:
    return {
        name.casefold().rstrip(".").removeprefix("de ").removeprefix("d’").removeprefix("d'"): number
        for language in _LANGUAGES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, language).items()
    }


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """For each way to write a date: its name, the pattern anywhere, and the pattern with a time at the end."""
    names = "|".join(re.escape(name) for name in sorted(_months(), key=len, reverse=True))
    month = rf"(?P<month>{names})\b\.?"
    dates = {
        "month first": rf"(?<!\w){month}\s{_DAY}(?:st|nd|rd|th)?,?\s{_YEAR}",
        "day first": rf"(?<!\w){_DAY}(?:st|nd|rd|th|er|\.|º|ª)?\s(?:de\s|of\s|d[’'])?{month},?\s(?:de\s|del\s)?{_YEAR}",
        "digits": rf"(?<!\w){_YEAR}-(?P<digits>\d\d)-{_DAY}",
        "signs": rf"(?<!\w){_YEAR}\s?[年년]\s?(?P<digits>\d{{1,2}})\s?[月월]\s?{_DAY}\s?[日일]",
    }
    flags = re.IGNORECASE
    return tuple(
        (shape, re.compile(rf"{date}(?!\w)", flags), re.compile(rf"{date}(?:{_JOIN}{_TIME})?$", flags))
        for shape, date in dates.items()
    )


def _stamp(match: re.Match[str], shape: str, offset: int) -> Stamp:
    parts = match.groupdict()
    month = _months()[parts["month"].casefold()] if parts.get("month") else int(parts["digits"])
    timed = parts.get("hour") is not None
    try:
        hour = _hour(parts) if timed else 0
        minute = int(parts["minute"]) if timed else 0
        when = datetime(int(parts["year"]), month, int(parts["day"]), hour, minute)  # noqa: DTZ001  (as on the page)
    except ValueError:
        when = None
    written = " ".join(filter(None, (shape, (parts.get("word") or "").casefold(), "timed" if timed else "")))
    return Stamp(offset + match.start(), offset + match.end(), when, timed, written)


def _hour(parts: dict[str, str | None]) -> int:
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or "").casefold()
    before = parts.get("before")
    if hour > 12 or not (half or before):
        return hour
    return hour % 12 + (12 if half.startswith("p") or before in _AFTERNOON else 0)
