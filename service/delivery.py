"""Deliver one notification: lease it, send it, record what came of it; each step is committed by itself."""

from email.message import EmailMessage

import structlog

from service.accounts.invitations import link_token
from service.accounts.models import User
from service.accounts.queries import days_of, email_of, invited_email_of, owner_ids
from service.care.actions import reached
from service.care.claims import AlertLink, is_theirs, sign_alert
from service.config import current_keys, current_settings
from service.core import clock
from service.core.db import begin_write, db
from service.core.language import in_language
from service.core.signing import token_hash
from service.notifications.actions import notify
from service.notifications.attempts import MAX_ATTEMPTS, Leased, bury_exhausted, delivered, drop, failed, lease
from service.notifications.channels import Unsent, send_mail
from service.notifications.mail import Sender
from service.notifications.mail_server import has_mail_server, mail_server
from service.notifications.messages import compose
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.notifications.pace import hold_back, let_go_with
from service.notifications.storm import gathered, gravest, merge
from service.notifications.targets.actions import refused, taken, tell_targets
from service.notifications.targets.models import Target
from service.notifications.targets.post import Undelivered, post
from service.notifications.targets.queries import secrets_of
from service.notifications.targets.words import alert
from service.notifications.withdrawal import withdraw
from service.reader.mail import mail_to_commenter
from service.site.models import Site

log = structlog.get_logger(__name__)


def deliver(notification_id: int) -> None:
    """Send one due notification; twice is the same as once, and a failure is tried again later."""
    begin_write()
    leased = None if merge(notification_id) or hold_back(notification_id) else _lease(notification_id)
    db.session.commit()
    if leased is None:
        return
    target_id = leased.notification.target_id
    error = _send_mail(leased) if target_id is None else _post(leased, target_id)
    begin_write()
    if error is None:
        delivered(notification_id, leased.delivery_id, leased.token)
        let_go_with(notification_id)
        _note_reached(notification_id)
        _end_alarm(notification_id)
    elif failed(notification_id, leased.delivery_id, leased.token, error):
        alarm_dead(notification_id, leased.site_id)
    if target_id is not None:
        _note_target(target_id, error)
    db.session.commit()


def bury() -> None:
    """Declare dead what crashed at its last attempt, and alarm the owners. Commits."""
    begin_write()
    for notification_id, site_id in bury_exhausted():
        alarm_dead(notification_id, site_id)
    db.session.commit()


def alarm_dead(notification_id: int, site_id: int) -> None:
    """Tell the owners in the bell that a message does not get through; of mail once an hour the targets. No commit.

    Not of mail to a commenter, whose address may be mistyped: it stands among the deliveries.
    """
    log.error("notification.stuck", notification=notification_id)
    message = db.session.get_one(Notification, notification_id)
    if message.commenter_id is not None:
        return
    path = "/moderation/alerts"
    recipients = owner_ids(site_id)
    cause = _alarm_cause(notification_id)
    notify(site_id, cause, recipients, kind=Kind.DEAD_DELIVERY, path=path, channels=(Channel.IN_APP,))
    if message.channel is Channel.EMAIL:
        hour = f"{clock.now():%Y-%m-%dT%H}"
        tell_targets(site_id, f"dead mail {hour}", kind=Kind.DEAD_DELIVERY, path=path, on_call=True)


def _end_alarm(notification_id: int) -> None:
    """Have the bell forget that a message did not get through, now that it has."""
    if db.session.get_one(Notification, notification_id).attempts >= MAX_ATTEMPTS:
        withdraw(_alarm_cause(notification_id))


def _alarm_cause(notification_id: int) -> str:
    return f"dead:{notification_id}"


def _lease(notification_id: int) -> Leased | None:
    """Take a notification; a summary is told first what it says, and what has nothing to say by now goes away."""
    leased = lease(notification_id)
    if leased is None:
        return None
    notification = leased.notification
    if notification.kind is Kind.SUMMARY:
        levels = gathered(notification_id)
        notification.details, notification.level = {"levels": levels}, gravest(levels)
    if _says_nothing(notification) or _is_for_nobody(notification):
        drop(leased)
        return None
    return leased


def _says_nothing(notification: Notification) -> bool:
    """True of a summary of what was all withdrawn, and of a case that is not in the recipient's hands any more."""
    details = notification.details
    if notification.kind is Kind.HANDED_OVER:
        return "case" in details and not is_theirs(details["case"], notification.recipient_id or 0)
    return notification.kind is Kind.SUMMARY and not details["levels"]


