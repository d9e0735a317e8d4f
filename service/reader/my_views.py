"""The pages of a comment for the person who wrote it: what has become of it, and what they can do with it."""

from datetime import timedelta

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.accounts.addresses import masked_address
from service.accounts.queries import paused_until
from service.care.actions import seen, taken_back
from service.care.check_ins import awaits_sign, heard_from
from service.care.queries import unseen_answer_to
from service.comments import actions
from service.comments.hearts import hearts_of
from service.comments.models import Comment
from service.comments.queries import answers_to, comment_by_id
from service.config import current_keys, current_settings
from service.core import clock, rates
from service.core.db import begin_write, db
from service.moderation.masking import mask_on
from service.moderation.rules.limits import EDITING
from service.moderation.waits import expected_wait
from service.moderation.wording import FOR_WRITER, Concern
from service.reader.guests import known_guest
from service.reader.help import letter_page
from service.reader.mine import MINE, MyState, my_state
from service.reader.views import reader
from service.site.models import Site
from service.site.queries import current_site


@reader.get("/my/<token>")
def my_comment(token: str) -> ResponseReturnValue:
    """Show a writer what has become of their comment."""
    comment = mine(token)
    page = my_page(comment, token)
    _note_seen(comment)
    return page


@reader.post("/my/<token>/edit")
def edit(token: str) -> ResponseReturnValue:
    """Give one's comment new words; the old ones stay where they are until these are screened."""
    body = request.form.get("body", "")
    g.give_back = lambda _error, words: my_page(mine(token), token, body=body, error=words)
    begin_write()
    comment = mine(token)
    if current_settings().rate_limits:
        rates.count(EDITING, str(comment.commenter_id or f"comment {comment.id}"))
    actions.edit(comment, body, _edit_window(current_site()))
    db.session.commit()
    return redirect(url_for("reader.my_comment", token=token), code=303)


@reader.post("/my/<token>/audience")
def change_audience(token: str) -> ResponseReturnValue:
    """Say anew who may read one's comment."""
    begin_write()
    actions.change_audience(mine(token), request.form.get("audience", ""))
    db.session.commit()
    return redirect(url_for("reader.my_comment", token=token), code=303)


@reader.post("/my/<token>/withdraw")
def withdraw(token: str) -> ResponseReturnValue:
    """Take one's comment back for ever."""
    begin_write()
    comment = mine(token)
    actions.withdraw(comment)
    taken_back(comment)
    db.session.commit()
    return redirect(url_for("reader.my_comment", token=token), code=303)


def my_page(
    comment: Comment,
    token: str,
    *,
    body: str | None = None,
    error: str | None = None,
    email: str = "",
    email_error: str | None = None,
) -> str:
    """Return the page of a comment's writer; what was typed into it and what is wrong with that come back together."""
    site = current_site()
    edit_until, state = comment.created_at + _edit_window(site), my_state(comment)
    return render_template(
        "reader/my_comment.html",
        site=site,
        article=comment.article,
        comment=comment,
        state=state,
        answers=answers_to(comment),
        token=token,
        edit_until=edit_until if clock.now() < edit_until else None,
        expected=expected_wait(site.id) if state is MyState.WAITING else None,
        concern=_concern(comment),
        paused_until=paused_until(comment.commenter) if comment.commenter else None,
        body=comment.latest.source if body is None else body,
        error=error,
        hearts=hearts_of(comment),
        email=email,
        email_error=email_error,
        confirmed=comment.commenter is not None and comment.commenter.email_confirmed_at is not None,
        address=masked_address(comment.commenter, current_keys()) if comment.commenter else None,
        **letter_page(comment, site),
    )


def _note_seen(comment: Comment) -> None:
    """Note that an answer in private was seen, in a short unit of its own once the page has been read.

    A person has opened it who came with the writer's cookie, or in a browser that went to it: what follows links in
    mails, or fetches pages that might be wanted, does neither.
    """
    waited = unseen_answer_to(comment) is not None or awaits_sign(comment.commenter_id)
    if not waited or not _opened_by_writer(comment):
        return
    begin_write()
    case = unseen_answer_to(comment)
    if case is not None:
        seen(case)
    heard_from(comment.commenter_id, clock.now())
    db.session.commit()


def _opened_by_writer(comment: Comment) -> bool:
    known = known_guest()
    if known is not None and known.id == comment.commenter_id:
        return True
    went = request.headers.get("Sec-Fetch-Mode") == "navigate"
    return went and "prefetch" not in request.headers.get("Sec-Purpose", "")


def mine(token: str) -> Comment:
    """Return the comment of a secret link. Raises NotFound."""
    return comment_by_id(current_site().id, int(current_keys().unsign(MINE, token)))


def _concern(comment: Comment) -> str | None:
    """Return why a part of a comment's words is missing, in words for its writer; None where none is."""
    decision = mask_on(comment)
    return FOR_WRITER[Concern(decision.reason)] if decision is not None else None


def _edit_window(site: Site) -> timedelta:
    return timedelta(minutes=site.edit_minutes)
