"""The steps from a new site to one that can be relied on: country, mail server, people, an article, a first alert."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts.addresses import checked_email
from service.config import current_keys, current_settings
from service.core.db import ONE_AT_A_TIME, begin_write, db
from service.core.errors import N_, Conflict, DomainError, Forbidden
from service.moderation.alert_views import count_trial, send_trial_mail
from service.moderation.set_up import last_trial, steps_of
from service.moderation.views import desk, me
from service.notifications.actions import notify
from service.notifications.channels import Unsent
from service.notifications.mail_server import change_mail_server, mail_server, typed_server
from service.notifications.models import Kind
from service.site.queries import current_site

set_up = Blueprint("set_up", __name__, url_prefix="/moderation/set-up")


@set_up.before_request
@login_required  # type: ignore[untyped-decorator]
def owners_only() -> None:
    """Everything here is for owners; what goes wrong shows the page with what was typed."""
    if not me().owns:
        raise Forbidden(N_("Only owners can set the site up."))
    g.give_back = lambda error, words: _page(error, words)


@set_up.get("")
def page() -> ResponseReturnValue:
    """Show what is done and what is left."""
    return _page()


@set_up.post("/mail")
def save_mail() -> ResponseReturnValue:
    """Store the mail server, and say at once whether a mail to oneself got through."""
    if current_settings().smtp_url:
        raise Conflict(N_("The mail server is set by ATTUNE_SMTP_URL, which comes first."))
    begin_write()
    site, sender = current_site(), request.form.get("sender", "")
    db.session.refresh(site, with_for_update=ONE_AT_A_TIME)
    sender = checked_email(sender, needed=True, field="sender") if request.form.get("host", "").strip() else ""
    change_mail_server(site, request.form, sender, current_keys())
    db.session.commit()
    return _test_mail()


@set_up.post("/mail/trials")
def try_mail() -> ResponseReturnValue:
    """Send a mail to oneself, and say what the mail server answered."""
    return _test_mail()


@set_up.post("/alerts")
def first_alert() -> ResponseReturnValue:
    """Send oneself an alert the way that a real one goes: the bell at once, the mail by the worker."""
    moment = count_trial()
    begin_write()
    notify(current_site().id, f"test:{me().id}:{moment.isoformat()}", [me().id], kind=Kind.TEST, path=url_for(".page"))
    db.session.commit()
    return redirect(url_for(".page", _anchor="alert"), code=303)


def _test_mail() -> ResponseReturnValue:
    session["mail trial"] = send_trial_mail(count_trial())
    return redirect(url_for(".page", _anchor="mail"), code=303)


def _page(error: DomainError | None = None, words: str = "") -> str:
    site, settings = current_site(), current_settings()
    page = {
        "steps": steps_of(site, me(), settings),
        "trial": last_trial(me()),
        "mail_trial": session.pop("mail trial", None),
        "fixed": bool(settings.smtp_url),
        "sender": _sender(),
        "typed": request.form if error is not None else typed_server(site, settings.keys),
        "error": words,
        "wrong_field": error.field if error is not None else None,
    }
    return render_template("moderation/set_up.html", **desk(), **page)


def _sender() -> str:
    try:
        return mail_server(current_site(), current_settings()).sender
    except Unsent:
        return ""
