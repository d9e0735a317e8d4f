"""Sign in and out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_required, login_user, logout_user

from service.accounts import actions
from service.accounts.limits import SIGN_IN, SIGN_IN_PLACE
from service.accounts.models import User
from service.accounts.queries import user_by_session
from service.config import current_keys, current_settings
from service.core import rates
from service.core.db import begin_write, db
from service.core.errors import Forbidden
from service.core.language import gettext
from service.core.networks import network_key
from service.core.redirects import inside
from service.core.signing import fold_email
from service.site.queries import current_site

accounts = Blueprint("accounts", __name__)


class SignedIn(UserMixin):  # type: ignore[misc]
    """A user by the token of one session: the cookie names the session, and ending the row ends it."""

    def __init__(self, user: User, token: str) -> None:
        self.user = user
        self.token = token

    def get_id(self) -> str:
        """Return what the cookie holds in place of a user id."""
        return self.token

    def __getattr__(self, name: str) -> Any:
        return getattr(self.user, name)


def signed_in(token: str) -> SignedIn | None:
    """Return who is signed in with this session token."""
    user = user_by_session(token)
    return SignedIn(user, token) if user is not None else None


@accounts.get("/sign-in")
def sign_in_form() -> ResponseReturnValue:
    """Show the form; somebody who is signed in goes on to the queue."""
    if current_user.is_authenticated:
        return redirect(url_for("moderation.queue"))
    return render_template("accounts/sign_in.html", site=current_site(), email="", error=None)


@accounts.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Check address and password, and begin a new session."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    _count_attempt(email)
    begin_write()
    try:
        token = actions.sign_in(
            current_site().id, email, password, current_keys(), allow_demo=not current_settings().production
        )
    except Forbidden as error:
        db.session.rollback()
        page = render_template("accounts/sign_in.html", site=current_site(), email=email, error=gettext(error.message))
        return page, 403
    db.session.commit()
    session.clear()
    login_user(signed_in(token), remember=False)
    session.permanent = True
    return redirect(inside(request.args.get("next")) or url_for("moderation.queue"), code=303)


@accounts.post("/sign-out")
@login_required  # type: ignore[untyped-decorator]
def sign_out() -> ResponseReturnValue:
    """End this session."""
    token = current_user.get_id()
    begin_write()
    actions.sign_out(token)
    db.session.commit()
    logout_user()
    session.clear()
    return redirect(url_for("reader.front"), code=303)


def _count_attempt(email: str) -> None:
    """Count the attempt in a transaction of its own, so that a failed one counts too."""
    if not current_settings().rate_limits:
        return
    person = current_keys().lookup("email", fold_email(email))
    begin_write()
    place = network_key(request.remote_addr)
    rates.count(SIGN_IN_PLACE, place[:32])
    rates.count(SIGN_IN, f"{person[:32]}{place[:32]}")
    db.session.commit()
