"""The sections of the figures page, each with a title, a chart, a table and the name of its CSV.

Whoever has another figure to show writes a function that takes a `Look` and returns a `Section`, and adds it to
`SECTIONS`: page, download, filters and roles are the same for all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.core.language import format_short_day, gettext, ngettext
from service.moderation.figures import queries
from service.moderation.figures.charts import age_chart, in_time_chart, share_chart, wait_chart
from service.moderation.figures.look import Look, Section
from service.moderation.figures.missed import missed
from service.moderation.figures.statistics import Waited, by_week, percentiles, wilson
from service.moderation.figures.tables import Cell, Column, Of, Share, Table
from service.triage.levels import Level

HALF, NINE_IN_TEN = 0.5, 0.9


@dataclass(frozen=True)
class Head:
    """The numbers that stand first."""

    half: timedelta | None
    nine_in_ten: timedelta | None
    in_time: Of
    waiting: int
    overdue: int

    @property
    def empty(self) -> bool:
        """True when nobody has waited, and nobody does."""
        return self.in_time.whole == 0 and self.waiting == 0


def head(look: Look) -> Head:
    """Return the numbers that stand first."""
    half, nine_in_ten = percentiles(look.answers, HALF, NINE_IN_TEN)
    return Head(
        half=half,
        nine_in_ten=nine_in_ten,
        in_time=_in_time(look.answers),
        waiting=look.waiting.number,
        overdue=sum(look.waiting.overdue.values()),
    )


def first_answers(look: Look) -> Section:
    """How long people waited for the first human answer, by the week in which their wait began."""
    title = gettext("Time to the first human answer")
    return _waits(
        look,
        "first-answers",
        title,
        gettext(
            "By the week in which the wait began. Whoever is overdue counts as longer than everybody who has an answer."
        ),
        look.answers,
        look.promised,
    )


def waiting_now(look: Look) -> Section:
    """Who waits now, by age and level."""
    bands = [
        gettext("Under 1 hour"),
        gettext("1 to 4 hours"),
        gettext("4 to 12 hours"),
        gettext("12 to 24 hours"),
        gettext("1 to 3 days"),
        gettext("Over 3 days"),
    ]
    ages = {level: look.waiting.ages.get(level, [0] * len(bands)) for level in look.levels}
    overdue = [look.waiting.overdue.get(level, 0) for level in look.levels]
    rows: list[list[Cell]] = [
        [band, *(ages[level][number] for level in look.levels)] for number, band in enumerate(bands)
    ]
    table = Table(
        gettext("The same, in people"),
        [
            Column(gettext("Waiting"), ("waiting",)),
            *(Column(short_level(level), (level.value,)) for level in look.levels),
        ],
        [*rows, [gettext("Overdue now"), *overdue]],
    )
    late = sum(overdue)
    return Section(
        "waiting-now",
        gettext("Who waits now, and for how long"),
        ngettext("%(num)d is overdue now.", "%(num)d are overdue now.", late)
        if late
        else gettext("Nobody is overdue."),
        table,
        age_chart(gettext("People who wait now, by how long"), bands, ages),
        _level_legend(look),
    )


def in_time(look: Look) -> Section:
    """How many were answered within the promised time, by week and level."""
    weeks = by_week(look.answers, look.weeks, look.wanted.zone)
    table = Table(
        gettext("Answered in time, of all"),
        [
            Column(gettext("Week of"), ("week of",)),
            *(Column(short_level(each), (f"{each.value} in time", f"{each.value} all")) for each in look.levels),
        ],
        [
            [week, *(_in_time([wait for wait in waits if wait.level == level]) for level in look.levels)]
            for week, waits in reversed(weeks.items())
        ],
        gettext("Whoever is not overdue yet, or was found to need no answer, is not counted."),
    )
    return Section(
        "in-time",
        gettext("Answered in time"),
        gettext("People by the week in which their wait began; each level has the time that the site promises."),
        table,
        in_time_chart(gettext("People answered in time and late, by week"), _labels(look), list(weeks.values())),
        [("bar-main", gettext("in time")), ("bar-late", gettext("late, or overdue"))],
    )


def held(look: Look) -> Section:
    """How long held comments waited for a first decision."""
    words = gettext("From writing to the first decision of a person, by the week in which it was written.")
    if look.wanted.level is not None:
        words += " " + gettext("What is held has no level: all of it is counted here.")
    due = timedelta(minutes=look.site.due_held_minutes)
    waits = queries.held_decided(look.user, look.wanted)
    return _waits(look, "held", gettext("Held comments to the first decision"), words, waits, due)


def false_flags(look: Look) -> Section:
    """What people said of what the machine had flagged, with how sure one can be of it."""
    found = queries.judged(look.user, look.wanted)
    levels = [*look.levels, *([] if look.wanted.level else [Level.NONE])]
    rows: list[list[Cell]] = []
    shares: list[tuple[float, float, float] | None] = []
    for level in levels:
        said = found.get(level, queries.Judged())
        number = said.needed + said.not_needed
        known = number > 0 and level is not Level.NONE
        share = Share(said.not_needed / number, *wilson(said.not_needed, number)) if known else None
        shares.append((share.value, share.low, share.high) if share is not None else None)
        rows.append([short_level(level), Of(said.not_needed, number) if known else None, share, said.missed])
    return Section(
        "false-flags",
        gettext("False flags"),
        gettext(
            "Of what people judged by “Did this need an answer?” in these days: how much needed none. The line is the "
            "95 % margin (Wilson): with few judged it is long, and says that little is known."
        ),
        Table(
            gettext("What people said"),
            [
                Column(gettext("Read as"), ("read as",)),
                Column(gettext("Needed none"), ("needed no answer", "judged")),
                Column(gettext("Share (95 %)"), ("share %", "at least %", "at most %")),
                Column(gettext("Missed"), ("missed",)),
            ],
            rows,
            gettext(
                "Missed: people said that it should have been read as more urgent. These are the ones that somebody "
                "came across, so they say nothing of how many there are."
            ),
        ),
        share_chart(
            gettext("Share of flags that needed no answer"), [short_level(level) for level in look.levels], shares
        ),
    )


# The order of the page. A further figure is one more function in this list.
SECTIONS: Sequence[Callable[[Look], Section]] = (first_answers, waiting_now, in_time, held, false_flags, missed)


def short_level(level: Level) -> str:
    """Return the words for a level where there is little room."""
    return {
        Level.CRISIS: gettext("Danger now"),
        Level.URGENT: gettext("Today"),
        Level.SUPPORT: gettext("Very low"),
        Level.NONE: gettext("Nothing found"),
    }[level]


def _waits(
    look: Look, name: str, title: str, words: str, waits: Sequence[Waited], promised: timedelta | None
) -> Section:
    """Return a section with median and ninetieth percentile of some waits, by week."""
    weeks = by_week(waits, look.weeks, look.wanted.zone)
    known = [(week, len(found), *percentiles(found, HALF, NINE_IN_TEN)) for week, found in weeks.items()]
    whole: list[Cell] = [gettext("All"), len(waits), *percentiles(waits, HALF, NINE_IN_TEN)]
    table = Table(
        gettext("The same, in numbers"),
        [
            Column(gettext("Week of"), ("week of",)),
            Column(gettext("Number"), ("number",)),
            Column(gettext("Half"), ("median, hours",)),
            Column(gettext("Nine in ten"), ("90th percentile, hours",)),
        ],
        [*reversed(known), whole],
        gettext("–: nobody, or too many are overdue to say it. Percentiles are nearest-rank."),
    )
    _weeks, _numbers, half, most = zip(*known, strict=True)
    chart = wait_chart(title, _labels(look), half, most, promised)
    return Section(name, title, words, table, chart)


def _in_time(waits: Sequence[Waited]) -> Of:
    return Of(sum(wait.in_time for wait in waits), len(waits))


def _labels(look: Look) -> list[str]:
    return [format_short_day(week) for week in look.weeks]


def _level_legend(look: Look) -> list[tuple[str, str]]:
    return [(f"bar-{level.value}", short_level(level)) for level in look.levels]
