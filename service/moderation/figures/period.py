"""Which figures somebody asks for: days, level and article, all of it in the address (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from service.core.paging import read_id
from service.moderation.figures.statistics import DAY, WEEK, monday, mondays
from service.triage.levels import Level

SPANS = (4, 12, 52)  # weeks that the page offers
USUAL = 12
LONGEST = timedelta(days=371)  # 53 weeks
LEVELS = (Level.CRISIS, Level.URGENT, Level.SUPPORT)


@dataclass(frozen=True)
class Wanted:
    """Days from `first` to `last`, both included, as the site counts them; `weeks` is 0 where the days were chosen.

    `refused` tells that the days in the address made no sense, so that the usual ones are shown.
    """

    first: date
    last: date
    zone: tzinfo
    weeks: int = USUAL
    level: Level | None = None
    article: int | None = None
    refused: bool = False

    @property
    def begins(self) -> datetime:
        """The first moment, in UTC."""
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The moment before which it ends, in UTC."""
        return datetime.combine(self.last + DAY, time(), self.zone).astimezone(UTC)

    @property
    def mondays(self) -> list[date]:
        """The weeks that have one of these days, each by its Monday, in order."""
        return mondays(self.first, self.last)

    @property
    def narrowed(self) -> bool:
        """True when not every case of these days is shown."""
        return self.level is not None or self.article is not None

    def query(self, **changes: str) -> dict[str, Any]:
        """Return what stands for it in an address, some of it changed."""
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()} if not self.weeks else {}
        parts = {
            **days,
            "weeks": str(self.weeks or ""),
            "level": self.level or "",
            "article": str(self.article or ""),
            **changes,
        }
        return {name: value for name, value in parts.items() if value}


def read_wanted(values: Mapping[str, str], today: date, zone: tzinfo) -> Wanted:
    """Return what an address asks for: days if it names any, else so many weeks up to this one."""
    level = Level(values["level"]) if values.get("level") in LEVELS else None
    article, weeks = read_id(values.get("article", "")), read_id(values.get("weeks", ""))
    weeks = weeks if weeks in SPANS else USUAL
    usual = Wanted(monday(today) - (weeks - 1) * WEEK, today, zone, weeks, level, article)
    if not values.get("from") and not values.get("to"):
        return usual
    chosen = _days(values.get("from", ""), values.get("to", ""), today)
    return replace(usual, refused=True) if chosen is None else Wanted(*chosen, zone, 0, level, article)


def _days(first: str, last: str, today: date) -> tuple[date, date] | None:
    """Return both days; one that is left out is today, or so many weeks before the other. None where they are none."""
    try:
        end = min(date.fromisoformat(last), today) if last else today
        begin = date.fromisoformat(first) if first else end - USUAL * WEEK + DAY
    except (ValueError, OverflowError):
        return None
    return (begin, end) if begin <= end and end - begin < LONGEST and begin.year > 1 else None
