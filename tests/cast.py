"""The people of the tests, by name, and what they usually do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import cached_property

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update
from werkzeug.test import TestResponse

from service.accounts.actions import add_user, known_commenter
from service.accounts.models import Commenter, Role, User
from service.articles.actions import add_article, bump_thread
from service.articles.models import Article, Mode
from service.comments.actions import draft, submit
from service.comments.models import Comment, Revision, Screening, Status
from service.comments.path import child_path, depth_of
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.text import SANITIZER_VERSION
from service.moderation.screening import finish_screening, lease_screening
from service.notifications.queries import unread
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.scanner import Finding
from service.triage.thread import scan_answer

PASSWORD = "a long enough password"

CALM = "Thank you for this page. The part about the lamp made me smile."
LOW = "I look after my husband and I can't cope any more. I am completely exhausted and so alone with it."
CRISIS = "I have the pills here beside me and I am going to kill myself tonight. Goodbye everyone."


class Cast:
    """Mara writes the article, Ana moderates, Ines owns the site; Tove and Joao are readers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.site_id = current_site().id
        db.session.rollback()

    def _user(self, email: str, name: str, role: Role) -> User:
        begin_write()
        user = add_user(self.site_id, email, name, role, PASSWORD, current_keys())
        db.session.commit()
        return user

    @cached_property
    def mara(self) -> User:
        """An author."""
        return self._user("mara@example.org", "Dr. Mara Lindqvist", Role.AUTHOR)

    @cached_property
    def other_author(self) -> User:
        """An author of other pages."""
        return self._user("olga@example.org", "Olga Petrov", Role.AUTHOR)

    @cached_property
    def ana(self) -> User:
        """A moderator."""
        return self._user("ana@example.org", "Ana Brandt", Role.MODERATOR)

    @cached_property
    def ines(self) -> User:
        """The owner."""
        return self._user("ines@example.org", "Ines Varga", Role.OWNER)

    @cached_property
    def article(self) -> Article:
        """Mara's article; every comment is open."""
        return self.write_article()

    def write_article(self, mode: Mode = Mode.OPEN, slug: str = "old-maps", author: User | None = None) -> Article:
        """Have an article by Mara, or by somebody else."""
        writer = author or self.mara
        begin_write()
        article = add_article(
            self.site_id,
            "Old maps",
            "A map is corrected by walking.\n\n## Slowly\n\nAnd in company.",
            slug=slug,
            author_id=writer.id,
            author_name=writer.name,
            mode=mode,
        )
        db.session.commit()
        return article

    @cached_property
    def tove(self) -> Commenter:
        """A reader."""
        return self.reader()

    @cached_property
    def joao(self) -> Commenter:
        """Another reader."""
        return self.reader()

    def reader(self) -> Commenter:
        """Return a new reader."""
        begin_write()
        commenter, _cookie = known_commenter(self.site_id, None)
        db.session.commit()
        return commenter

    def says(
        self,
        who: Commenter,
        body: str,
        *,
        to: Comment | None = None,
        article: Article | None = None,
        name: str = "Tove",
        audience: str = "everyone",
        language: str = "en",
        screened: bool = True,
        read_as: Callable[[str], Finding] | None = None,
    ) -> Comment:
        """Have a reader write a comment, and have it screened unless told otherwise."""
        article = article or self.article
        begin_write()
        comment = submit(article, who, draft(name, body, audience), parent=to, language=language)
        db.session.commit()
        if screened:
            screen(comment, read_as)
        return comment

    def browser(self, user: User | None = None) -> FlaskClient:
        """Return a browser, signed in as this member of staff."""
        browser = self.app.test_client()
        browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        if user is not None:
            email = current_keys().decrypt(user.email_encrypted)
            answer = browser.post("/sign-in", data={"email": email, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return browser


def tampered(link: str) -> str:
    """Return a signed link with another letter in its signature; not the last, of which two bits say nothing."""
    head, dot, signature = link.rpartition(".")
    return f"{head}{dot}{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def plant(article: Article, parents: Sequence[int | None], *, unseen: Collection[int] = ()) -> list[int]:
    """Have a thread in bulk, a second apart: comment number n answers comment number `parents[n]`; returns the ids.

    Those in `unseen` were public once and are hidden now.
    """
    begin_write()
    moments = [article.published_at + timedelta(seconds=number) for number in range(len(parents))]
    shared = {"site_id": article.site_id, "article_id": article.id, "path": "", "depth": 0, "name": "Tove"}
    ids = sorted(
        db.session.scalars(
            insert(Comment).returning(Comment.id),
            [{**shared, "created_at": moment, "status": Status.PUBLISHED} for moment in moments],
        )
    )
    words = [{"comment_id": id_, "number": 1, "source": f"Words {id_}", "html": f"<p>Words {id_}</p>"} for id_ in ids]
    done = {"sanitizer_version": SANITIZER_VERSION, "screening": Screening.DONE}
    db.session.execute(insert(Revision), [{**row, **done} for row in words])
    paths: list[str] = []
    roots: list[int] = []
    for number, parent in enumerate(parents):
        paths.append(child_path("" if parent is None else paths[parent], moments[number], ids[number]))
        roots.append(ids[number] if parent is None else roots[parent])
    places = [
        {
            "id": id_,
            "parent_id": None if parent is None else ids[parent],
            "root_id": root_id,
            "path": path,
            "depth": depth_of(path),
            "status": Status.HIDDEN if number in unseen else Status.PUBLISHED,
        }
        for number, (id_, parent, root_id, path) in enumerate(zip(ids, parents, roots, paths, strict=True))
    ]
    db.session.execute(update(Comment), places)
    revision = select(Revision.id).where(Revision.comment_id == Comment.id).scalar_subquery()
    mine = update(Comment).where(Comment.article_id == article.id)
    db.session.execute(mine.values(public_revision_id=revision, latest_revision_id=revision))
    shown = Article.comment_count + len(ids) - len(unseen)
    db.session.execute(update(Article).where(Article.id == article.id).values(comment_count=shown))
    bump_thread(article.id)
    db.session.commit()
    return ids


def screen(comment: Comment, read_as: Callable[[str], Finding] | None = None) -> None:
    """Do what the worker does with a comment."""
    begin_write()
    work = lease_screening(comment.id)
    db.session.commit()
    if work is None:
        return
    finding = read_as(work.source) if read_as is not None else scan_answer(work.source, work.question)
    begin_write()
    finish_screening(work, finding)
    db.session.commit()


def reading(level: Level) -> Callable[[str], Finding]:
    """Return a reader that finds this level in whatever it reads."""
    return lambda _text: Finding(level=level, score=0.5, harm=(), matches=(), version="test")


def unread_count(recipient_id: int) -> int:
    """Return how many alerts wait in somebody's bell."""
    return db.session.scalar(select(func.count()).where(*unread(recipient_id))) or 0


def token_in(answer: TestResponse) -> str:
    """Return the CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found, "the page has no form with a token"
    return found[1]


def version_in(answer: TestResponse) -> str:
    """Return the version of the comment that a page shows."""
    found = re.search(r'name="version" value="(\d+)"', answer.text)
    assert found, "the page has no form with a version"
    return found[1]
