"""Give a heart, and take it back: without an account, and without a trace on the page that everybody sees."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.accounts.actions import known_commenter
from service.comments.hearts import give_heart, take_heart_back
from service.comments.models import Voice
from service.comments.queries import shown_comment
from service.core import rates
from service.core.db import begin_write, db
from service.core.errors import N_, Forbidden
from service.reader.guests import guest_cookie, known_guest, remember_guest, who_asks
from service.site.queries import current_site

hearts = Blueprint("hearts", __name__)

GIVING = rates.Limit("heart", 60, 60 * 60)


@hearts.post("/comments/<int:comment_id>/hearts")
def give(comment_id: int) -> ResponseReturnValue:
    """Give a heart; a script gets an empty answer, anybody else a page with the way back."""
    begin_write()
    site = current_site()
    comment = shown_comment(site.id, comment_id)
    if comment.voice is not Voice.READER:
        raise Forbidden(N_("Hearts are for readers."))
    rates.count(GIVING, who_asks())
    commenter, cookie = known_commenter(site.id, guest_cookie())
    db.session.flush()
    give_heart(comment, commenter)
    db.session.commit()
    answer = make_response(_answer(comment_id))
    if cookie is not None:
        remember_guest(answer, cookie)
    return answer


@hearts.get("/comments/<int:comment_id>/hearts")
def given(comment_id: int) -> ResponseReturnValue:
    """Say that a heart was given, and offer to take it back."""
    site = current_site()
    comment = shown_comment(site.id, comment_id)
    answer = make_response(render_template("reader/heart.html", site=site, comment=comment))
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@hearts.post("/comments/<int:comment_id>/hearts/removals")
def take_back(comment_id: int) -> ResponseReturnValue:
    """Take a heart back."""
    begin_write()
    comment = shown_comment(current_site().id, comment_id)
    guest = known_guest()
    if guest is not None:
        take_heart_back(comment, guest)
    db.session.commit()
    return ("", 204) if _by_script() else redirect(url_for("reader.permalink", comment_id=comment_id), code=303)


def _answer(comment_id: int) -> ResponseReturnValue:
    return ("", 204) if _by_script() else redirect(url_for("hearts.given", comment_id=comment_id), code=303)


def _by_script() -> bool:
    return request.form.get("by") == "script"
