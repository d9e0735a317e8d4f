"""An article with its thread as a page: rendered for one person, or taken finished from memory for everybody."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from flask import Response, current_app, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import text

from service.articles.models import Article, Mode
from service.articles.queries import NO_ARTICLE, article_by_slug
from service.comments.models import Comment
from service.comments.queries import conversation_page, parent_for, thread_page
from service.config import current_settings
from service.core import clock
from service.core.db import db
from service.core.errors import N_, NotFound
from service.core.paging import read_id
from service.core.text import COMMENT_LIMIT
from service.reader.cache import Page, PageCache
from service.reader.forms import CommentForm
from service.site.models import Site
from service.site.queries import current_site

ORDERS = ("oldest", "newest")
PLACE = ("order", "page", "conversation", "after")

# One query without the ORM says which version of the page is due; bound here so that nothing is built for each request.
QUESTION = (
    "SELECT a.id, a.version, a.thread_version, a.mode, a.closes_at, s.id, s.version"
    " FROM articles a JOIN sites s ON s.id = a.site_id WHERE a.slug = :slug ORDER BY s.id LIMIT 1"
)
VERSIONS = text(QUESTION)


class Versions(NamedTuple):
    """What an article's page rests on, as the database has it."""

    article_id: int
    article: int
    thread: int
    site_id: int
    site: int
    mode: str
    closes_at: datetime | None

    @classmethod
    def read(cls, row: Any) -> "Versions":
        """Return the row that answers QUESTION, from whatever driver."""
        article_id, article, thread, mode, closes_at, site_id, site = row
        if isinstance(closes_at, str):  # SQLite keeps moments as words, in UTC
            closes_at = datetime.fromisoformat(closes_at).replace(tzinfo=UTC)
        return cls(article_id, article, thread, site_id, site, mode, closes_at)


class Place(NamedTuple):
    """Where on an article's thread a page stands; `ordered`: the order is named in the address."""

    order: str
    ordered: bool
    page: int | None
    conversation: int | None
    after: int | None


FIRST_PAGE = Place("oldest", False, None, None, None)


def article_response(slug: str) -> Response:
    """Return the answer to a GET of an article. Raises NotFound."""
    if "answer" in request.args or current_settings().cookie_name("attune") in request.cookies:
        return _private(slug)
    key = _key(slug)
    pages: PageCache = current_app.extensions["pages"]
    return shared(pages.page(key, lambda: article_html(slug, CommentForm())))


def article_html(slug: str, form: CommentForm) -> str:
    """Return an article's page with the thread where the address points, and this comment form. Raises NotFound."""
    site = current_site()
    article = article_by_slug(site.id, slug)
    return render_template(
        "reader/article.html",
        **thread_context(site, article, form, thread_url=partial(url_for, "reader.article", slug=slug)),
    )


def thread_context(
    site: Site, article: Article, form: CommentForm, *, thread_url: Callable[..., str]
) -> dict[str, Any]:
    """Return what a page with this article's thread is drawn from; `thread_url` makes the address of a part of it.

    An article without an id is one that nobody has written on yet.
    """
    order = _order()
    conversation = number_in_address("conversation")
    thread = (
        conversation_page(article, conversation, after=number_in_address("after"))
        if conversation
        else thread_page(article, newest=order == "newest", from_root=number_in_address("page"))
    )
    return {
        "site": site,
        "article": article,
        "thread": thread,
        "thread_url": thread_url,
        "conversation": conversation,
        "order": order,
        "staff": current_user if current_user.is_authenticated else None,
        **_form_parts(article, form),
    }


def form_html(slug: str, form: CommentForm) -> str:
    """Return a page with the comment form of an article alone, which is quickly made however long article and thread.

    Raises NotFound.
    """
    site = current_site()
    article = article_by_slug(site.id, slug)
    return render_template("reader/form_alone.html", site=site, article=article, **_form_parts(article, form))


def number_in_address(name: str) -> int | None:
    """Return a positive number of the query string; None where there is none. Raises NotFound for anything else."""
    words = request.args.get(name, "")
    if not words:
        return None
    number = read_id(words)
    if number is None:
        raise NotFound(N_("There is no such page here."))
    return number


def _private(slug: str) -> Response:
    response = Response(article_html(slug, CommentForm(parent=number_in_address("answer"))))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def shared(page: Page, mimetype: str = "text/html") -> Response:
    """Return a finished page, packed where the browser unpacks, or 304 where it has it already."""
    packed = bool(page.packed) and "gzip" in request.headers.get("Accept-Encoding", "")
    etag = page.packed_etag if packed else page.etag
    headers = {"ETag": etag, "Vary": "Accept-Encoding, Cookie", "Cache-Control": "no-cache"}
    if request.if_none_match.contains_weak(etag.strip('"')):
        return Response(status=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(page.packed if packed else page.body, headers=headers, mimetype=mimetype)


def page_key(versions: Versions, place: Place) -> Hashable:
    """Return everything that the anonymous page rests on."""
    return (*versions[:5], _is_open(versions.mode, versions.closes_at), *place)


def _key(slug: str) -> Hashable:
    with db.engine.connect() as connection:
        row = connection.execute(VERSIONS, {"slug": slug}).one_or_none()
    if row is None:
        raise NotFound(NO_ARTICLE)
    numbers = (number_in_address(name) for name in ("page", "conversation", "after"))
    return page_key(Versions.read(row), Place(_order(), "order" in request.args, *numbers))


def _is_open(mode: str, closes_at: datetime | None) -> bool:
    return mode != Mode.CLOSED and (closes_at is None or clock.now() < closes_at)


def _form_parts(article: Article, form: CommentForm) -> dict[str, Any]:
    return {
        "form": form,
        "place": {name: request.args[name] for name in PLACE if name in request.args},
        "limit": COMMENT_LIMIT,
        "parent": _parent_or_none(article, form.parent),
        "takes_comments": article.takes_comments(clock.now()),
    }


def _order() -> str:
    order = request.args.get("order", "oldest")
    return order if order in ORDERS else "oldest"


def _parent_or_none(article: Article, parent_id: int | None) -> Comment | None:
    try:
        return parent_for(article, parent_id)
    except NotFound:
        return None
