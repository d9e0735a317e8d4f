"""What each chart of the figures page shows, in shapes and in words for those who do not see it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from service.core.language import gettext, ngettext
from service.moderation.figures.drawing import NARROW, WIDE, Part, Series, columns, lines, margins, rows, seconds
from service.moderation.figures.shapes import Chart
from service.moderation.figures.statistics import Waited
from service.triage.levels import Level

ROWS_WIDE, ROWS_NARROW = (720, 150), (354, 116)  # how wide a chart of lying bars is, and its labels


def wait_chart(
    title: str,
    labels: Sequence[str],
    half: Sequence[timedelta | None],
    most: Sequence[timedelta | None],
    promised: timedelta | None,
) -> Chart | None:
    """Median and ninetieth percentile over weeks; None where there is nothing to draw."""
    series = [
        Series(gettext("nine in ten"), [seconds(wait) for wait in most], "chart-other", square=True),
        Series(gettext("half"), [seconds(wait) for wait in half]),
    ]
    if all(value is None for each in series for value in each.values):
        return None
    due = (promised.total_seconds(), gettext("promised")) if promised is not None else None
    words = " ".join(
        (
            gettext("Solid line with circles: half of all. Dotted line with squares: nine in ten."),
            *_ends(labels, half),
            gettext("The table has the numbers."),
        )
    )
    return Chart(title, words, lines(WIDE, labels, series, due), lines(NARROW, labels, series, due))


def in_time_chart(title: str, labels: Sequence[str], weeks: Sequence[Sequence[Waited]]) -> Chart | None:
    """How many were answered in time and late, over weeks; None where nobody was."""
    in_time = [sum(wait.in_time for wait in waits) for waits in weeks]
    late = [len(waits) - number for waits, number in zip(weeks, in_time, strict=True)]
    if not any(in_time) and not any(late):
        return None
    parts = [Part("bar-main", in_time), Part("bar-late", late)]
    words = gettext(
        "%(in_time)d in time and %(late)d late, over all weeks. The table has the numbers.",
        in_time=sum(in_time),
        late=sum(late),
    )
    return Chart(title, words, columns(WIDE, labels, parts), columns(NARROW, labels, parts))


def age_chart(title: str, bands: Sequence[str], ages: Mapping[Level, Sequence[int]]) -> Chart | None:
    """Who waits now by band of age, a part of each bar for a level; None where nobody waits."""
    totals = [sum(counts) for counts in zip(*ages.values(), strict=True)]
    if not any(totals):
        return None
    parts = [Part(f"bar-{level.value}", counts) for level, counts in ages.items()]
    ends = [f"{total:,}" if total else gettext("nobody") for total in totals]
    words = "; ".join(f"{band}: {end}" for band, end in zip(bands, ends, strict=True)) + "."
    return Chart(title, words, *(rows(*room, bands, parts, ends) for room in (ROWS_WIDE, ROWS_NARROW)))


def share_chart(title: str, labels: Sequence[str], shares: Sequence[tuple[float, float, float] | None]) -> Chart | None:
    """Shares with their margins; None where nothing was judged."""
    shares = shares[: len(labels)]
    if all(share is None for share in shares):
        return None
    nothing = gettext("nothing judged yet")
    words = "; ".join(
        f"{label}: {share[0]:.0%} ({share[1]:.0%}–{share[2]:.0%})" if share is not None else f"{label}: {nothing}"
        for label, share in zip(labels, shares, strict=True)
    )
    wide, narrow = (margins(*room, labels, shares, nothing) for room in (ROWS_WIDE, ROWS_NARROW))
    return Chart(title, words + ".", wide, narrow)


def _ends(labels: Sequence[str], waits: Sequence[timedelta | None]) -> list[str]:
    """Say where the median begins and where it ends."""
    known = [(label, wait) for label, wait in zip(labels, waits, strict=True) if wait is not None]
    if not known:
        return []
    (first, before), (last, after) = known[0], known[-1]
    if len(known) == 1:
        return [gettext("Half waited at most %(now)s in the week of %(last)s.", now=_hours(after), last=last)]
    return [
        gettext(
            "Half waited at most %(before)s in the week of %(first)s, and %(now)s in that of %(last)s.",
            before=_hours(before),
            first=first,
            now=_hours(after),
            last=last,
        )
    ]


def _hours(wait: timedelta) -> str:
    if wait < timedelta(hours=1):
        minutes = round(wait / timedelta(minutes=1))
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    return gettext("%(hours)s hours", hours=f"{wait / timedelta(hours=1):.1f}")
