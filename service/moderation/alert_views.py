"""The page of alerts and what is done on it: read, try again, take back, test a channel, set up a target."""

from datetime import datetime
from secrets import token_hex
from time import monotonic

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts.queries import email_of
from service.care.actions import set_wait
from service.care.check_ins import set_check_in_days
from service.care.ladder import Step
from service.config import current_keys, current_settings
from service.core import clock, rates
from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Forbidden, Invalid
from service.core.language import gettext
from service.moderation.alert_desk import alert_desk
from service.moderation.forms import read_whole
from service.moderation.ladder_desk import LEVELS
from service.moderation.rules.limits import TESTING
from service.moderation.views import desk, me
from service.notifications.actions import mark_read, notify
from service.notifications.attempts import retry
from service.notifications.channels import Unsent, send_mail
from service.notifications.mail import Sender
from service.notifications.mail_server import mail_server
from service.notifications.messages import trial_mail
from service.notifications.models import Channel, Kind
from service.notifications.queries import notification_by_id
from service.notifications.targets.actions import (
    add_target,
    end_former_secret,
    remove_target,
    renew_secret,
    resume,
)
from service.notifications.targets.models import Asks
from service.notifications.targets.post import Undelivered, post
from service.notifications.targets.queries import secrets_of, target_by_id
from service.notifications.targets.words import trial
from service.notifications.withdrawal import cancel
from service.site.queries import current_site
from service.triage.levels import Level

alerts = Blueprint("alerts", __name__, url_prefix="/moderation/alerts")


@alerts.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in; what goes wrong shows the page again with a sentence and what was typed."""
    g.give_back = alerts_page


@alerts.get("")
def page() -> ResponseReturnValue:
    """Show this person's alerts, and for moderators every message that leaves the site."""
    return alerts_page()


@alerts.post("/read")
def read() -> ResponseReturnValue:
    """Mark this person's alerts as read."""
    begin_write()
    mark_read(me().id)
    db.session.commit()
    return _back()


@alerts.post("/<int:notification_id>/retry")
def try_now(notification_id: int) -> ResponseReturnValue:
    """Send a message now, also one that had failed for good."""
    _need(me().moderates)
    begin_write()
    retry(notification_by_id(current_site().id, notification_id))
    db.session.commit()
    return _back()


@alerts.post("/<int:notification_id>/cancellations")
def take_back(notification_id: int) -> ResponseReturnValue:
    """Take a message back that has not gone out."""
    _need(me().moderates)
    begin_write()
    cancel(notification_by_id(current_site().id, notification_id))
    db.session.commit()
    return _back("deliveries")


@alerts.post("/waits")
def set_waits() -> ResponseReturnValue:
    """Change how long the ladder waits before each step, and after how many days one checks in."""
    _need(me().owns)
    begin_write()
    site = current_site()
    for level in LEVELS:
        for step in (step for step in Step if step is not Step.AUTHOR):
            set_wait(site.id, level, step, read_whole(request, f"wait-{level}-{step.value}"))
    for level in (Level.CRISIS, Level.URGENT):
        set_check_in_days(site, level, read_whole(request, f"check-in-{level}"))
    db.session.commit()
    return _back("ladder")


@alerts.post("/trials/bell")
def try_bell() -> ResponseReturnValue:
    """Ring one's own bell."""
    moment = count_trial()
    begin_write()
    cause, path = f"test:{me().id}:{moment.isoformat()}", url_for("alerts.page")
    notify(current_site().id, cause, [me().id], kind=Kind.TEST, path=path, channels=(Channel.IN_APP,))
    db.session.commit()
    return _result("bell", gettext("It rang: look under “For you”."))


@alerts.post("/trials/mail")
def try_mail() -> ResponseReturnValue:
    """Send a mail to oneself, and say what the mail server answered."""
    return _result("mail", send_trial_mail(count_trial())[1])


@alerts.post("/targets")
def set_up_target() -> ResponseReturnValue:
    """Set up a target; its secret is shown once, on the page that follows."""
    _need(me().owns)
    begin_write()
    try:
        asks = Asks(request.form.get("asks", ""))
    except ValueError:
        raise Invalid(N_("Please choose what the target is told."), field="asks") from None
    name, url = request.form.get("name", ""), request.form.get("url", "")
    target, secret = add_target(current_site().id, me().id, name, url, asks, current_keys())
    db.session.commit()
    return alerts_page(secret=(target.name, secret))


