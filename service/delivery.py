"""Deliver one notification: lease it, send it, record what came of it; each step is committed by itself."""

import smtplib

import structlog

from service.accounts.queries import email_of, owner_ids
from service.config import current_keys, current_settings
from service.core import clock
from service.core.db import begin_write, db
from service.core.signing import token_hash
from service.notifications.actions import Leased, bury_exhausted, delivered, failed, lease, notify
from service.notifications.channels import send_mail
from service.notifications.messages import Sender, compose
from service.notifications.models import Channel, Kind
from service.site.models import Site

log = structlog.get_logger(__name__)


def deliver(notification_id: int) -> None:
    """Send one due notification; twice is the same as once, and a failure is tried again later."""
    begin_write()
    leased = lease(notification_id)
    db.session.commit()
    if leased is None:
        return
    error = _send(leased)
    begin_write()
    if error is None:
        delivered(notification_id, leased.delivery_id, leased.token)
    elif failed(notification_id, leased.delivery_id, leased.token, error):
        alarm_dead(notification_id, leased.site_id)
    db.session.commit()


def bury() -> None:
    """Declare dead what crashed at its last attempt, and alarm the owners. Commits."""
    begin_write()
    for notification_id, site_id in bury_exhausted():
        alarm_dead(notification_id, site_id)
    db.session.commit()


def alarm_dead(notification_id: int, site_id: int) -> None:
    """Tell the owners, in the bell alone, that a message has failed for good. The caller commits."""
    log.error("notification.dead", notification=notification_id)
    notify(
        site_id,
        f"dead:{notification_id}",
        owner_ids(site_id),
        kind=Kind.DEAD_DELIVERY,
        path="/moderation/alerts",
        channels=(Channel.IN_APP,),
    )


def _send(leased: Leased) -> str | None:
    """Send outside any transaction; returns None, or in a few words why it was not accepted (no address, no text)."""
    settings = current_settings()
    notification = leased.notification
    address = email_of(notification.recipient_id, current_keys())
    site = db.session.get_one(Site, notification.site_id)
    sender = Sender(site.name, settings.mail_from, settings.site_url)
    message = compose(notification, address, sender, clock.now()) if address is not None else None
    db.session.rollback()
    if message is None:
        return "the recipient is no longer active"
    try:
        send_mail(
            message,
            smtp_url=settings.smtp_url,
            data_dir=settings.data_dir,
            key=token_hash(f"mail {leased.notification_id}")[:16],
        )
    except (OSError, smtplib.SMTPException) as error:
        return _in_words(error)
    return None


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _text in error.recipients.values()})
        return f"the mail server refused the recipient ({', '.join(codes)})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    return f"the mail server could not be reached ({type(error).__name__})"
