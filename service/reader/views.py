"""The reader's pages: articles, threads, posting, permalinks."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from service.accounts.actions import give_email, known_commenter
from service.accounts.addresses import ask_to_confirm
from service.accounts.queries import staff_name_taken
from service.articles.models import Article
from service.articles.queries import PAGE_SIZE, article_by_slug, newest_articles
from service.comments import actions
from service.comments.answers import want_answers
from service.comments.models import Comment
from service.comments.queries import parent_for, place_of, shown_comment
from service.config import current_keys, current_settings
from service.core import clock, rates
from service.core.db import begin_write, db
from service.core.errors import N_, Conflict, DomainError, Invalid, TooFast
from service.core.language import page_language
from service.core.networks import known_network_key, network_key
from service.core.text import clean_name
from service.moderation.rules.actions import note_arrival
from service.moderation.rules.limits import POSTING, POSTING_PLACE, PREVIEWING
from service.reader.forms import CommentForm, Preview, read_comment_form
from service.reader.guests import guest_cookie, remember_guest, who_asks
from service.reader.mine import MINE
from service.reader.pages import article_html, article_response, form_html, number_in_address
from service.reader.stamps import seconds_since
from service.site.queries import current_site

reader = Blueprint("reader", __name__)

UNNAMED = "?"  # in a preview a name may still be missing
SECOND_CLICK = timedelta(minutes=1)


@reader.get("/")
def front() -> ResponseReturnValue:
    """Show the articles, newest first."""
    site = current_site()
    articles = newest_articles(site.id, before=number_in_address("before"))
    page, more = articles[:PAGE_SIZE], len(articles) > PAGE_SIZE
    return render_template("reader/front.html", site=site, articles=page, next_before=page[-1].id if more else None)


@reader.get("/articles/<slug>")
def article(slug: str) -> ResponseReturnValue:
    """Show an article with its thread and the comment form."""
    return article_response(slug)


@reader.post("/articles/<slug>/comments")
def post_comment(slug: str) -> ResponseReturnValue:
    """Take a reader's comment; whatever is wrong, the page comes back with every word that was typed."""
    form = read_comment_form(request)
    return answer_to_post(slug, form)


def answer_to_post(slug: str, form: CommentForm) -> ResponseReturnValue:
    """Take a comment on this article and lead to its writer's own page; where it is refused, the article comes back."""
    g.give_back = lambda error, words: _with_errors(slug, form, error, words)
    try:
        comment_id, cookie = _post(slug, form)
    except IntegrityError:  # another request was writing the same comment: by now it is there to be found
        comment_id, cookie = _post(slug, form)
    token = current_keys().sign(MINE, str(comment_id))
    response = make_response(redirect(url_for("reader.my_comment", token=token), code=303))
    if cookie is not None:
        remember_guest(response, cookie)
    return response


@reader.post("/articles/<slug>/previews")
def preview(slug: str) -> ResponseReturnValue:
    """Show a comment as it would stand on the page, made as a posted one is made; nothing is kept."""
    form = read_comment_form(request)
    g.give_back = lambda error, words: _with_errors(slug, form, error, words)
    if current_settings().rate_limits:
        begin_write()
        rates.count(PREVIEWING, who_asks())
        db.session.commit()
    text = actions.draft(form.name or UNNAMED, form.body, form.audience)
    form.preview = Preview(form.name and text.name, text.html)
    return _unkept(article_html(slug, form))


@reader.get("/comments/<int:comment_id>")
def permalink(comment_id: int) -> ResponseReturnValue:
    """Lead to the page and place where a shown comment stands."""
    comment = shown_comment(current_site().id, comment_id)
    place: dict[str, Any] = {"slug": comment.article.slug, **place_of(comment)}
    response = redirect(url_for("reader.article", **place, _anchor=f"comment-{comment.id}"))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _with_errors(slug: str, form: CommentForm, error: DomainError, words: str) -> str:
    """Return the page with every word that was typed, and what is wrong with them.

    Whoever is too fast gets the form alone: a flood that is refused must cost next to nothing.
    """
    form.errors = {error.field or "": words}
    return form_html(slug, form) if isinstance(error, TooFast) else article_html(slug, form)


