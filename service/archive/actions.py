"""Bring a page that was read elsewhere into the site, once, however often it is imported."""

import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.accounts.models import Commenter
from service.archive.page import Page, PageComment
from service.articles.actions import add_article
from service.articles.models import Article, Mode
from service.articles.queries import article_by_import_key
from service.comments.actions import adopt
from service.comments.models import Comment, Voice
from service.core.db import db
from service.core.errors import N_, Invalid
from service.core.text import HARD_LIMIT, NAME_LIMIT, clean_name, clean_source

KEY_LENGTH = 64


@dataclass
class Imported:
    """What an import made, and what was there already."""

    article: Article
    new_article: bool
    new_comments: int = 0
    known_comments: int = 0


def import_page(site_id: int, page: Page, zone: ZoneInfo) -> Imported:
    """Store a page's article and comments; what an earlier import of the same page made is left as it is.

    Comments were public, so they are published at once whatever the article's mode; they are screened
    afterwards with alerts muted. `zone` is the time zone that the page was read in. Raises Invalid, naming
    the comment, for a text beyond the hard limit; the caller then keeps nothing.
    """
    key = _article_key(page, zone)
    article = article_by_import_key(site_id, key)
    result = Imported(article or _add(site_id, page, key), new_article=article is None)
    placed: list[Comment] = []
    known = _known_comments(result.article)
    for comment in page.comments:
        parent = placed[comment.parent] if comment.parent is not None else None
        if comment.key in known:
            placed.append(known[comment.key])
            result.known_comments += 1
            continue
        placed.append(_adopt(result.article, page, comment, parent))
        result.new_comments += 1
    return result


def _add(site_id: int, page: Page, key: str) -> Article:
    return add_article(
        site_id,
        page.title,
        page.body,
        author_name=_name(page.author) if page.author else "",
        mode=Mode.KNOWN if page.comments_open else Mode.CLOSED,
        published_at=page.published_on or page.modified_at,
        modified_at=page.modified_at or page.published_on,
        import_key=key,
    )


def _adopt(article: Article, page: Page, comment: PageComment, parent: Comment | None) -> Comment:
    by_author = page.author is not None and comment.name == page.author
    return adopt(
        article,
        name=_name(comment.name),
        source=_source(comment),
        voice=Voice.AUTHOR if by_author else Voice.READER,
        commenter=None if by_author else _commenter(article, comment.name),
        parent=parent,
        created_at=comment.written_at,
        import_key=comment.key,
    )


def _name(name: str) -> str:
    """Return a name that fits: one from elsewhere may be longer than ours can be."""
    return clean_name(name if len(name) <= NAME_LIMIT else name[: NAME_LIMIT - 1] + "…")


def _source(comment: PageComment) -> str:
    if len(comment.body) > HARD_LIMIT:
        raise Invalid(
            N_("The comment by %(name)s of %(day)s has %(count)s characters; at most %(limit)s fit."),
            name=comment.name,
            day=comment.written_at.date().isoformat(),
            count=len(comment.body),
            limit=HARD_LIMIT,
        )
    return clean_source(comment.body, limit=HARD_LIMIT)


def _commenter(article: Article, name: str) -> Commenter:
    """Return the person of this name on this page: all that a page tells of who wrote what."""
    key = _digest(f"{article.id}\0{name}")
    commenter = db.session.scalar(select(Commenter).where(Commenter.import_key == key))
    if commenter is None:
        commenter = Commenter(site_id=article.site_id, import_key=key)
        db.session.add(commenter)
        db.session.flush()
    return commenter


def _known_comments(article: Article) -> dict[str, Comment]:
    query = select(Comment).where(Comment.article_id == article.id, Comment.import_key.is_not(None))
    return {comment.import_key: comment for comment in db.session.scalars(query) if comment.import_key}


def _article_key(page: Page, zone: ZoneInfo) -> str:
    """Return what names the same page at every import: its title and the day that stands on it."""
    day = page.published_on.astimezone(zone).date().isoformat() if page.published_on else ""
    return _digest(f"{page.title}\0{day}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]
