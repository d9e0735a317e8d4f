"""What an outsider can find: every address of the site is asked by somebody without a cookie; and what leaves the site.

Each comment, name, address and network carries a word that stands nowhere else; only what is public may be found.
"""

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog._config import BoundLoggerLazyProxy
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from service.accounts.addresses import confirm
from service.app import prepare_logging
from service.care.actions import taken_back
from service.comments.actions import edit, withdraw
from service.comments.answers import want_answers
from service.comments.models import Comment, Status
from service.comments.queries import comment_by_id
from service.config import current_keys, current_settings
from service.core.db import begin_write, db
from service.delivery import deliver
from service.moderation.actions import decide, reply
from service.moderation.digest import remind_of_held, send_digests
from service.moderation.masking import mask
from service.moderation.models import Act
from service.moderation.notes import add_note
from service.moderation.reports.actions import report
from service.moderation.wording import Concern
from service.notifications.models import Channel, Notification
from service.notifications.queries import due_ids
from service.notifications.targets.actions import add_target
from service.notifications.targets.models import Asks, Target
from service.notifications.targets.words import alert
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.scanner import Finding
from tests.cast import CRISIS, LOW, Cast, reading, screen
from tests.conftest import Clock, Outgoing

NETWORK = "203.0.113."
HOST = "canary.example"
SLUG = "old-maps"
# What stands for a name in an address: all that there is of it, and what there is not.
MADE_UP = ["1", "9999"]


class Canaries:
    """A site with a comment of every status, audience and level; `open` are the words that everybody may read."""

    def __init__(self, cast: Cast, outbox: Outgoing) -> None:
        self.cast, self.outbox, self.numbers = cast, outbox, count(1)
        self.people = (cast.mara, cast.ana, cast.ines, cast.article)
        self.open: set[str] = set()
        self.closed: set[str] = set()
        self.ids: dict[str, int] = {}
        begin_write()
        self.target, _secret = add_target(
            cast.site_id, cast.ines.id, "All", f"https://hooks.{HOST}/in", Asks.EVERYTHING, current_keys()
        )
        db.session.commit()
        self._write_everything()

    def _write_everything(self) -> None:
        public = self.write("public", "Thank you.", shown=True)
        self.write("support", LOW, shown=True, level=Level.SUPPORT, to=public)
        self.write("answer", "So do I.", shown=True, to=public)
        self.write("unscreened", "Thank you.", screened=False)
        self.write("held", CRISIS, level=Level.CRISIS)
        self.write("urgent", "It goes on.", shown=True, level=Level.URGENT, to=public)
        self.write("harm", "Go away.", harm=("attack",))
        self.write("note", "For you alone.", audience="author", level=Level.SUPPORT)
        self.decide("hidden", Act.HIDE)
        self.decide("spam", Act.SPAM)
        self.gone("withdrawn", Level.NONE)
        self.gone("withdrawn in care", Level.CRISIS)
        self.reworded()
        self.masked()
        answered = self.write("answered in private", "Please help.", level=Level.CRISIS)
        begin_write()
        reply(self.cast.mara, self.get(answered), f"I am here. {self.word('closed')}", private=True)
        add_note(self.cast.ana, self.get(public), f"A note. {self.word('closed')}", about_person=True)
        report(self.get(public), "other", self.word("closed"), "somebody")
        send_digests(self.cast.site_id)
        remind_of_held(current_site())
        db.session.commit()

    def word(self, kind: str) -> str:
        made = f"canary{next(self.numbers):03}x"
        (self.open if kind == "open" else self.closed).add(made)
        return made

    def get(self, comment_id: int) -> Comment:
        return comment_by_id(self.cast.site_id, comment_id)

    def write(
        self,
        what: str,
        body: str,
        *,
        shown: bool = False,
        level: Level = Level.NONE,
        audience: str = "everyone",
        to: int | None = None,
        harm: tuple[str, ...] = (),
        screened: bool = True,
    ) -> int:
        """Have a reader write from a network of their own, with an address, by the form of the page."""
        kind, number = "open" if shown else "closed", next(self.numbers)
        form = {
            "body": f"{body} {self.word(kind)}",
            "name": f"Name {self.word(kind)}",
            "email": f"{self.word('closed')}@{HOST}",
            "tell": "yes",
            "audience": audience,
            "parent": str(to or ""),
        }
        sent = self.cast.browser().post(
            f"/articles/{SLUG}/comments", data=form, environ_overrides={"REMOTE_ADDR": f"{NETWORK}{number}"}
        )
        assert sent.status_code == 303, (what, sent.text)
        comment = db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()
        begin_write()
        writer = self.get(comment.id).commenter
        assert writer is not None
        confirm(writer)
        want_answers(self.get(comment.id), True)
        db.session.commit()
        if screened:
            found = Finding(level=level, score=0.5, harm=harm, matches=(), version="test")
            screen(self.get(comment.id), lambda _text: found)
        self.ids[what] = comment.id
        assert self.get(comment.id).shown is shown, what
        return comment.id

    def decide(self, what: str, act: Act) -> None:
        """Have something taken off the page that was public once."""
        number = self.write(f"{what} once public", "Thank you.", shown=True)
        self.close(f"{self.get(number).latest.source} {self.get(number).name}")
        begin_write()
        decide(self.cast.ana, self.get(number), act, version=self.get(number).version, reason=self.word("closed"))
        db.session.commit()

    def gone(self, what: str, level: Level) -> None:
        number = self.write(what, "I take it back.", shown=level is Level.NONE, level=level)
        self.close(f"{self.get(number).latest.source} {self.get(number).name}")
        begin_write()
        withdraw(self.get(number))
        taken_back(self.get(number))
        db.session.commit()

    def reworded(self) -> None:
        """Have new words that nobody has read yet."""
        number = self.write("edited", "Thank you.", shown=True)
        begin_write()
        edit(self.get(number), f"New words. {self.word('closed')}", timedelta(minutes=15))
        db.session.commit()

    def masked(self) -> None:
        number, secret = self.write("masked", "Thank you.", shown=True), self.word("closed")
        self.close(self.get(number).latest.source)
        begin_write()
        edit(self.get(number), f"In {secret} street.", timedelta(minutes=15))
        db.session.commit()
        screen(self.get(number), reading(Level.NONE))
        begin_write()
        comment = self.get(number)
        mask(self.cast.ana, comment, version=comment.version, concern=Concern.PRIVATE, passage=secret)
        db.session.commit()

    def close(self, words: str) -> None:
        """Note that what was public is not to be found any more."""
        found = set(re.findall(r"canary\d+x", words))
        self.open -= found
        self.closed |= found


