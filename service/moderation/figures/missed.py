"""What triage misses, by the monthly check: the share, its margin, and the counts that it rests on."""

from collections.abc import Sequence

from service.core.language import gettext
from service.moderation.figures.charts import share_chart
from service.moderation.figures.look import Look, Section
from service.moderation.figures.statistics import wilson
from service.moderation.figures.tables import Column, Of, Share, Table
from service.moderation.monthly.picks import Counted, counted


def missed(look: Look) -> Section:
    """How many comments in which nothing was found needed an answer, by month, as far as the check says."""
    wanted = look.wanted
    months = counted(look.user, f"{wanted.first:%Y-%m}", f"{wanted.last:%Y-%m}", wanted.article)
    words = gettext(
        "By the monthly check: of the comments in which nothing was found some are drawn by lot, and a person says "
        "whether somebody should have answered. The line is the 95 % margin (Wilson): with few read it is long."
    )
    if wanted.level is not None:
        words += " " + gettext("In these nothing was found, so they have no level: all of them are counted here.")
    shares = [_share(month) for month in months]
    table = Table(
        gettext("What the check found"),
        [
            Column(gettext("Month"), ("month",)),
            Column(gettext("Needed one, of read"), ("needed an answer", "read")),
            Column(gettext("Share (95 %)"), ("share %", "at least %", "at most %")),
            Column(gettext("Missed about, of all"), ("missed about",)),
        ],
        [
            [month.month, Of(month.needed, month.read), share, missed_words(month)]
            for month, share in zip(reversed(months), reversed(shares), strict=True)
        ],
        _note(months),
    )
    drawn = [(share.value, share.low, share.high) if share is not None else None for share in shares]
    chart = share_chart(
        gettext("Share of comments that needed an answer, of those in which nothing was found"),
        [month.month for month in months],
        drawn,
    )
    return Section("missed", gettext("What the screening misses"), words, table, chart)


def _note(months: Sequence[Counted]) -> str:
    words = gettext("An estimate: nobody has read the others. Whoever the check finds is put in the queue at once.")
    if not months:
        return words
    last = months[-1]
    read = gettext(
        "Of %(month)s %(read)d of %(drawn)d drawn are read.", month=last.month, read=last.read, drawn=last.drawn
    )
    return f"{read} {words}"


def missed_words(month: Counted) -> str | None:
    """Return about how many of all were missed, with the margin; None where that is not known."""
    if month.population is None or not month.read:
        return None
    if month.read == month.population:
        return gettext("%(number)s of %(all)s", number=f"{month.needed:,}", all=f"{month.population:,}")
    low, high = wilson(month.needed, month.read)
    about = month.needed / month.read * month.population
    margin = f"{max(month.needed, int(low * month.population)):,}–{high * month.population:,.0f}"
    return gettext(
        "%(number)s (%(margin)s) of %(all)s", number=f"{about:,.0f}", margin=margin, all=f"{month.population:,}"
    )


def _share(month: Counted) -> Share | None:
    return Share(month.needed / month.read, *wilson(month.needed, month.read)) if month.read else None
