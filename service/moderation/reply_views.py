"""What is sent while somebody writes a reply: keep it, begin from a template, preview it, say what to think about."""

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.comments.models import Audience, Comment
from service.core.db import begin_write, db
from service.core.errors import N_, Invalid
from service.core.language import gettext
from service.core.text import COMMENT_LIMIT, clean_source
from service.moderation.queries import comment_for
from service.moderation.queue.place import read_place
from service.moderation.replies.drafts import keep_draft
from service.moderation.replies.help import template_text, thoughts_on
from service.moderation.replies.situations import Situation
from service.moderation.views import keep_words, me

replies = Blueprint("replies", __name__, url_prefix="/moderation")


@replies.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@replies.post("/comments/<int:comment_id>/drafts")
def keep(comment_id: int) -> ResponseReturnValue:
    """Keep what was typed, and do what its button says; a script is told what there is to think about."""
    keep_words(comment_id)
    begin_write()
    comment = comment_for(me(), comment_id)
    body = request.form.get("body", "")
    if "use" in request.form:
        body = template_text(me(), comment, _situation(), body)
    elif "preview" in request.form:
        clean_source(body, limit=COMMENT_LIMIT)
    keep_draft(me(), comment, body, _audience())
    db.session.commit()
    return _thoughts(comment, body) if request.form.get("by") == "script" else _back(comment)


def _thoughts(comment: Comment, body: str) -> ResponseReturnValue:
    thoughts = thoughts_on(comment, body)
    return jsonify(
        blanks=[{"name": f"{{{name}}}", "words": gettext(words) if words else ""} for name, words in thoughts.blanks],
        hints=[
            {
                "phrase": hint.phrase,
                "why": gettext(hint.why),
                "kinder": gettext(hint.kinder) if hint.kinder else "",
            }
            for hint in thoughts.hints
        ],
        holds=thoughts.holds,
    )


def _back(comment: Comment) -> ResponseReturnValue:
    shown = "preview" if "preview" in request.form else None
    place = read_place(request.args).query()
    here = url_for("moderation.item", comment_id=comment.id, **place, reply=shown, _anchor=shown or "reply")
    return redirect(here, code=303)


def _situation() -> Situation:
    try:
        return Situation(request.form.get("template", ""))
    except ValueError:
        raise Invalid(N_("Please choose a template first."), field="template") from None


def _audience() -> str:
    asked = request.form.get("audience", "")
    return asked if asked in (Audience.EVERYONE, Audience.WRITER) else ""
