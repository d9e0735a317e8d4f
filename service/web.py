"""What every answer has in common: security headers, the same-origin check, template filters, health."""

from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    before_render_template,
    current_app,
    g,
    has_request_context,
    jsonify,
    request,
)
from flask_babel import get_locale
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, TimeoutError
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter
from werkzeug.utils import cached_property

from service.config import Settings, current_settings
from service.core import clock
from service.core.content_policy import content_security_policy
from service.core.db import db
from service.core.errors import N_, Forbidden, NotFound
from service.core.language import format_day, format_local, format_moment, gettext, language_name
from service.core.paging import LARGEST_ID
from service.core.text import as_markup, plain_text, typed
from service.moderation.health import SWEEP_SILENT, UNSCANNED_LATE, WORKER_SILENT, read_health
from service.site.queries import current_site
from service.triage.labels import label

HEADERS = {
    "Content-Security-Policy": content_security_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PRIVATE_PATHS = (
    "/api/",
    "/moderation",
    "/alerts/",
    "/my/",
    "/yours/",
    "/privacy/yours",
    "/confirm/",
    "/answers/",
    "/welcome/",
    "/sign-in",
    "/sign-out",
)
# The one place where a POST from elsewhere is taken: a mail program's one click (RFC 8058). The signed link is the
# authority, and all that it can do is to end mail.
ONE_CLICK = frozenset({"answers.stop"})
# The blueprints whose pages readers meet.
READERS = frozenset({"reader", "answers", "hearts", "about", "feeds", "help", "reports", "wishes", "data", "embed"})
HSTS = "max-age=63072000; includeSubDomains"

health = Blueprint("health", __name__)


class RowNumber(IntegerConverter):
    """The id of a row in an address; a larger number is the address of nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


class Words(UnicodeConverter):
    """A word in an address; one with a control sign, which no database looks up, is the address of nothing."""

    regex = r"[^/\x00-\x1f\x7f]+"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map)
        self.regex = type(self).regex


class TypedRequest(Request):
    """A request whose fields are fit to be kept and shown wherever they go, whoever forgets to ask."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Return the fields of the address."""
        return _typed(super().args)

    def _load_form_data(self) -> None:
        if "form" not in self.__dict__:
            super()._load_form_data()
            self.__dict__["form"] = _typed(self.form)


def _typed(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict((typed(name), typed(value)) for name, value in fields.items(multi=True))


def prepare_web(app: Flask) -> None:
    """Install the checks, headers and filters on an application."""
    app.request_class = TypedRequest
    app.url_map.converters |= {"default": Words, "string": Words}
    app.url_map.converters["int"] = RowNumber
    # Else `//` in an address is answered with a permanent redirect to whatever host and scheme the request named.
    app.url_map.merge_slashes = False
    app.before_request(refuse_foreign_origin)
    before_render_template.connect(use_site_zone, app)
    app.after_request(add_headers)
    app.register_blueprint(health)
    app.add_template_filter(as_markup, "words")
    app.add_template_filter(_iso, "iso")
    app.add_template_filter(_day, "day")
    app.add_template_filter(_moment, "moment")
    app.add_template_filter(_hour, "hour")
    app.add_template_filter(format_day, "whole_day")
    app.add_template_filter(_local_hour, "local_hour")
    app.add_template_filter(_local_moment, "local_moment")
    app.add_template_filter(_local_month, "month")
    app.add_template_filter(span_in_words, "span")
    app.add_template_filter(_plain, "plain")
    app.add_template_filter(_family, "family")
    app.add_template_filter(language_name, "language_name")
    app.add_template_global(canonical_url)
    app.add_template_global(get_locale, "page_locale")


def page_language() -> str:
    """Return the language of this request's page: readers are met in the site's, staff in that of the settings.

    Whoever comes to an address of nothing is a reader. Where the database cannot be asked it is that of the settings
    too: an error page has to open all the same.
    """
    usual = current_settings().language
    if not has_request_context() or not _for_readers():
        return usual
    if "language" not in g:
        try:
            g.language = current_site().language
        except (DBAPIError, TimeoutError, NotFound):
            g.language = usual
    language: str = g.language
    return language


def _for_readers() -> bool:
    if request.blueprint is None:
        return not request.path.startswith("/moderation")
    return request.blueprint in READERS


def use_site_zone(_app: Flask, context: dict[str, Any], **_rest: object) -> None:
    """Draw every moment of a page in the time zone of its site; an error page without one is in UTC."""
    site = context.get("site")
    g.time_zone = site.time_zone if site is not None else None
    if site is not None:
        g.setdefault("language", site.language)


def refuse_foreign_origin() -> None:
    """Refuse every unsafe request that does not come from a page of this site."""
    if request.method in SAFE_METHODS or request.endpoint in ONE_CLICK:
        return
    if not _same_origin(current_settings()):
        raise Forbidden(
            N_("This was sent from another site, or your browser does not say from where. Nothing was done with it.")
        )


def security_headers(settings: Settings) -> list[tuple[str, str]]:
    """Return the headers that stand on every answer."""
    return [*HEADERS.items(), *([("Strict-Transport-Security", HSTS)] if settings.secure else [])]


def add_headers(response: Response) -> Response:
    """Put the security headers on an answer."""
    for name, value in security_headers(current_settings()):
        response.headers.setdefault(name, value)
    if request.path.startswith(PRIVATE_PATHS):
        response.headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-cache"
    return response


@health.get("/healthz")
def healthz() -> Response:
    """Say that this process answers; asks nothing else."""
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say whether database and worker do their part, and what does not."""
    try:
        db.session.execute(text("SELECT 1"))
        health = read_health()
    except Exception as error:
        db.session.rollback()
        current_app.logger.warning("readyz: the database cannot be reached (%s)", type(error).__name__)
        return jsonify(status="not ready", database="cannot be reached"), 503
    moment = clock.now()
    worker_ok = health.worker_seen is not None and moment - health.worker_seen < WORKER_SILENT
    waiting = health.oldest_unscanned
    screening_ok = waiting is None or moment - waiting < UNSCANNED_LATE
    sweep_ok = all(moment - seen < SWEEP_SILENT for seen in health.sweeps_seen.values())
    report = {
        "database": "ok",
        "worker": "ok" if worker_ok else "silent for 60 seconds or more",
        "screening": "ok" if screening_ok else "a comment has waited for 2 minutes or more",
        "sweep": "ok" if sweep_ok else "silent for 3 minutes or more",
    }
    ready = worker_ok and screening_ok and sweep_ok
    return jsonify(status="ok" if ready else "not ready", **report), 200 if ready else 503


def span_in_words(span: timedelta) -> str:
    """Return a length of time in the two largest units: "14 h 55 min"."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return gettext("%(days)d d %(hours)d h", days=days, hours=hours) if hours else gettext("%(days)d d", days=days)
    if hours:
        with_rest = gettext("%(hours)d h %(rest)d min", hours=hours, rest=rest)
        return with_rest if rest else gettext("%(hours)d h", hours=hours)
    return gettext("%(rest)d min", rest=rest)


def canonical_url(path: str) -> str:
    """Return the one address of a page, whatever host the request names: pages are kept for everybody."""
    return f"{current_settings().site_url}{path}"


def _same_origin(settings: Settings) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin in {request.host_url.rstrip("/"), settings.site_url}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes").replace("+00:00", "Z")


def _day(moment: datetime) -> str:
    return format_moment(moment, "d MMMM y")


def _moment(moment: datetime) -> str:
    return format_moment(moment, "d MMMM y, HH:mm")


def _hour(moment: datetime) -> str:
    return format_moment(moment, "HH:mm")


def _local_hour(moment: datetime) -> str:
    """Return the hour of a moment in the time zone that it carries."""
    return format_local(moment, "HH:mm")


def _local_moment(moment: datetime) -> str:
    """Return a moment of the days ahead in the time zone that it carries."""
    return format_local(moment, "EEEE d MMMM, HH:mm")


def _local_month(moment: datetime) -> str:
    """Return the month of a moment in the time zone that it carries."""
    return format_local(moment, "LLLL y")


def _plain(html: str) -> str:
    """Return the words of stored HTML in one line of plain text."""
    return " ".join(plain_text(html).split())


def _family(family: str) -> str:
    """Return what a family of phrases means, in the words for staff."""
    return gettext(label(family))
