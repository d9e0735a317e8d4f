"""Where the writer of a comment says whether it is shown that somebody who is unsafe for them may read."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.comments.queries import comment_by_id
from service.comments.wishes import tell_wish
from service.config import current_keys
from service.core.db import begin_write, db
from service.reader.mine import MINE
from service.site.queries import current_site

wishes = Blueprint("wishes", __name__)


@wishes.post("/my/<token>/wishes")
def tell(token: str) -> ResponseReturnValue:
    """Say yes, no or later; it can be changed until somebody has decided."""
    begin_write()
    comment = comment_by_id(current_site().id, int(current_keys().unsign(MINE, token)))
    tell_wish(comment, request.form.get("wish", ""))
    db.session.commit()
    return redirect(url_for("reader.my_comment", token=token, _anchor="wish"), code=303)
