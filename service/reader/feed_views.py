"""Feeds of comments: of the site and of each article; what everyone may read, and nothing of why."""

from collections.abc import Hashable, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, url_for
from sqlalchemy import text

from service.articles.models import Article
from service.articles.queries import article_by_slug
from service.comments.models import Comment
from service.comments.newest import newest_comments
from service.config import current_settings
from service.core.db import db
from service.core.language import gettext
from service.reader.cache import PageCache
from service.reader.feed import Entry, Feed, atom
from service.reader.pages import shared
from service.site.models import Site
from service.site.queries import current_site

feeds = Blueprint("feeds", __name__)

# What a feed rests on, found without the ORM: readers of feeds ask often and seldom find something new.
OF_SITE = text(
    "SELECT s.id, s.version, count(a.id), sum(a.version), sum(a.thread_version)"
    " FROM sites s LEFT JOIN articles a ON a.site_id = s.id GROUP BY s.id, s.version ORDER BY s.id LIMIT 1"
)
OF_ARTICLE = text(
    "SELECT s.id, s.version, a.id, a.version, a.thread_version"
    " FROM sites s JOIN articles a ON a.site_id = s.id WHERE a.slug = :slug ORDER BY s.id LIMIT 1"
)


@feeds.get("/comments.atom")
def of_site() -> Response:
    """Answer with the newest comments of all articles."""
    return _feed(_versions(OF_SITE), lambda: _of_site(current_site()))


@feeds.get("/articles/<slug>/comments.atom")
def of_article(slug: str) -> Response:
    """Answer with the newest comments of one article."""
    return _feed((slug, *_versions(OF_ARTICLE, slug=slug)), lambda: _of_article(current_site(), slug))


def _feed(versions: tuple[Any, ...], write: Any) -> Response:
    pages: PageCache = current_app.extensions["pages"]
    key: Hashable = ("feed", *versions)
    return shared(pages.page(key, write), "application/atom+xml")


def _versions(question: Any, **values: object) -> tuple[Any, ...]:
    with db.engine.connect() as connection:
        row = connection.execute(question, values).one_or_none()
    return tuple(row) if row is not None else ()


def _of_site(site: Site) -> str:
    comments = newest_comments(site.id)
    title = gettext("All comments on %(site)s", site=site.name)
    return _written(site, comments, title, url_for("feeds.of_site"), url_for("reader.front"), site.created_at)


def _of_article(site: Site, slug: str) -> str:
    article: Article = article_by_slug(site.id, slug)
    comments = newest_comments(site.id, article.id)
    title = gettext("Comments on %(title)s", title=article.title)
    feed, page = url_for("feeds.of_article", slug=slug), url_for("reader.article", slug=slug)
    return _written(site, comments, title, feed, page, article.published_at)


def _written(site: Site, comments: Sequence[Comment], title: str, path: str, page: str, since: Any) -> str:
    base = current_settings().site_url
    entries = [_entry(comment, base) for comment in comments]
    updated = max((entry.updated for entry in entries), default=since)
    return atom(Feed(title, f"{base}{path}", f"{base}{page}", site.language, updated), entries)


def _entry(comment: Comment, base: str) -> Entry:
    revision = comment.public
    assert revision is not None  # noqa: S101  (only shown comments have come here)
    url = f"{base}{url_for('reader.permalink', comment_id=comment.id)}"
    title = gettext("%(name)s on %(title)s", name=comment.name, title=comment.article.title)
    written, worded = comment.created_at, max(comment.created_at, revision.created_at)
    return Entry(url, title, comment.name, revision.html, written, worded)
