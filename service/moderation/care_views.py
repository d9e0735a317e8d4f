"""What staff do about a person besides answering: go on without their word whether a comment is shown."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.comments.wishes import waive_wish
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.moderation.forms import read_version
from service.moderation.place import read_place
from service.moderation.queries import comment_for
from service.moderation.record import check_fresh
from service.moderation.views import item_page, me

cases = Blueprint("cases", __name__, url_prefix="/moderation")


@cases.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@cases.post("/comments/<int:comment_id>/waivers")
def waive(comment_id: int) -> ResponseReturnValue:
    """Go on without the writer's answer whether a comment is shown, for a reason."""
    _give_back(comment_id)
    begin_write()
    comment = comment_for(me(), comment_id)
    check_fresh(comment, read_version(request))
    waive_wish(comment, me(), request.form.get("why_waived", ""))
    db.session.commit()
    return _back_to(comment_id)


def _give_back(comment_id: int) -> None:
    """Have an error show this comment again, as it is now, with what was typed."""

    def page(_error: DomainError, words: str) -> str:
        return item_page(comment_for(me(), comment_id), error=words)

    g.give_back = page


def _back_to(comment_id: int) -> ResponseReturnValue:
    place = read_place(request.values)
    return redirect(url_for("moderation.item", comment_id=comment_id, **place.query()), code=303)
