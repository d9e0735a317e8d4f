"""Quiet hours and the hour of the digest, in a person's own time (pure)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """How somebody's day runs: their time zone, when they do not want to be woken, when their digest comes."""

    zone: tzinfo
    quiet_from: time | None = None
    quiet_to: time | None = None
    digest_hour: int = 8

    def heard_at(self, moment: datetime) -> datetime:
        """Return when a mail that is written at `moment` may reach them: then, or when their quiet hours are over."""
        if self.quiet_from is None or self.quiet_to is None:
            return moment
        local = moment.astimezone(self.zone)
        if not _between(local.time(), self.quiet_from, self.quiet_to):
            return moment
        ends = local.date() if local.time() < self.quiet_to else local.date() + DAY
        return datetime.combine(ends, self.quiet_to, self.zone).astimezone(UTC)

    def digest_day(self, moment: datetime) -> date | None:
        """Return the day whose digest is due at `moment`, None before the hour of it."""
        local = moment.astimezone(self.zone)
        return local.date() if local.hour >= self.digest_hour else None


def _between(moment: time, begins: time, ends: time) -> bool:
    """Tell whether an hour of the day lies in a span that may run over midnight; an empty span holds none."""
    return begins <= moment < ends if begins <= ends else moment >= begins or moment < ends
