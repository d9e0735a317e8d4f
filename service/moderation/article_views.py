"""Write articles and change them, with a preview; each author their own, moderators all."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.articles import actions
from service.articles.models import Article, Mode
from service.articles.queries import PAGE_SIZE, article_by_id, newest_articles
from service.core.db import ONE_AT_A_TIME, begin_write, db
from service.core.errors import N_, DomainError, Forbidden, Invalid
from service.core.paging import read_id
from service.core.text import ARTICLE_LIMIT, clean_source, render_article
from service.moderation.views import desk, me
from service.site.queries import current_site

articles = Blueprint("articles", __name__, url_prefix="/moderation/articles")

# Bytes of a form. A character takes at most four, and each of them is sent as three signs.
ROOM = 12 * ARTICLE_LIMIT
FIELDS = ("title", "slug", "standfirst", "body", "content_note", "mode", "closes_on")


@articles.url_value_preprocessor
def take_more(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Take a whole article, which is longer than anything that readers send; before anybody looks into the form."""
    request.max_content_length = request.max_form_memory_size = ROOM
    g.too_large = N_("This is more than can be sent at once. An article has at most 200,000 characters.")


@articles.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@articles.get("")
def listing() -> ResponseReturnValue:
    """Show the articles, newest first, with a way to those that this person may change."""
    found = newest_articles(current_site().id, before=read_id(request.args.get("before", "")), outside=True)
    more = found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None
    return render_template("moderation/articles.html", **desk(), articles=found[:PAGE_SIZE], next_before=more)


@articles.get("/new")
def blank() -> ResponseReturnValue:
    """Show an empty form."""
    return _form_page(None, dict.fromkeys(FIELDS, "") | {"mode": Mode.KNOWN.value})


@articles.post("/new")
def add() -> ResponseReturnValue:
    """Publish an article, or show what it would look like."""
    typed = _typed()
    g.give_back = lambda error, words: _form_page(None, typed, error=error, words=words)
    if "preview" in request.form:
        return _form_page(None, typed, preview=_preview(typed["body"]))
    begin_write()
    user = me()
    article = actions.add_article(
        user.site_id,
        typed["title"],
        typed["body"],
        slug=typed["slug"].strip() or None,
        author_id=user.id,
        author_name=user.name,
        mode=_mode(typed["mode"]),
        content_note=actions.clean_note(typed["content_note"], field="content_note"),
        standfirst=actions.clean_note(typed["standfirst"], field="standfirst") or None,
    )
    actions.set_closing(article, _closes_at(typed["closes_on"]))
    slug = article.slug
    db.session.commit()
    return redirect(url_for("reader.article", slug=slug), code=303)


@articles.get("/<int:article_id>")
def edit(article_id: int) -> ResponseReturnValue:
    """Show an article as a form."""
    article = _mine(article_id)
    return _form_page(article, _stored(article), version=article.version)


@articles.post("/<int:article_id>")
def save(article_id: int) -> ResponseReturnValue:
    """Give an article another wording, or show what it would look like; whatever is wrong, every word comes back."""
    typed, article = _typed(), _mine(article_id)
    version = read_id(request.form.get("version", "")) or 0

    def give_back(error: DomainError, words: str) -> str:
        article = _mine(article_id)
        return _form_page(article, typed, version=article.version, error=error, words=words)

    g.give_back = give_back
    if "preview" in request.form:
        return _form_page(article, typed, version=version, preview=_preview(typed["body"]))
    begin_write()
    article = _mine(article_id, locked=True)
    actions.revise_article(
        article,
        typed["title"],
        typed["body"],
        standfirst=typed["standfirst"],
        content_note=typed["content_note"],
        mode=_mode(typed["mode"]),
        closes_at=_closes_at(typed["closes_on"]),
        version=version,
    )
    slug = article.slug
    db.session.commit()
    return redirect(url_for("reader.article", slug=slug), code=303)


def _mine(article_id: int, *, locked: bool = False) -> Article:
    """Return an article that this person may change. Raises NotFound, and Forbidden for somebody else's."""
    user = me()
    article = article_by_id(user.site_id, article_id)
    if locked:
        db.session.refresh(article, with_for_update=ONE_AT_A_TIME)
    if not (user.moderates or article.author_id == user.id):
        raise Forbidden(N_("This article is somebody else's. Moderators and its author can change it."))
    return article


def _typed() -> dict[str, str]:
    return {field: request.form.get(field, "") for field in FIELDS}


def _stored(article: Article) -> dict[str, str]:
    """Return an article as it is typed; the last day of comments is the one before they close."""
    zone = ZoneInfo(current_site().time_zone)
    last = (article.closes_at - timedelta(seconds=1)).astimezone(zone).date() if article.closes_at else None
    return {
        "title": article.title,
        "slug": article.slug,
        "standfirst": article.standfirst,
        "body": article.source,
        "content_note": article.content_note,
        "mode": article.mode.value,
        "closes_on": last.isoformat() if last else "",
    }


def _mode(value: str) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        raise Invalid(N_("Please choose which comments are read first."), field="mode") from None


def _closes_at(day: str) -> datetime | None:
    """Return the end of a day of the site's time zone; None where none is given. Raises Invalid."""
    if not day.strip():
        return None
    try:
        last = datetime.strptime(day.strip(), "%Y-%m-%d").date()  # noqa: DTZ007  (a day, not a moment)
    except ValueError:
        raise Invalid(N_("Please give the day as 2026-11-24, or leave it empty."), field="closes_on") from None
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=ZoneInfo(current_site().time_zone))


def _preview(body: str) -> str:
    return render_article(clean_source(body, limit=ARTICLE_LIMIT))


def _form_page(
    article: Article | None,
    typed: dict[str, str],
    *,
    version: int = 0,
    preview: str = "",
    error: DomainError | None = None,
    words: str = "",
) -> str:
    page: dict[str, Any] = {"article": article, "typed": typed, "version": version, "preview": preview}
    return render_template(
        "moderation/article_form.html",
        **desk(),
        **page,
        modes=list(Mode),
        error=words,
        wrong_field=error.field if error is not None else None,
    )
