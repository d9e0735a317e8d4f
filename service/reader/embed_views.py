"""The comments of a page of another site: in a frame on that page, allowed by its owner's list of sites.

Nothing is written in the frame. Whatever is sent opens a tab of this site's own, where the writer's page and its words
are nobody else's, and no browser has to keep a cookie for a frame (decision 0035).
"""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from service.articles.actions import add_outside_page
from service.articles.models import Article
from service.articles.queries import article_by_url
from service.core import clock
from service.core.content_policy import content_security_policy
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.reader.cache import PageCache
from service.reader.forms import CommentForm, read_comment_form
from service.reader.guests import guest_cookie
from service.reader.pages import PLACE, number_in_address, shared, thread_context
from service.reader.views import answer_to_post, refuse_flood
from service.site.embedding import canonical_page, origin_of
from service.site.models import Site
from service.site.queries import current_site

embed = Blueprint("embed", __name__)


@dataclass(frozen=True)
class Outside:
    """A page of another site: its one address, and what it calls itself."""

    url: str
    title: str

    @property
    def origin(self) -> str:
        """The origin that may have the frame on it, and is told how high it is."""
        return origin_of(self.url)


@embed.get("/embed")
def frame() -> ResponseReturnValue:
    """Show the comments of a page of another site as a frame; to whoever opens it by itself, as any article."""
    site = current_site()
    page = _page(site, request.args.get("url", ""), request.args.get("title", ""))
    article = article_by_url(site.id, page.url)
    if article is not None and request.headers.get("Sec-Fetch-Dest") == "document":
        return redirect(url_for("reader.article", slug=article.slug))
    if article is None or "answer" in request.args:
        response = Response(_html(site, page, article, CommentForm(parent=number_in_address("answer"))))
        response.headers["Cache-Control"] = "private, no-store"
    else:
        pages: PageCache = current_app.extensions["pages"]
        finished = pages.page(_key(site, page, article), lambda: _html(site, page, article, CommentForm()))
        response = shared(finished)
    return _framed(response, page)


@embed.post("/embed/comments")
def first_comment() -> ResponseReturnValue:
    """Take the first comment on a page of another site; from then on it is an article of this one."""
    form = read_comment_form(request)
    site = current_site()
    page = _page(site, request.form.get("url", ""), request.form.get("title", ""))

    def give_back(error: DomainError, words: str) -> str:
        form.errors = {error.field or "": words}
        return _html(current_site(), page, article_by_url(site.id, page.url), form)

    g.give_back = give_back
    refuse_flood(guest_cookie(), form.name)
    try:
        slug = _article_slug(page)
    except IntegrityError:  # another request took the same slug: by now it is there to be seen
        slug = _article_slug(page)
    return answer_to_post(slug, form)


def _article_slug(page: Outside) -> str:
    """Return the slug of the article that stands for a page, added if need be. Commits."""
    begin_write()
    slug = add_outside_page(current_site().id, page.url, page.title).slug
    db.session.commit()
    return slug


def _page(site: Site, address: str, title: str) -> Outside:
    """Return the page of another site that is asked for. Raises Invalid, and Forbidden for a site not allowed."""
    return Outside(canonical_page(address, site.embed_origins), title)


def _html(site: Site, page: Outside, article: Article | None, form: CommentForm) -> str:
    """Return the frame; before anybody has written there is no article, and its form sends the page's address along."""
    known = article or Article(title=page.title, slug="", author_name="", comment_count=0)
    here = partial(url_for, "embed.frame", url=page.url, title=page.title or None)
    drawn = thread_context(site, known, form, thread_url=here) | {"staff": None}  # a frame is everybody's
    return render_template("reader/embed.html", page=page, first=article is None, **drawn)


def _key(site: Site, page: Outside, article: Article) -> Hashable:
    """Return all that the frame rests on."""
    place = tuple(request.args.get(name) for name in PLACE)
    open_now = article.takes_comments(clock.now())
    return ("embed", article.id, article.version, article.thread_version, site.version, open_now, page, place)


def _framed(response: Response, page: Outside) -> Response:
    """Let this page's site, and no other, have the answer in a frame."""
    response.headers["Content-Security-Policy"] = content_security_policy(framed_by=page.origin)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
