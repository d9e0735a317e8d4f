"""Domain errors become pages; the only place that knows both. What somebody typed is always given back."""

from collections.abc import Callable
from traceback import format_tb

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError, TimeoutError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service.config import current_settings
from service.core.db import db
from service.core.errors import N_, Conflict, DomainError, Forbidden, Invalid, NotFound, TooFast
from service.core.language import gettext
from service.site.models import NEUTRAL_PAGE
from service.site.queries import current_site

STATUS: dict[type[DomainError], int] = {NotFound: 404, Forbidden: 403, Invalid: 422, Conflict: 409, TooFast: 429}
GIVE_BACK_LIMIT = 1024 * 1024
TOO_LARGE = N_("This is more than can be sent at once. A comment has at most 5,000 characters.")
API = "/api/"  # what lies below is read by programs
TYPED_FIELDS = ("body", "reason", "name", "email")
# Readers' forms that an error page gives back as forms, to be sent again from there with every field. Staff's are not:
# they hold what nobody should confirm unseen, and secrets.
SENT_AGAIN = frozenset({"reader.post_comment", "reader.preview", "reader.edit", "reports.send"})

Shown = str | Response

log = structlog.get_logger(__name__)


def prepare_errors(app: Flask) -> None:
    """Install the error pages on an application."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    for failure in (OperationalError, DBAPIError, TimeoutError):
        app.register_error_handler(failure, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _domain_error(error: DomainError) -> tuple[Shown, int, dict[str, str]]:
    """Show the sentence; a view that holds a form gives it back through `g.give_back(error, words)`."""
    db.session.rollback()
    words, status = gettext(error.message, **error.values), STATUS[type(error)]
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooFast) else {}
    give_back: Callable[[DomainError, str], Shown] | None = g.pop("give_back", None)
    if give_back is not None and not isinstance(error, NotFound):
        try:
            return give_back(error, words), status, headers
        except NotFound as gone:  # the form is about something that this person may not see
            return *_page(gettext(gone.message, **gone.values), STATUS[NotFound]), headers
    return *_page(words, status), headers


def _csrf_error(_error: CSRFError) -> tuple[Shown, int]:
    return _page(
        gettext("This page was open for too long, or you have signed out meanwhile. Please send it again."), 403
    )


def _too_large(_error: RequestEntityTooLarge) -> tuple[Shown, int]:
    """Take nothing, but read once more than is ever taken, so that a long text can be given back.

    Where more is taken than a comment, the blueprint has raised the limit and left its own sentence in `g.too_large`.
    """
    taken = request.max_content_length or 0
    request.max_content_length = request.max_form_memory_size = max(GIVE_BACK_LIMIT, 2 * taken)
    return _page(gettext(g.get("too_large", TOO_LARGE)), 413)


def _http_error(error: HTTPException) -> tuple[Shown, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    sentences = {
        401: gettext("Please sign in first."),
        404: gettext("There is nothing at this address."),
        405: gettext("This address cannot be used in this way."),
    }
    return _page(sentences.get(error.code, gettext("This request could not be understood.")), error.code)


def _database_error(error: Exception) -> tuple[Shown, int, dict[str, str]]:
    db.session.rollback()
    g.setdefault("language", current_settings().language)  # the site cannot be asked for its own
    log.error("database.unavailable", error=type(error).__name__, endpoint=request.endpoint, detail=_detail(error))
    sentence = gettext(
        "The place where we keep comments cannot be reached at the moment. Please try again in a minute."
    )
    return *_page(sentence, 503), {"Retry-After": "60"}


def _detail(error: Exception) -> str:
    """Return the first line of what the driver said of connection or schema; other errors may quote typed words."""
    if isinstance(error, OperationalError | ProgrammingError) and error.orig is not None:
        return str(error.orig).partition("\n")[0]
    return ""


def _unexpected(error: Exception) -> tuple[Shown, int]:
    db.session.rollback()
    # Where it happened, never the message: that may quote what a person typed.
    log.error(
        "request.failed", error=type(error).__name__, endpoint=request.endpoint, trace=format_tb(error.__traceback__)
    )
    return _page(gettext("Something went wrong on our side. We have been told. Please try again."), 500)


def _page(sentence: str, status: int) -> tuple[Shown, int]:
    if request.path.startswith(API):
        return jsonify(error=sentence), status
    kept = _typed()
    page = render_template(
        "errors/error.html",
        sentence=sentence,
        status=status,
        kept=kept,
        again=kept and status not in (404, 405) and request.endpoint in SENT_AGAIN,
        exit_url=_exit_url(status),
    )
    return page, status


def _exit_url(status: int) -> str:
    """Return where a reader leaves an error page for: where the site cannot be asked, the page that is nobody's."""
    if request.path.startswith("/moderation"):
        return ""
    try:
        return NEUTRAL_PAGE if status >= 500 else current_site().exit_url
    except (SQLAlchemyError, NotFound):
        return NEUTRAL_PAGE


def _typed() -> dict[str, str]:
    """Return what the person had typed, so that it can be copied or sent again."""
    if request.method in ("GET", "HEAD"):
        return {}
    try:
        return {field: value for field in TYPED_FIELDS if (value := request.form.get(field, "").strip())}
    except HTTPException:
        return {}
