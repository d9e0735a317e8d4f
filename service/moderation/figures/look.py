"""What one member of staff looks at: what they ask for, each question put to the database once; and a section of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from service.accounts.models import User
from service.care.queries import due_times
from service.moderation.figures import queries
from service.moderation.figures.period import LEVELS, Wanted
from service.moderation.figures.shapes import Chart
from service.moderation.figures.statistics import Waited
from service.moderation.figures.tables import Table
from service.site.models import Site
from service.triage.levels import Level

MOST_ROWS = 14  # a longer table is folded


@dataclass(frozen=True)
class Section:
    """One figure. `name` stands in its address and in that of its CSV; without a chart there is nothing to draw yet."""

    name: str
    title: str
    words: str
    table: Table
    chart: Chart | None = None
    legend: Sequence[tuple[str, str]] = ()

    @property
    def long(self) -> bool:
        """True where the table is folded."""
        return len(self.table.rows) > MOST_ROWS


@dataclass
class Look:
    """What one member of staff asks for; each question is put to the database once."""

    user: User
    site: Site
    wanted: Wanted

    @cached_property
    def answers(self) -> list[Waited]:
        """The waits for a first answer."""
        return queries.answers_given(self.user, self.wanted)

    @cached_property
    def waiting(self) -> queries.Waiting:
        """Who waits now."""
        return queries.waiting_now(self.user, self.wanted)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that are shown."""
        return (self.wanted.level,) if self.wanted.level is not None else LEVELS

    @property
    def weeks(self) -> list[date]:
        """The weeks that are shown."""
        return self.wanted.mondays

    @property
    def promised(self) -> timedelta | None:
        """Within what time an answer is promised, where one level alone is shown."""
        level = self.wanted.level
        return getattr(due_times(self.site.id), level.value) if level is not None else None