@alerts.post("/targets/<int:target_id>/trials")
def try_target(target_id: int) -> ResponseReturnValue:
    """Send a test to a target, and say what it answered."""
    _need(me().moderates)
    moment, began = count_trial(), monotonic()
    keys, target = current_keys(), target_by_id(current_site().id, target_id)
    url, secrets = keys.decrypt(target.url_encrypted), secrets_of(target, keys, moment)
    db.session.rollback()
    try:
        status = post(url, trial(current_settings().site_url, secrets, moment))
    except Undelivered as error:
        return _result(f"target-{target_id}", gettext("It did not work: %(why)s.", why=str(error)))
    words = gettext("It answered %(status)d after %(seconds)s s.", status=status, seconds=_seconds(began))
    return _result(f"target-{target_id}", words)


@alerts.post("/targets/<int:target_id>/resumptions")
def try_again(target_id: int) -> ResponseReturnValue:
    """Have a paused target told again, beginning with what it has missed."""
    _need(me().moderates)
    begin_write()
    resume(target_by_id(current_site().id, target_id))
    db.session.commit()
    return _back("channels")


@alerts.post("/targets/<int:target_id>/secrets")
def new_secret(target_id: int) -> ResponseReturnValue:
    """Give a target a new secret, shown once, on the page that follows; the one before counts for a week."""
    _need(me().owns)
    begin_write()
    target = target_by_id(current_site().id, target_id)
    secret = renew_secret(target, current_keys())
    db.session.commit()
    return alerts_page(secret=(target.name, secret))


@alerts.post("/targets/<int:target_id>/secrets/ends")
def end_secret(target_id: int) -> ResponseReturnValue:
    """Have the secret before the present one count no more."""
    _need(me().owns)
    begin_write()
    end_former_secret(target_by_id(current_site().id, target_id))
    db.session.commit()
    return _back("channels")


@alerts.post("/targets/<int:target_id>/removals")
def take_away(target_id: int) -> ResponseReturnValue:
    """Take a target away."""
    _need(me().owns)
    begin_write()
    remove_target(target_by_id(current_site().id, target_id))
    db.session.commit()
    return _back("channels")


def alerts_page(_error: DomainError | None = None, words: str = "", *, secret: tuple[str, str] | None = None) -> str:
    """Return the page of alerts with what went wrong, or with the secret of a new target."""
    shown = {**alert_desk(me()), "error": words, "secret": secret, "trial": session.pop("trial", None)}
    if words:
        shown["typed"] = request.form
    return render_template("moderation/alerts.html", **desk(), **shown)


def send_trial_mail(moment: datetime) -> tuple[bool, str]:
    """Mail a test to oneself, outside any transaction; return whether it left, and in words what became of it."""
    began, settings, site = monotonic(), current_settings(), current_site()
    address, key = email_of(me().id, current_keys()) or "", token_hex(8)
    try:
        server = mail_server(site, settings)
        message = trial_mail(key, address, Sender(site.name, server.sender, settings.site_url), moment)
        db.session.rollback()
        send_mail(message, smtp_url=server.url, data_dir=settings.data_dir, key=key)
    except Unsent as error:
        return False, gettext("It did not work: %(why)s.", why=str(error))
    if not server.url:
        return False, gettext("Written to a file, because no mail server is set.")
    return True, gettext("The mail server took it after %(seconds)s s.", seconds=_seconds(began))


def count_trial() -> datetime:
    """Count one test of this person: each leaves the site; returns the moment of it."""
    begin_write()
    rates.count(TESTING, f"user {me().id}")
    db.session.commit()
    return clock.now()


def _result(channel: str, words: str) -> ResponseReturnValue:
    session["trial"] = {"channel": channel, "words": words}
    return _back("channels")


def _back(anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("alerts.page", _anchor=anchor), code=303)


def _seconds(began: float) -> str:
    return f"{monotonic() - began:.1f}"


def _need(allowed: bool) -> None:
    if not allowed:
        raise Forbidden(N_("Only moderators and owners can do this."))
