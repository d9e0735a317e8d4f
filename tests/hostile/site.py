"""The whole site as somebody with bad intent would walk it: every page, every form, and all that comes of a text."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask
from sqlalchemy import Column, String, Text, exists, literal, select, union_all
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from service import delivery
from service.comments.models import Comment, Revision, Screening
from service.core.db import db
from service.notifications.models import Channel, Notification, NotificationState
from tests.cast import screen
from tests.hostile.forms import Form, forms_in, links_in, parse
from tests.hostile.look import findings, in_mail
from tests.hostile.payloads import MARK
from tests.stage import Stage

WALKERS = ("owner", "nobody")
MOST_PAGES = 160
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol by their category, drawn as nothing


@dataclass(frozen=True)
class Found:
    """A form of a page: which route it sends to, and who met it."""

    endpoint: str
    role: str
    form: Form

    @property
    def names(self) -> tuple[str, ...]:
        """Return what tells this form from others of the same route."""
        return (self.endpoint, *sorted(name for name, _kind in self.form.kinds))


@dataclass
class Walk:
    """What a walk through all pages has met."""

    pages: dict[tuple[str, str], str] = field(default_factory=dict)
    forms: dict[tuple[str, ...], Found] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class HostileSite:
    """The site of a stage, walked through and written to."""

    def __init__(self, app: Flask, stage: Stage) -> None:
        self.app, self.stage = app, stage
        self.columns = list(_text_columns())
        self.answers: Counter[int] = Counter()

    def walk(self) -> Walk:
        """Go to every page, as the owner and as a stranger, and look at each."""
        walk = Walk()
        for role in WALKERS:
            self._walk_as(role, walk)
        return walk

    def look_at(self, pages: Iterable[tuple[str, str]]) -> list[str]:
        """Look at these pages alone, each given by who goes there and its address; returns what is wrong."""
        wrong = []
        for role, path in pages:
            with self.stage.browsers[role].get(path) as answer:
                wrong += [f"{role} at {path}: {what}" for what in findings(answer, whole=True)]
        return wrong

    def send(self, found: Found, **typed: str) -> tuple[TestResponse, list[str]]:
        """Send a form with these fields; returns the answer, or the page that it leads to, and what is wrong there."""
        browser = self.stage.browsers[found.role]
        data = {**found.form.filled(**typed)}
        if "csrf_token" in data:
            data["csrf_token"] = [self.stage.tokens[found.role]]
        if found.form.method == "GET":
            answer = browser.get(found.form.path, query_string=_encodable(data))
        else:
            answer = browser.post(found.form.path, data=_encodable(data))
        self.answers[answer.status_code] += 1
        wrong = findings(answer)
        if answer.status_code in (302, 303) and not wrong:
            wrong = findings(browser.get(answer.location))
        return answer, wrong

    def post(self, endpoint: str, **typed: str) -> list[str]:
        """Send this to an act to which there is no form, as the owner; returns what is wrong with the answer."""
        rule = next(iter(self.app.url_map.iter_rules(endpoint)))
        data = {name: [text] for name, text in typed.items()} | {"csrf_token": [self.stage.tokens["owner"]]}
        answer = self.stage.browsers["owner"].post(self.stage.path(rule), data=_encodable(data))
        self.stage.restore()
        return findings(answer)

    def settle(self) -> list[str]:
        """Do what the worker would do: screen what was written, send what is to be sent, and look at every mail."""
        waiting = select(Comment).join(Revision, Revision.id == Comment.latest_revision_id)
        for comment in db.session.scalars(waiting.where(Revision.screening == Screening.WAITING)).all():
            screen(comment)
        due = select(Notification.id).where(
            Notification.state == NotificationState.WAITING, Notification.channel == Channel.EMAIL
        )
        for number in db.session.scalars(due).all():
            delivery.deliver(number)
        db.session.rollback()
        folder = self.stage.live.parent / "mail"
        mails = sorted(folder.glob("*.eml")) if folder.is_dir() else []
        return [f"{path.name}: {wrong}" for path in mails for wrong in in_mail(path.read_bytes())]

    def kept(self, text: str) -> list["Column[str]"]:
        """Return the columns in which this text stands; HTML that was made of it does not count."""
        places = [
            select(literal(number)).where(exists(select(1).select_from(column.table).where(column.contains(text))))
            for number, column in enumerate(self.columns)
        ]
        found = db.session.scalars(union_all(*places)).all()
        db.session.rollback()
        return [self.columns[number] for number in found if self.columns[number].name != "html"]

    @staticmethod
    def holds(columns: list["Column[str]"], text: str) -> bool:
        """Say whether one of these columns has this text, in the form that every field brings a text to."""
        kept = [
            value for column in columns for value in db.session.scalars(select(column).where(column.contains(MARK)))
        ]
        db.session.rollback()
        return any(reduced(_arrived(text)) in reduced(value) for value in kept)

    def ill_stored(self) -> list[str]:
        """Return what is stored and should not be: NUL, half a pair, or letters that are not composed."""
        found = []
        for column in self.columns:
            for text in db.session.scalars(select(column).where(column.contains(MARK))):
                if "\x00" in text or text != unicodedata.normalize("NFC", text) or re.search("[\ud800-\udfff]", text):
                    found.append(f"{column.table.name}.{column.name}: {text!r}")
        db.session.rollback()
        return found

    def endpoint_of(self, form: Form) -> str:
        """Return the route that a form sends to."""
        try:
            endpoint, _values = self.app.url_map.bind("localhost").match(form.path.partition("?")[0], form.method)
        except HTTPException:
            return ""
        return str(endpoint)

    def _walk_as(self, role: str, walk: Walk) -> None:
        rules = [rule for rule in self.app.url_map.iter_rules() if "GET" in (rule.methods or set())]
        numbers = self.stage.public["comment_id"]
        todo = [self.stage.path(rule) for rule in rules]
        todo += [re.sub(r"/comments/\d+", f"/comments/{numbers}", path) for path in todo]
        shapes = {_shape(path) for path in todo}
        seen: set[str] = set()
        while todo and len(seen) < MOST_PAGES:
            path = todo.pop(0).partition("#")[0]
            if path in seen:
                continue
            seen.add(path)
            with self.stage.browsers[role].get(path) as answer:
                walk.pages[role, path] = answer.text if answer.mimetype.startswith("text/") else ""
                walk.wrong += [
                    f"{role} at {path}: {wrong}" for wrong in findings(answer, whole=True) if path != "/readyz"
                ]
                if answer.mimetype == "text/html" and answer.status_code == 200:
                    tree = parse(answer.text)
                    self._note_forms(tree, path, role, walk)
                    for link in links_in(tree, path):
                        if _shape(link) not in shapes:
                            shapes.add(_shape(link))
                            todo.append(link)

    def _note_forms(self, tree: Any, path: str, role: str, walk: Walk) -> None:
        for form in forms_in(tree, path):
            if form.method in ("GET", "POST"):
                found = Found(self.endpoint_of(form), role, form)
                walk.forms.setdefault(found.names, found)


def _shape(path: str) -> str:
    """Return what pages of one kind have in common: there are many comments, and one is enough."""
    return re.sub(r"\d+", "1", path.partition("#")[0])


@lru_cache(maxsize=10_000)  # what was kept is compared with every text that comes after it
def reduced(text: str) -> str:
    """Return what is left of a text in every field: composed, without signs that are not seen, spaces as one."""
    text = unicodedata.normalize("NFC", re.sub(f"[\ud800-\udfff\ufffd{BLANK_LETTERS}]", "", text))
    seen = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] not in "CM")
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _encodable(data: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [_arrived(value) for value in values] for name, values in data.items()}


def _arrived(text: str) -> str:
    """Return a text as it arrives: half a surrogate pair cannot go over the wire."""
    return text.encode("utf-8", "replace").decode()


def _text_columns() -> Iterator["Column[str]"]:
    for table in db.metadata.sorted_tables:
        yield from (column for column in table.columns if type(column.type) in (String, Text))
