"""Choose a password by a link from a mail, and ask for such a link."""

import time

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.accounts.invitations import choose_password, send_link, user_by_link
from service.accounts.limits import FORGOTTEN, FORGOTTEN_PLACE
from service.accounts.queries import user_by_email
from service.config import current_keys, current_settings
from service.core import rates
from service.core.db import begin_write, db
from service.core.networks import network_key
from service.core.signing import fold_email
from service.site.queries import current_site

entry = Blueprint("entry", __name__)

ANSWER_AFTER_S = 0.5


@entry.get("/welcome/<token>")
def welcome(token: str) -> ResponseReturnValue:
    """Show whose password is to be chosen; nothing is done, because mail scanners follow links."""
    return _welcome_page(token)


@entry.post("/welcome/<token>")
def choose(token: str) -> ResponseReturnValue:
    """Take the password, and go on to the sign-in."""
    g.give_back = lambda _error, words: _welcome_page(token, error=words)
    begin_write()
    choose_password(user_by_link(token, current_keys()), request.form.get("password", ""))
    db.session.commit()
    return redirect(url_for("accounts.sign_in_form", ready=1), code=303)


@entry.get("/sign-in/forgotten")
def forgotten_form() -> ResponseReturnValue:
    """Ask for the address of whoever has forgotten their password."""
    return render_template("accounts/forgotten.html", site=current_site(), asked=False)


@entry.post("/sign-in/forgotten")
def forgotten() -> ResponseReturnValue:
    """Mail a link where there is such an account; the answer and the time it takes are the same where there is none."""
    answer_at = time.monotonic() + ANSWER_AFTER_S
    _mail_link(request.form.get("email", ""))
    page = render_template("accounts/forgotten.html", site=current_site(), asked=True)
    time.sleep(max(0.0, answer_at - time.monotonic()))
    return page


def _mail_link(email: str) -> None:
    """Send at most three an hour to one person, whoever asks, so that nobody's mailbox can be flooded."""
    keys = current_keys()
    begin_write()
    if current_settings().rate_limits:
        rates.count(FORGOTTEN_PLACE, network_key(request.remote_addr))
    db.session.commit()
    begin_write()
    user = user_by_email(current_site().id, email, keys)
    may = user is not None and (user.is_active or user.is_invited)
    if user is not None and may and rates.within(FORGOTTEN, keys.lookup("email", fold_email(email))[:32]):
        send_link(user)
    db.session.commit()


def _welcome_page(token: str, error: str = "") -> str:
    user = user_by_link(token, current_keys())
    email = current_keys().decrypt(user.email_encrypted)
    page = {"user": user, "email": email, "token": token, "error": error}
    return render_template("accounts/welcome.html", site=current_site(), **page)
