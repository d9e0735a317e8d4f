"""Add articles and change how they take comments."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy import select, update

from service.articles.models import Article, Mode
from service.core import clock
from service.core.db import db, insert
from service.core.errors import N_, Conflict, Invalid
from service.core.text import ARTICLE_LIMIT, SANITIZER_VERSION, clean_line, clean_source, render_article, summary

SLUG_LENGTH = 80
TITLE_LENGTH = 300
NOTE_LENGTH = 300


def add_article(
    site_id: int,
    title: str,
    source: str,
    *,
    slug: str | None = None,
    author_id: int | None = None,
    author_name: str = "",
    mode: Mode = Mode.KNOWN,
    content_note: str = "",
    standfirst: str | None = None,
    published_at: datetime | None = None,
    modified_at: datetime | None = None,
    import_key: str | None = None,
) -> Article:
    """Add an article; its slug is made from the title when none is given.

    Raises Invalid for bad input, Conflict when the slug that was asked for is taken.
    """
    title = clean_line(title, limit=TITLE_LENGTH, field="title")
    source = clean_source(source, limit=ARTICLE_LIMIT)
    published_at = published_at or clock.now()
    article = Article(
        site_id=site_id,
        slug=_free_slug(site_id, title) if slug is None else _checked_slug(site_id, slug),
        title=title,
        summary=standfirst if standfirst is not None else summary(source),
        source=source,
        html=render_article(source),
        sanitizer_version=SANITIZER_VERSION,
        author_id=author_id,
        author_name=author_name,
        mode=mode,
        content_note=content_note,
        published_at=published_at,
        modified_at=modified_at or published_at,
        import_key=import_key,
    )
    db.session.add(article)
    db.session.flush()
    return article


def add_outside_page(site_id: int, url: str, title: str) -> Article:
    """Return the article that stands for a page of another site, added if need be; it has no text of its own.

    `title` is what whoever wrote there first sent along; staff can change it. Raises Invalid for a bad title.
    """
    moment = clock.now()
    title = clean_line(title.strip()[:TITLE_LENGTH] or url[:TITLE_LENGTH], limit=TITLE_LENGTH, field="title")
    new = insert(Article).values(
        site_id=site_id,
        slug=_free_slug(site_id, title),
        canonical_url=url,
        title=title,
        summary="",
        source="",
        html="",
        sanitizer_version=SANITIZER_VERSION,
        published_at=moment,
        modified_at=moment,
    )
    db.session.execute(new.on_conflict_do_nothing(index_elements=["site_id", "canonical_url"]))
    return db.session.scalars(select(Article).where(Article.site_id == site_id, Article.canonical_url == url)).one()


def revise_article(
    article: Article,
    title: str,
    source: str,
    *,
    standfirst: str,
    content_note: str,
    mode: Mode,
    closes_at: datetime | None,
    version: int,
) -> None:
    """Give an article another wording and say how it takes comments; an empty standfirst is made from the text.

    `version` is the one that the person saw. Raises Invalid for bad input, Conflict when it has changed since.
    """
    if article.version != version:
        raise Conflict(N_("This article has changed since you opened it. What you wrote still stands below."))
    title = clean_line(title, limit=TITLE_LENGTH, field="title")
    if source.strip() or article.canonical_url is None:
        source = clean_source(source, limit=ARTICLE_LIMIT)
    article.title, article.source, article.html = title, source, render_article(source)
    article.sanitizer_version = SANITIZER_VERSION
    article.summary = clean_note(standfirst, field="standfirst") or summary(source)
    article.content_note = clean_note(content_note, field="content_note")
    article.mode, article.closes_at = mode, closes_at
    article.modified_at = clock.now()
    article.version += 1


def clean_note(raw: str, *, field: str) -> str:
    """One line of at most 300 characters, or nothing. Raises Invalid (for `field`)."""
    return clean_line(raw, limit=NOTE_LENGTH, field=field) if raw.strip() else ""


def set_mode(article: Article, mode: Mode) -> None:
    """Say which comments are held from now on."""
    article.mode = mode
    article.version += 1


def set_closing(article: Article, closes_at: datetime | None) -> None:
    """Say from when on it takes no new comments; None: as long as its mode allows."""
    article.closes_at = closes_at
    article.version += 1


def set_author(article: Article, author_id: int | None, author_name: str) -> None:
    """Say who wrote it: a user who then answers its comments, or only a name."""
    article.author_id = author_id
    article.author_name = author_name
    article.version += 1


def bump_thread(article_id: int, change: int = 0) -> None:
    """Let every cached page of this article's thread go, in which `change` comments more are shown now."""
    bumped, counted = Article.thread_version + 1, Article.comment_count + change
    here = update(Article).where(Article.id == article_id)
    db.session.execute(here.values(thread_version=bumped, comment_count=counted))


def make_slug(title: str) -> str:
    """Return a slug of ASCII letters, digits and hyphens; 'article' when nothing of the title remains."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = "".join(c if c.isalnum() else " " for c in ascii_title.casefold()).split()
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > SLUG_LENGTH - 8:
            break
        slug = longer
    return slug or "article"


def _free_slug(site_id: int, title: str) -> str:
    wanted = make_slug(title)
    taken = set(
        db.session.scalars(select(Article.slug).where(Article.site_id == site_id, Article.slug.startswith(wanted)))
    )
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def _checked_slug(site_id: int, slug: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > SLUG_LENGTH:
        raise Invalid(
            N_("A slug has at most 80 small letters, digits and single hyphens, such as healing-slowly."), field="slug"
        )
    if db.session.scalar(select(Article.id).where(Article.site_id == site_id, Article.slug == slug)) is not None:
        raise Conflict(N_("There is already an article with this slug."))
    return slug
