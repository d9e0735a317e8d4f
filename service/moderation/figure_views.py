"""The figures: how long people wait here. Authors see those of their own articles, and nobody is ranked."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core import clock
from service.core.errors import N_, NotFound
from service.core.language import format_short_day, gettext
from service.moderation import queries
from service.moderation.figures.look import Look, Section
from service.moderation.figures.period import LEVELS, SPANS, read_wanted
from service.moderation.figures.sections import SECTIONS, head
from service.moderation.figures.tables import Cell, Of, Share, csv_of
from service.moderation.views import draw, me
from service.site.queries import current_site

MOST_HOURS = 48

figures = Blueprint("figures", __name__, url_prefix="/moderation/figures")


@figures.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@figures.get("")
def page() -> ResponseReturnValue:
    """Show every figure, as chart and table."""
    look = _look()
    return draw(
        "moderation/figures.html",
        wanted=look.wanted,
        head=head(look),
        sections=[section(look) for section in SECTIONS],
        articles=queries.articles_of(me(), look.wanted.article),
        levels=LEVELS,
        spans=SPANS,
    )


@figures.get("/<section>.csv")
def download(section: str) -> Response:
    """Give one table to a spreadsheet."""
    look = _look()
    found = _section(look, section)
    answer = make_response(csv_of(found.table))
    name = f"attune-{found.name}-{look.wanted.first}-{look.wanted.last}.csv"
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@figures.app_template_filter("cell")
def cell(value: Cell) -> str:
    """Return what stands in a table for a value."""
    if value is None:
        return "–"
    if isinstance(value, timedelta):
        return _short(value)
    if isinstance(value, Of):
        return f"{value.part:,} of {value.whole:,}" if value.whole else "–"
    if isinstance(value, Share):
        return f"{100 * value.value:.0f} % ({100 * value.low:.0f}–{100 * value.high:.0f})"
    if isinstance(value, date):
        return format_short_day(value)
    return f"{value:,}" if isinstance(value, int) else value


def _short(span: timedelta) -> str:
    """Return a length of time in one unit, so that those below one another can be compared."""
    hours = span / timedelta(hours=1)
    if hours < 1:
        return gettext("%(rest)d min", rest=round(60 * hours))
    if hours < MOST_HOURS:
        return gettext("%(hours)s h", hours=f"{hours:.1f}")
    return gettext("%(days)s d", days=f"{hours / 24:.1f}")


def _look() -> Look:
    site = current_site()
    zone = ZoneInfo(site.time_zone)
    return Look(me(), site, read_wanted(request.args, clock.now().astimezone(zone).date(), zone))


def _section(look: Look, name: str) -> Section:
    builders = {builder.__name__.replace("_", "-"): builder for builder in SECTIONS}
    if name not in builders:
        raise NotFound(N_("There is no such table here."))
    return builders[name](look)