def _unkept(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _post(slug: str, form: CommentForm) -> tuple[int, str | None]:
    """Write the comment and commit; returns its id with the token for a new guest cookie, if one is needed."""
    cookie = guest_cookie()
    refuse_flood(cookie, form.name)
    text = actions.draft(form.name, form.body, form.audience)
    begin_write()
    site = current_site()
    article = article_by_slug(site.id, slug)
    if staff_name_taken(site.id, text.name, article.author_name):
        raise Invalid(
            N_("This name belongs to somebody who looks after this site. Please choose another."), field="name"
        )
    sent = _sent(_who(cookie, text.name), article, form, text)
    comment, new_cookie = actions.find_repeat(site.id, sent), None
    if comment is not None:
        _check_theirs(comment, cookie, sent)
    else:
        commenter, new_cookie = known_commenter(site.id, cookie)
        new_address = bool(form.email) and give_email(commenter, form.email, current_keys())
        parent = parent_for(article, form.parent)
        comment = actions.submit(article, commenter, text, parent=parent, language=page_language(), sent=sent)
        note_arrival(comment, trap=form.trap, seconds=seconds_since(form.stamp))
        if form.tell and commenter.email_lookup is not None:
            want_answers(comment, True)
            if new_address:
                ask_to_confirm(commenter, current_keys())
    comment_id = comment.id
    db.session.commit()
    return comment_id, new_cookie


def _check_theirs(comment: Comment, cookie: str | None, sent: actions.Sent) -> None:
    """Raise Conflict where name, words and network alone say that the writer of a comment sends it again.

    A second click comes at once. Later it may be somebody of the same house who has copied what became public, and the
    page that follows is the writer's own, with their private messages.
    """
    by_key = sent.idempotency_key is not None and sent.idempotency_key == comment.idempotency_key
    if cookie is None and not by_key and clock.now() > comment.created_at + SECOND_CLICK:
        raise Conflict(
            N_(
                "The same words came from here under this name a few minutes ago, so they were not sent again. If that "
                "was you: your comment has arrived."
            )
        )


def refuse_flood(cookie: str | None, name: str) -> None:
    """Turn who has spent their posts away before their words are rendered, which is the dear part of a post."""
    place = known_network_key(request.remote_addr) if current_settings().rate_limits else None
    if place is not None:
        rates.refuse_spent(POSTING_PLACE, place)
        rates.refuse_spent(POSTING, _person(cookie, clean_name(name), place))


def _who(cookie: str | None, name: str) -> str:
    """Return an opaque key of the person (their cookie, else name and network of today), and count this post of theirs.

    The count is a row that is locked until the end, so that a double click comes one after the other. The network is
    counted too, since names and cookies can be made up.
    """
    place = network_key(request.remote_addr)
    who = _person(cookie, name, place)
    if current_settings().rate_limits:
        rates.count(POSTING, who)
        rates.count(POSTING_PLACE, place)
    return who


def _person(cookie: str | None, name: str, place: str) -> str:
    return current_keys().lookup("who", f"cookie {cookie}" if cookie else f"{name} {place}")


def _sent(who: str, article: Article, form: CommentForm, text: actions.Draft) -> actions.Sent:
    """Return how a repeat is known. A key counts for these words alone: by itself it opens nobody's comment.

    Where limits are off for measuring, the same words again are another comment.
    """
    keys = current_keys()
    what = "\0".join([str(article.id), str(form.parent), text.audience, text.source])
    by_key = keys.lookup("idempotency", f"{form.key}\0{what}") if form.key else None
    repeat = keys.lookup("repeat", f"{who}\0{what}") if current_settings().rate_limits else None
    return actions.Sent(repeat, by_key)
