"""Report a comment: say why, in a few words or none; nothing is ever said to the person who wrote it."""

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.care.help_lines.choice import Situation
from service.comments.queries import shown_comment
from service.config import current_keys, current_settings
from service.core import rates
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.core.networks import network_key
from service.moderation.reports.actions import WORDS_LIMIT, report
from service.moderation.reports.models import Reason
from service.moderation.rules.limits import REPORTING, REPORTING_PLACE
from service.moderation.waits import expected_wait
from service.reader.guests import known_guest
from service.reader.help import few_lines, place_of
from service.site.queries import current_site

reports = Blueprint("reports", __name__)


@reports.get("/comments/<int:comment_id>/reports")
def form(comment_id: int) -> ResponseReturnValue:
    """Show the form."""
    return _unlisted(_form_page(comment_id))


@reports.post("/comments/<int:comment_id>/reports")
def send(comment_id: int) -> ResponseReturnValue:
    """Take a report; whatever is wrong, the form comes back with every word that was typed."""
    g.give_back = lambda error, words: _form_page(comment_id, error, words)
    begin_write()
    comment = shown_comment(current_site().id, comment_id)
    told = report(comment, request.form.get("about", ""), request.form.get("body", ""), _reporter())
    about = told.reason
    db.session.commit()
    return redirect(url_for("reports.thanks", comment_id=comment_id, about=about), code=303)


@reports.get("/comments/<int:comment_id>/reports/thanks")
def thanks(comment_id: int) -> ResponseReturnValue:
    """Thank who has reported, and ask how they are; says nothing of the comment, which may be gone by now."""
    site, about = current_site(), request.args.get("about", "")
    return _unlisted(
        render_template(
            "reader/report_thanks.html",
            site=site,
            comment_id=comment_id,
            about=about if about in list(Reason) else Reason.OTHER,
            expected=expected_wait(site.id),
            **few_lines(place_of(site), (Situation.ANYONE,)),
        )
    )


def _form_page(comment_id: int, error: DomainError | None = None, words: str = "") -> str:
    site = current_site()
    comment = shown_comment(site.id, comment_id)
    return render_template(
        "reader/report.html",
        site=site,
        comment=comment,
        article=comment.article,
        limit=WORDS_LIMIT,
        about=request.form.get("about", ""),
        body=request.form.get("body", ""),
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _reporter() -> str:
    """Return an opaque key of who reports, and count it.

    A cookie counts as a person only where it is known: one that somebody made up is none. Without one the network
    stands for the person, for a day.
    """
    place, known = network_key(request.remote_addr), known_guest()
    who = current_keys().lookup("reporter", str(known.id)) if known is not None else place
    if current_settings().rate_limits:
        rates.count(REPORTING_PLACE, place)
        rates.count(REPORTING, who)
    return who


def _unlisted(page: str) -> Response:
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
