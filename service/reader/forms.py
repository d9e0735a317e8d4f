"""What a reader may send."""

from dataclasses import dataclass, field

from flask import Request

from service.core.errors import N_, Invalid
from service.core.paging import read_id

LONGEST_KEY = 64


@dataclass(frozen=True)
class Preview:
    """A comment as it would stand on the page: its name, which may be missing still, and its safe HTML."""

    name: str
    html: str


@dataclass
class CommentForm:
    """The comment form as it was sent, so that every word can be given back with what is wrong.

    `stamp` says when it was first touched, if a script has fetched one; `trap`: a field that people do not see was
    filled in.
    """

    body: str = ""
    name: str = ""
    email: str = ""
    audience: str = "everyone"
    tell: bool = True
    parent: int | None = None
    key: str | None = None
    stamp: str = ""
    trap: bool = False
    preview: Preview | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read_comment_form(request: Request) -> CommentForm:
    """Read the form. Raises Invalid when `parent` is not a number; everything else is checked where it is used."""
    sent = request.form
    key = (request.headers.get("Idempotency-Key") or sent.get("key", "")).strip()
    return CommentForm(
        body=sent.get("body", ""),
        name=sent.get("name", ""),
        email=sent.get("email", "").strip(),
        audience=sent.get("audience", "") or "everyone",
        tell="tell" in sent,
        parent=_number(sent.get("parent", "")),
        stamp=sent.get("stamp", ""),
        trap=bool(sent.get("homepage", "").strip()),
        key=key if 0 < len(key) <= LONGEST_KEY else None,
    )


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    number = read_id(text)
    if number is None:
        raise Invalid(N_("The comment that you answer to could not be found."), field="parent")
    return number
