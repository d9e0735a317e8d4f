"""How the tests send a reader's form, and what they find of it."""

import html
import re
from html.parser import HTMLParser

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.comments.models import Comment
from service.config import current_keys
from service.core.db import db
from service.reader.mine import MINE
from tests.cast import CALM

POST = "/articles/old-maps/comments"


def form(**changes: str) -> dict[str, str]:
    return {"body": CALM, "name": "Tove", "email": "", "audience": "everyone", "parent": "", "key": "", **changes}


def post(client: FlaskClient, *, headers: dict[str, str] | None = None, **changes: str) -> TestResponse:
    return client.post(POST, data=form(**changes), headers=headers)


def comment_of(answer: TestResponse) -> int:
    """Return the id of the comment to whose page a post has led."""
    return int(current_keys().unsign(MINE, answer.location.rpartition("/")[2]))


def only() -> Comment:
    return db.session.scalars(select(Comment)).one()


def latest() -> Comment:
    return db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()


def given_back(answer: TestResponse) -> str | None:
    """Return what stands in the text field of a page."""
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else None


class _Fields(HTMLParser):
    """The fields of the form on a page that goes by POST, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._inside, self._area = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._inside = has.get("method") == "post"
        if not self._inside or not has.get("name"):
            return
        name = str(has["name"])
        if tag == "textarea":
            self._area, self.found[name] = name, ""
        elif has.get("type") not in ("radio", "checkbox") or "checked" in has:
            self.found[name] = has.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self.found[self._area] = self.found[self._area].removeprefix("\n")
            self._area = ""
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data


def fields_of(answer: TestResponse) -> dict[str, str]:
    """Return what a page's form would send, field by field."""
    reader = _Fields()
    reader.feed(answer.text)
    return reader.found
