"""One's own account: password, second step, recovery codes, and where one is signed in."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from service.accounts import second_factor
from service.accounts.actions import change_password
from service.accounts.sessions import end_all_sessions, end_session, is_this, sessions_of
from service.config import current_keys, current_settings
from service.core.db import begin_write, db
from service.core.errors import DomainError, Invalid
from service.moderation.views import desk, me
from service.site.queries import current_site

account = Blueprint("account", __name__, url_prefix="/moderation/account")


@account.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in; what goes wrong shows the page again with a sentence."""
    g.give_back = lambda error, words: account_page(error=error, words=words)


@account.get("")
def page() -> ResponseReturnValue:
    """Show one's account."""
    return account_page()


@account.post("/password")
def new_password() -> ResponseReturnValue:
    """Change the password; every other session ends."""
    begin_write()
    change_password(me(), request.form.get("old", ""), request.form.get("password", ""), current_user.get_id())
    return _done()


@account.post("/second-step")
def begin() -> ResponseReturnValue:
    """Show what the app on one's phone needs; nothing counts until a first code has come."""
    begin_write()
    enrolment = second_factor.begin(me(), current_keys(), current_site().name)
    db.session.commit()
    return account_page(enrolment=enrolment)


@account.post("/second-step/confirmations")
def confirm() -> ResponseReturnValue:
    """Switch the second step on by a first code, and show the recovery codes this once."""
    g.give_back = lambda error, words: account_page(error=error, words=words, enrolment=_enrolment())
    begin_write()
    codes = second_factor.confirm(me(), request.form.get("code", ""), current_keys(), current_user.get_id())
    db.session.commit()
    return account_page(codes=codes)


@account.post("/second-step/removals")
def end() -> ResponseReturnValue:
    """Switch the second step off, by a code of it."""
    begin_write()
    _check_code()
    second_factor.end(me())
    return _done()


@account.post("/recovery-codes")
def recovery_codes() -> ResponseReturnValue:
    """Show ten new recovery codes this once, for a code; the old ones are over."""
    begin_write()
    _check_code()
    codes = second_factor.new_recovery_codes(me())
    db.session.commit()
    return account_page(codes=codes)


@account.post("/sessions/<int:session_id>/removals")
def sign_out_there(session_id: int) -> ResponseReturnValue:
    """End one session."""
    begin_write()
    end_session(me(), session_id)
    return _done()


@account.post("/sessions/removals")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session, this one too."""
    begin_write()
    end_all_sessions(me())
    db.session.commit()
    session.clear()
    return redirect(url_for("accounts.sign_in_form"), code=303)


def account_page(
    *,
    error: DomainError | None = None,
    words: str = "",
    enrolment: second_factor.Enrolment | None = None,
    codes: list[str] | None = None,
) -> str:
    """Return the page; with what an app needs, or with recovery codes, where they have just been made."""
    user = me()
    return render_template(
        "moderation/account.html",
        **desk(),
        enrolment=enrolment,
        codes=codes,
        codes_left=second_factor.codes_left(user),
        is_on=second_factor.is_on(user),
        missing=second_factor.is_missing(user, current_settings().second_factor),
        sessions=[(row, is_this(row, current_user.get_id())) for row in sessions_of(user)],
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _enrolment() -> second_factor.Enrolment:
    return second_factor.begin(me(), current_keys(), current_site().name)


def _check_code() -> None:
    if not second_factor.accept(me(), request.form.get("code", ""), current_keys()):
        raise Invalid(second_factor.WRONG_CODE, field="code")


def _done() -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("account.page"), code=303)
