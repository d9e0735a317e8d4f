"""Going through the queue: on to the next one, and what has changed since a page was drawn."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import begin_write, db
from service.core.paging import read_id
from service.moderation.place import read_place
from service.moderation.turns import next_one
from service.moderation.views import me

turns = Blueprint("turns", __name__, url_prefix="/moderation")


@turns.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@turns.post("/next")
def go_on() -> ResponseReturnValue:
    """Go to the next one of a lane that no colleague is on, and take its lease."""
    place = read_place(request.values)
    begin_write()
    comment_id = next_one(me(), place, read_id(request.form.get("after", "")))
    db.session.commit()
    if comment_id is None:
        return redirect(url_for("moderation.queue", **place.query(one=""), left="none"), code=303)
    return redirect(url_for("moderation.item", comment_id=comment_id, **place.query(one="1")), code=303)
