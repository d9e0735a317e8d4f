"""Chores: what they add, and one plain sentence instead of a traceback for what is wrong."""

import contextvars
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from service.accounts.models import Role, User
from service.articles.models import Article, Mode
from service.articles.queries import article_by_slug
from service.care.check_ins import today_at
from service.comments.models import Comment, Wish
from service.core.db import db
from service.moderation.queue.cards import cards
from service.moderation.queue.place import Lane, Place
from tests.cast import PASSWORD, Cast, screen
from tests.conftest import Outgoing

pytestmark = pytest.mark.db


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """Runs a chore as on the command line."""

    def invoke(*words: str, typed: str | None = None) -> Result:
        result = _run(app, *words, typed=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        db.session.rollback()
        return result

    return invoke


@pytest.fixture
def text_file(tmp_path: Path) -> str:
    """A text in Markdown."""
    file = tmp_path / "text.md"
    file.write_text("A map is corrected by walking.\n\n## Slowly\n\nAnd in company.", encoding="utf-8")
    return str(file)


def test_user_add(cast: Cast, run: Callable[..., Result]) -> None:
    done = run("user", "add", "mara@example.org", "--name", "Mara", "--role", "author", "--password", PASSWORD)
    assert (done.exit_code, done.output) == (0, "Added Mara as author.\n")
    user = db.session.query(User).one()
    assert (user.name, user.role, user.is_demo) == ("Mara", Role.AUTHOR, False)


def test_user_add_asks_for_the_password_without_showing_it(cast: Cast, run: Callable[..., Result]) -> None:
    add = ("user", "add", "mara@example.org", "--name", "Mara", "--role", "owner")
    done = run(*add, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0
    assert PASSWORD not in done.output
    assert cast.browser().post("/sign-in", data={"email": "mara@example.org", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    ("email", "changes", "words"),
    [
        ("mara", {}, "does not look like an e-mail address"),
        ("new@example.org", {"password": "short"}, "8 to 200 characters"),
        ("new@example.org", {"password": "password1"}, "tried first"),
        ("new@example.org", {"name": "   "}, "Please give a name that can be read."),
        ("new@example.org", {"role": "king"}, "'king' is not one of"),
        ("MARA@example.org", {}, "exists already"),
    ],
)
def test_user_add_says_what_is_wrong(
    cast: Cast, run: Callable[..., Result], email: str, changes: dict[str, str], words: str
) -> None:
    assert cast.mara
    options = {"name": "Mara", "role": "author", "password": PASSWORD, **changes}
    done = run("user", "add", email, *(word for name, value in options.items() for word in (f"--{name}", value)))
    assert done.exit_code != 0
    assert words in done.output
    assert "Traceback" not in done.output
    assert db.session.query(User).count() == 1


def test_articles_add(cast: Cast, run: Callable[..., Result], text_file: str) -> None:
    assert cast.mara
    add = ("articles", "add", "Old maps, new roads", "--file", text_file, "--author", "mara@example.org")
    done = run(*add, "--mode", "moderated", "--content-note", "loss")
    assert done.output == "http://localhost:8000/articles/old-maps-new-roads\n"
    article = article_by_slug(cast.site_id, "old-maps-new-roads")
    assert (article.mode, article.author_id, article.author_name) == (Mode.MODERATED, cast.mara.id, cast.mara.name)
    assert article.content_note == "loss"
    assert cast.browser().get("/articles/old-maps-new-roads").status_code == 200
    assert run(*add).output == "http://localhost:8000/articles/old-maps-new-roads-2\n"


def test_articles_add_holds_a_first_comment_unless_told_otherwise(
    cast: Cast, run: Callable[..., Result], text_file: str
) -> None:
    run("articles", "add", "Old maps", "--file", text_file)
    article = db.session.query(Article).one()
    assert (article.mode, article.author_id, article.author_name) == (Mode.KNOWN, None, "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("Title", "--slug", "Not A Slug"), "A slug has at most 80 small letters"),
        (("Title", "--slug", "old-maps"), "already an article with this slug"),
        (("Title", "--author", "nobody@example.org"), "There is no user nobody@example.org"),
        (("Title", "--mode", "secret"), "'secret' is not one of"),
        ((" ",), "This must not be empty."),
        (("x" * 301,), "301 characters, and at most 300 fit"),
    ],
)
def test_articles_add_says_what_is_wrong(
    cast: Cast, run: Callable[..., Result], text_file: str, words: tuple[str, ...], sentence: str
) -> None:
    assert cast.article
    done = run("articles", "add", *words, "--file", text_file)
    assert done.exit_code != 0
    assert sentence in done.output
    assert db.session.query(Article).count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "Please write something first."), (b"\xff\xfe\x00", "is not UTF-8 text"), (None, "does not exist")],
)
def test_articles_add_says_what_is_wrong_with_the_file(
    cast: Cast, run: Callable[..., Result], tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "text.md"
    if content is not None:
        file.write_bytes(content)
    done = run("articles", "add", "Title", "--file", str(file))
    assert done.exit_code != 0
    assert sentence in done.output
    assert db.session.query(Article).count() == 0


def test_articles_set(cast: Cast, run: Callable[..., Result]) -> None:
    assert cast.article
    assert cast.other_author
    done = run("articles", "set", "old-maps", "--mode", "closed", "--author", "OLGA@example.org")
    assert done.output == "old-maps: closed, answered by Olga Petrov.\n"
    assert (cast.article.mode, cast.article.author_id) == (Mode.CLOSED, cast.other_author.id)
    assert "<form" not in cast.browser().get("/articles/old-maps").text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("old-maps",), "Say what to change: --mode or --author."),
        (("nowhere", "--mode", "open"), "There is no such article here."),
        (("old-maps", "--author", "nobody@example.org"), "There is no user nobody@example.org"),
        (("old-maps", "--mode", "closed", "--author", "nobody@example.org"), "There is no user nobody@example.org"),
    ],
)
def test_articles_set_says_what_is_wrong_and_changes_nothing(
    cast: Cast, run: Callable[..., Result], words: tuple[str, ...], sentence: str
) -> None:
    assert cast.article
    done = run("articles", "set", *words)
    assert done.exit_code != 0
    assert sentence in done.output
    assert (cast.article.mode, cast.article.author_id) == (Mode.OPEN, cast.mara.id)


