"""Sign in and out."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_required, login_user, logout_user
from werkzeug import Response

from service.accounts import actions
from service.accounts.first_owner import has_owner
from service.accounts.limits import SIGN_IN, SIGN_IN_PERSON, SIGN_IN_PLACE
from service.accounts.models import User
from service.accounts.queries import user_by_email, user_by_session
from service.accounts.second_factor import WRONG_CODE, accept, is_missing, is_on
from service.accounts.sessions import browser_in
from service.config import current_keys, current_settings
from service.core import rates
from service.core.db import begin_write, db
from service.core.errors import N_, Forbidden, NotFound, TooFast
from service.core.networks import network_key
from service.core.redirects import inside
from service.core.signing import fold_email
from service.site.queries import current_site

accounts = Blueprint("accounts", __name__)

ACCOUNT_PATH = "/moderation/account"
KNOWN_BROWSER = "attune-browser"
KNOWN_FOR = timedelta(days=180)


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


@accounts.before_app_request
def require_second_factor() -> ResponseReturnValue | None:
    """Lead somebody who has to set up the second step to where that is done, whatever page of staff they ask for."""
    required_of = current_settings().second_factor
    path = request.path
    if required_of == "optional" or not path.startswith("/moderation") or path.startswith(ACCOUNT_PATH):
        return None
    if current_user.is_authenticated and is_missing(current_user.user, required_of):
        return redirect(ACCOUNT_PATH)
    return None


@accounts.get("/sign-in")
def sign_in_form() -> ResponseReturnValue:
    """Show the form; somebody who is signed in goes on to the queue."""
    if current_user.is_authenticated:
        return redirect(url_for("moderation.queue"))
    return _sign_in_page("")


@accounts.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Check address, password and, where there is one, the code of the second step; begin a new session."""
    form = {name: request.form.get(name, "") for name in ("email", "password", "code")}
    g.give_back = lambda error, words: _sign_in_page(form["email"], words, error.field)
    trusted = _count_attempt(form["email"], form["code"])
    begin_write()
    user = actions.check_sign_in(
        current_site().id,
        form["email"],
        form["password"],
        current_keys(),
        allow_demo=not current_settings().production,
    )
    if is_on(user) and not trusted and not accept(user, form["code"], current_keys()):
        raise Forbidden(WRONG_CODE, field="code")
    return enter(user, form["email"], inside(request.args.get("next")) or url_for("moderation.queue"))


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


def enter(user: User, email: str, onward: str) -> ResponseReturnValue:
    """Commit, begin a session of this user in this browser, and lead on."""
    token = actions.begin_session(user, browser_in(request.user_agent.string))
    db.session.commit()
    session.clear()
    login_user(signed_in(token), remember=False)
    session.permanent = True
    response = redirect(onward, code=303)
    _remember_browser(response, email)
    return response


def _sign_in_page(email: str, error: str | None = None, wrong_field: str | None = None) -> str:
    site = current_site()
    page = {"email": email, "error": error, "wrong_field": wrong_field, "owned": has_owner(site.id)}
    return render_template("accounts/sign_in.html", site=site, **page)


def _count_attempt(email: str, code: str) -> bool:
    """Count the attempt in a transaction of its own, so that a failed one counts too; True when it used the code up.

    Nobody can be locked out by the guesses of others: a browser in which this person has signed in before is counted
    by itself, and past the limit of all strange browsers together a right code of the second step still counts.
    """
    if not current_settings().rate_limits:
        return False
    person = current_keys().lookup("email", fold_email(email))[:32]
    begin_write()
    if _is_known_browser(email):
        rates.count(SIGN_IN, f"{person}known browser")
        db.session.commit()
        return False
    place, right_code = network_key(request.remote_addr)[:32], False
    rates.count(SIGN_IN_PLACE, place)
    rates.count(SIGN_IN, f"{person}{place}")
    if not rates.within(SIGN_IN_PERSON, person):
        user = user_by_email(current_site().id, email, current_keys())
        right_code = user is not None and accept(user, code, current_keys())
        if not right_code:
            raise TooFast(N_("Too many have tried to sign in here. Please wait a minute."), retry_after=60)
    db.session.commit()
    return right_code


def _is_known_browser(email: str) -> bool:
    """True for a browser in which whoever has this address has signed in within half a year."""
    cookie = request.cookies.get(current_settings().cookie_name(KNOWN_BROWSER), "")
    try:
        person = current_keys().unsign(KNOWN_BROWSER, cookie, max_age=int(KNOWN_FOR.total_seconds()))
    except NotFound:
        return False
    return person in [known[:32] for known in current_keys().lookups("email", fold_email(email))]


def _remember_browser(response: Response, email: str) -> None:
    person = current_keys().lookup("email", fold_email(email))[:32]
    response.set_cookie(
        current_settings().cookie_name(KNOWN_BROWSER),
        current_keys().sign(KNOWN_BROWSER, person),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=current_settings().secure,
    )