def _is_for_nobody(notification: Notification) -> bool:
    """True of mail to somebody who has left, or who has seen meanwhile what it is about."""
    if notification.target_id is not None:
        return False
    if notification.commenter_id is None:
        return _address_of(notification) is None
    try:
        return _to_commenter(notification) is None
    except ValueError:
        return False  # the attempt fails, and is counted


def _send_mail(leased: Leased) -> str | None:
    """Send outside any transaction; returns None, or in a few words why it was not accepted (no address, no text)."""
    settings, notification = current_settings(), leased.notification
    of_staff = notification.recipient_id is not None
    try:
        server_url = mail_server(_site(notification), settings).url
        message = _to_staff(notification) if of_staff else _to_commenter(notification)
    except Unsent as error:
        return str(error)
    except ValueError:
        return "it could not be written as a mail"
    finally:
        db.session.rollback()
    if message is None:
        return "the recipient is no longer active"
    key = token_hash(f"mail {leased.notification_id}")[:16]
    try:
        send_mail(message, smtp_url=server_url, data_dir=settings.data_dir, key=key)
    except Unsent as error:
        return str(error)
    return None


def _to_staff(notification: Notification) -> EmailMessage | None:
    recipient_id, address = notification.recipient_id or 0, _address_of(notification)
    if address is None:
        return None
    zone, sender = days_of([recipient_id])[recipient_id].zone, _sender(notification)
    urls = {
        "acknowledge_url": _acknowledge_url(notification, recipient_id, sender.site_url),
        "password_url": _password_url(notification, sender.site_url),
    }
    return compose(notification, address, sender, clock.now(), zone=zone, **urls)


def _address_of(notification: Notification) -> str | None:
    """Return where mail to a member of staff goes; None when they have left."""
    find = invited_email_of if notification.kind is Kind.INVITATION else email_of
    return find(notification.recipient_id or 0, current_keys())


def _to_commenter(notification: Notification) -> EmailMessage | None:
    with in_language(_site(notification).language):
        return mail_to_commenter(notification, _sender(notification), current_keys())


def _sender(notification: Notification) -> Sender:
    settings, site = current_settings(), _site(notification)
    return Sender(site.name, mail_server(site, settings).sender, settings.site_url)


def _site(notification: Notification) -> Site:
    return db.session.get_one(Site, notification.site_id)


def _acknowledge_url(notification: Notification, recipient_id: int, site_url: str) -> str:
    """Return where the recipient of a case's alert can say "I am on this" without a sign-in; nothing for others."""
    details = notification.details
    if notification.kind is not Kind.CASE or "case" not in details:
        return ""
    link = AlertLink(details["case"], details["opening"], notification.step, recipient_id)
    return f"{site_url}/alerts/{sign_alert(current_keys(), link)}"


def _password_url(notification: Notification, site_url: str) -> str:
    """Return where the recipient of an invitation or a reset chooses a password; made now, so that no row holds it."""
    if notification.kind not in (Kind.INVITATION, Kind.NEW_PASSWORD):
        return ""
    user = db.session.get_one(User, notification.recipient_id)
    return f"{site_url}/welcome/{link_token(user, current_keys())}"


def _post(leased: Leased, target_id: int) -> str | None:
    """Send outside any transaction; returns None, or in a few words why it was not taken."""
    settings, keys, moment = current_settings(), current_keys(), clock.now()
    target = db.session.get_one(Target, target_id)
    url = keys.decrypt(target.url_encrypted)
    message = alert(leased.notification, settings.site_url, secrets_of(target, keys, moment), moment)
    db.session.rollback()
    try:
        post(url, message)
    except Undelivered as error:
        return str(error)
    return None


def _note_reached(notification_id: int) -> None:
    """Record that a private answer has come as far as its reader's mailbox; a mail in a file has reached nobody."""
    message = db.session.get_one(Notification, notification_id, populate_existing=True)
    sent = message.kind is Kind.PRIVATE_ANSWER and message.state is NotificationState.SENT
    if sent and has_mail_server(_site(message), current_settings()):
        reached(message.details["answer"])


def _note_target(target_id: int, error: str | None) -> None:
    """Record how a target fares, and say it elsewhere when it is paused."""
    if error is None:
        taken(target_id)
    elif refused(target_id, error):
        target = db.session.get_one(Target, target_id, populate_existing=True)
        log.error("target.paused", target=target_id)
        notify(
            target.site_id,
            f"target paused:{target_id}:{clock.now().isoformat(timespec='seconds')}",
            owner_ids(target.site_id),
            kind=Kind.TARGET_PAUSED,
            path="/moderation/alerts",
            details={"target": target.name},
        )