def test_the_demo_fills_an_empty_site_once(cast: Cast, run: Callable[..., Result]) -> None:
    assert run("demo").exit_code == 0
    assert [article.slug for article in db.session.query(Article)] == ["old-wounds-new-company"]
    assert db.session.query(User).filter_by(is_demo=True).count() == 3
    assert run("demo").exit_code == 0
    assert db.session.query(Article).count() == 1
    assert "mara@attune.example" in run("demo", "--sign-ins").output


def test_the_demo_shows_each_state_of_the_desk_once(cast: Cast, run: Callable[..., Result], outbox: Outgoing) -> None:
    assert run("demo").exit_code == 0
    for number in outbox.take("moderation.screen"):
        screen(db.session.get_one(Comment, int(number)))
    [ana] = db.session.query(User).filter_by(name="Ana Brandt")
    found = {lane: list(cards(ana, Place(lane), None)[0]) for lane in Lane}
    care = {card.comment.name: card.its_case for card in found[Lane.CARE]}
    assert {name: case.state.value for name, case in care.items() if case is not None} == {
        "Noor": "open",
        "Kirsten": "open",
        "Eike": "answered",
        "Yuna": "unseen",
    }
    assert care["Eike"].check_in_on == today_at(cast.site_id)  # type: ignore[union-attr]
    assert [card.comment.name for card in found[Lane.HELD] if card.comment.wish is Wish.OPEN] == ["Noor"]
    assert [card.comment.name for card in found[Lane.REPORTED]] == ["Gus"]
    assert [card.comment.name for card in found[Lane.SPAM]] == ["Win Big"]


def test_the_demo_leaves_a_site_alone_that_somebody_uses(cast: Cast, run: Callable[..., Result]) -> None:
    assert cast.article
    assert run("demo").exit_code == 0
    assert db.session.query(User).filter_by(is_demo=True).count() == 0


def test_the_demo_is_refused_where_readers_come_from_outside(cast: Cast, another_app: Callable[..., Flask]) -> None:
    outside = another_app(public_url="https://attune.example")
    done = _run(outside, "demo")
    assert done.exit_code != 0
    assert "ATTUNE_PUBLIC_URL" in done.output
    db.session.rollback()
    assert db.session.query(User).count() == 0


def _run(app: Flask, *words: str, typed: str | None = None) -> Result:
    """Run a chore in a context of its own, as a process of its own has one."""
    return contextvars.Context().run(app.test_cli_runner().invoke, args=list(words), input=typed)
