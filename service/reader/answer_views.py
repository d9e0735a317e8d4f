"""Mail to readers as they steer it: confirm an address, have answers told or not, leave with one click."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.accounts.actions import give_email
from service.accounts.addresses import (
    ask_to_confirm,
    confirm,
    forget_address,
    masked_address,
    to_be_confirmed,
)
from service.accounts.models import Commenter
from service.care.letter_mail import mail_letters
from service.comments.answers import want_answers, want_no_answers
from service.comments.models import Comment
from service.config import current_keys
from service.core import clock, rates
from service.core.db import begin_write, db
from service.core.errors import N_, Conflict, TooFast
from service.notifications.actions import notify_commenter
from service.notifications.models import Kind
from service.reader.mail import stopping
from service.reader.my_views import mine, my_page
from service.site.queries import current_site

answers = Blueprint("answers", __name__)

LINKS = rates.Limit("link", 3, 60 * 60)
WAIT_FOR_CONFIRMATION_S = 24 * 60 * 60


@answers.get("/confirm/<token>")
def confirm_form(token: str) -> ResponseReturnValue:
    """Ask whether this is their address; what follows links in mails confirms nothing."""
    commenter = to_be_confirmed(token, current_keys())
    return _confirm_page(token, commenter)


@answers.post("/confirm/<token>")
def confirm_address(token: str) -> ResponseReturnValue:
    """Note that the address is theirs."""
    begin_write()
    commenter = to_be_confirmed(token, current_keys())
    confirm(commenter)
    mail_letters(commenter)
    db.session.commit()
    return redirect(url_for("answers.confirm_form", token=token), code=303)


@answers.get("/answers/<token>/stop")
def stop_form(token: str) -> ResponseReturnValue:
    """Ask whether mail about answers shall end."""
    stopping(token, current_keys())
    return render_template("reader/stop.html", site=current_site(), token=token, done=False)


@answers.post("/answers/<token>/stop")
def stop(token: str) -> ResponseReturnValue:
    """End all mail about answers; a mail program may ask for it with one click (RFC 8058), from any origin."""
    commenter_id = stopping(token, current_keys())
    begin_write()
    want_no_answers(commenter_id)
    db.session.commit()
    return render_template("reader/stop.html", site=current_site(), token=token, done=True)


@answers.post("/my/<token>/answers")
def change_answers(token: str) -> ResponseReturnValue:
    """Switch mail about answers to this comment on or off, to the address that is known or a new one."""
    email = request.form.get("email", "").strip()
    g.give_back = lambda _error, words: my_page(mine(token), token, email=email, email_error=words)
    begin_write()
    comment, commenter = _mine(token)
    if email and give_email(commenter, email, current_keys()):
        ask_to_confirm(commenter, current_keys())
    want_answers(comment, bool(email) or "tell" in request.form)
    return _done(token)


@answers.post("/my/<token>/confirmation")
def confirm_again(token: str) -> ResponseReturnValue:
    """Send the confirmation once more. Raises TooFast when this address has had its mails for today."""
    begin_write()
    _comment, commenter = _mine(token)
    if commenter.email_confirmed_at is None and not ask_to_confirm(commenter, current_keys()):
        raise TooFast(
            N_("This address has had its mails for today. Please look there again, also among the unwanted ones."),
            retry_after=WAIT_FOR_CONFIRMATION_S,
        )
    return _done(token)


@answers.post("/my/<token>/address/removal")
def remove_address(token: str) -> ResponseReturnValue:
    """Forget the address of whoever wrote this comment."""
    begin_write()
    _comment, commenter = _mine(token)
    want_no_answers(commenter.id)
    forget_address(commenter)
    return _done(token)


@answers.post("/my/<token>/link")
def send_link(token: str) -> ResponseReturnValue:
    """Mail the secret link of a comment to its writer's confirmed address."""
    begin_write()
    comment, commenter = _mine(token)
    if commenter.email_confirmed_at is None:
        raise Conflict(N_("Please confirm your address first."))
    rates.count(LINKS, str(commenter.id))
    notify_commenter(
        comment.site_id,
        f"link:{comment.id}:{clock.now().isoformat(timespec='microseconds')}",
        commenter.id,
        kind=Kind.LINK,
        path=f"/moderation/comments/{comment.id}",
        details={"comment": comment.id},
    )
    return _done(token)


def _mine(token: str) -> tuple[Comment, Commenter]:
    comment = mine(token)
    if comment.commenter is None:
        raise Conflict(N_("This comment belongs to nobody whom we know."))
    return comment, comment.commenter


def _done(token: str) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("reader.my_comment", token=token, _anchor="answers-mail"), code=303)


def _confirm_page(token: str, commenter: Commenter) -> str:
    address = masked_address(commenter, current_keys())
    done = commenter.email_confirmed_at is not None
    return render_template("reader/confirm.html", site=current_site(), token=token, address=address, done=done)
