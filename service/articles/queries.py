"""Find articles."""

from collections.abc import Sequence

from sqlalchemy import select

from service.articles.models import Article
from service.core.db import db
from service.core.errors import N_, NotFound

PAGE_SIZE = 50

NO_ARTICLE = N_("There is no such article here.")


def article_by_slug(site_id: int, slug: str) -> Article:
    """Return the article with this slug. Raises NotFound."""
    article = db.session.scalar(select(Article).where(Article.site_id == site_id, Article.slug == slug))
    if article is None:
        raise NotFound(NO_ARTICLE)
    return article


def article_by_url(site_id: int, url: str) -> Article | None:
    """Return the article that stands for this page of another site, if anybody has written there."""
    return db.session.scalar(select(Article).where(Article.site_id == site_id, Article.canonical_url == url))


def article_by_id(site_id: int, article_id: int) -> Article:
    """Return an article of this site. Raises NotFound."""
    article = db.session.get(Article, article_id)
    if article is None or article.site_id != site_id:
        raise NotFound(NO_ARTICLE)
    return article


def article_by_import_key(site_id: int, key: str) -> Article | None:
    """Return the article that an import with this key has made."""
    return db.session.scalar(select(Article).where(Article.site_id == site_id, Article.import_key == key))


def newest_articles(site_id: int, *, before: int | None = None, outside: bool = False) -> Sequence[Article]:
    """Return one page of articles and one more, newest first; `before` is the last id of the page before.

    `outside`: also those that stand for pages of other sites.
    """
    query = select(Article).where(Article.site_id == site_id)
    if not outside:
        query = query.where(Article.canonical_url.is_(None))
    last = db.session.get(Article, before) if before else None
    if last is not None:
        older = (Article.published_at < last.published_at) | (
            (Article.published_at == last.published_at) & (Article.id < last.id)
        )
        query = query.where(older)
    return db.session.scalars(query.order_by(Article.published_at.desc(), Article.id.desc()).limit(PAGE_SIZE + 1)).all()