@pytest.fixture
def canaries(cast: Cast, outbox: Outgoing) -> Canaries:
    return Canaries(cast, outbox)


def crawl(app: Flask, canaries: Canaries) -> Iterator[tuple[str, TestResponse]]:
    """Ask for everything that has an address, as somebody who has none of the links and no cookie."""
    numbers = [str(number) for number in canaries.ids.values()]
    values: dict[str, list[str]] = {
        **dict.fromkeys(("case_id", "commenter_id", "decision_id", "notification_id"), numbers[:4] + MADE_UP),
        "comment_id": numbers + MADE_UP,
        "slug": [SLUG, "nowhere"],
        "article_id": MADE_UP,
        "token": ["forged"],
        "name": ["attune.css", "none.eml"],
        "situation": ["carer"],
        "section": ["waiting-now"],
        "key": ["0" * 12],
    }
    browser = app.test_client()
    for rule in app.url_map.iter_rules():
        asked = [values.get(name, MADE_UP if name.endswith("_id") else []) for name in sorted(rule.arguments)]
        assert all(asked), f"say what stands for the names in {rule.rule}, so that it is looked at for leaks"
        for number in range(max((len(each) for each in asked), default=1)):
            named = dict(zip(sorted(rule.arguments), (each[min(number, len(each) - 1)] for each in asked), strict=True))
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name, named=named: named[name[1]], rule.rule)
            if "GET" in (rule.methods or set()):
                yield from _get(browser, path, numbers)
            else:
                data = {"body": "Mine.", "parent": numbers[number % len(numbers)]}
                yield path, browser.post(path, data=data, headers={"Sec-Fetch-Site": "same-origin"})


