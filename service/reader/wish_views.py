"""Where the writer of a comment says whether it is shown that somebody who is unsafe for them may read."""

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.comments.wishes import tell_wish
from service.core.db import begin_write, db
from service.reader.my_views import mine, my_page

wishes = Blueprint("wishes", __name__)


@wishes.post("/my/<token>/wishes")
def tell(token: str) -> ResponseReturnValue:
    """Say yes, no or later; it can be changed until somebody has decided."""
    g.give_back = lambda _error, words: my_page(mine(token), token, error=words)
    begin_write()
    comment = mine(token)
    tell_wish(comment, request.form.get("wish", ""))
    db.session.commit()
    return redirect(url_for("reader.my_comment", token=token, _anchor="wish"), code=303)