def _get(browser: FlaskClient, path: str, numbers: list[str]) -> Iterator[tuple[str, TestResponse]]:
    yield path, browser.get(path)
    if path == f"/articles/{SLUG}":
        for number in numbers:
            for query in (f"page={number}", f"conversation={number}", f"answer={number}", "order=newest"):
                yield f"{path}?{query}", browser.get(f"{path}?{query}")
            for query in (f"conversation={numbers[0]}&after={number}", f"page={number}&order=newest"):
                yield f"{path}?{query}", browser.get(f"{path}?{query}")


def test_an_outsider_finds_what_is_public_and_nothing_else(app: Flask, canaries: Canaries) -> None:
    found: set[str] = set()
    leaks = []
    for path, answer in crawl(app, canaries):
        whole = f"{answer.headers}\n{answer.text}"
        said = set(re.findall(r"canary\d+x", whole))
        found |= said
        leaks += [(path, word) for word in said - canaries.open]
        leaks += [(path, trace) for trace in (NETWORK, HOST, "network_key", "cookie_hash") if trace in whole]
        assert answer.status_code != 500, path
    assert leaks == []
    assert found == canaries.open, "what is public is found, so a leak would be, too"


def test_nothing_public_says_that_a_comment_was_flagged(client: FlaskClient, canaries: Canaries) -> None:
    """One that was read as distress and one that was not look the same, down to the last attribute."""
    page = client.get(f"/articles/{SLUG}").text
    calm = _plain(_article(page, canaries.ids["answer"]), "So do I.")
    assert calm == _plain(_article(page, canaries.ids["support"]), LOW)
    assert calm == _plain(_article(page, canaries.ids["urgent"]), "It goes on.")
    shown = re.search(r"(\d+) comments", page)
    assert shown is not None
    assert int(shown[1]) == db.session.query(Comment).filter_by(status=Status.PUBLISHED, audience="everyone").count()


def test_what_leaves_the_site_carries_no_words_names_or_addresses(
    app: Flask, cast: Cast, outbox: Outgoing, still_clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    prepare_logging("debug")
    _unbind_loggers()
    caplog.set_level("DEBUG")
    with capture_logs() as lines:
        canaries = Canaries(cast, outbox)
        messages = list(outbox.sent)
        for _ in range(3):
            still_clock.move(minutes=20)
            for number in due_ids(limit=500):
                deliver(number)
        for path, _answer in crawl(app, canaries):
            assert path
    canary = re.compile(rf"canary\d+x|{re.escape(NETWORK)}|{HOST}")
    assert lines
    assert [line for line in lines if canary.search(str(line))] == []
    assert [record.getMessage() for record in caplog.records if canary.search(record.getMessage())] == []
    assert messages
    assert all(isinstance(value, int) for _name, values in messages for value in values)
    for row in db.session.scalars(select(Notification)):
        said = canary.findall(f"{row.path} {row.details} {row.cause} {row.last_error}")
        assert said == [], row.kind
    _check_mail(canary)
    _check_webhooks(canary, canaries.target.id)


def _unbind_loggers() -> None:
    """Have loggers ask for their processors anew, which they keep from their first use, so that they can be heard."""
    for module in list(sys.modules.values()):
        if isinstance(logger := vars(module).get("log"), BoundLoggerLazyProxy):
            vars(logger).pop("bind", None)


def _check_mail(canary: re.Pattern[str]) -> None:
    files = list((current_settings().data_dir / "mail").glob("*.eml"))
    assert len(files) > 5
    for path in files:
        head, _, body = path.read_text().partition("\n\n")
        others = "\n".join(line for line in head.splitlines() if not line.startswith("To: "))
        assert canary.findall(f"{others}\n{body}") == [], path.name


def _check_webhooks(canary: re.Pattern[str], target_id: int) -> None:
    assert db.session.get(Target, target_id)
    rows = db.session.scalars(select(Notification).where(Notification.channel == Channel.WEBHOOK)).all()
    assert rows
    for row in rows:
        made = alert(row, current_settings().site_url, ["secret"], row.created_at)
        assert canary.findall(str(made)) == []


def _article(page: str, number: int) -> str:
    found = re.search(rf'<article[^>]*id="comment-{number}".*?</article>', page, re.DOTALL)
    assert found, number
    return found[0]


def _plain(article: str, body: str) -> str:
    """Return a comment without what differs between any two: its words, numbers and moments."""
    return re.sub(r"canary\d+x|\d+", "#", article.replace(body.replace("'", "&#39;"), "").replace(body, ""))
