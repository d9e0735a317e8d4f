"""What a mail to a commenter says: that there is something to see, and where; never a word or a name from the page.

A mail lies open on phones and in shared mailboxes, so its subject could be anybody's.
"""

from email.message import EmailMessage

from service.accounts.addresses import sign_confirmation
from service.accounts.models import Commenter
from service.accounts.queries import confirmed_address
from service.archive.people.person import sign_link
from service.care.letter_mail import letter_of, mailbox_is_safe
from service.comments.answers import announced
from service.core import clock
from service.core.db import db
from service.core.language import gettext
from service.core.signing import Keys
from service.moderation.writer_mail import told_about
from service.notifications.mail import Sender, Words, build
from service.notifications.models import Kind, Notification
from service.reader.letter_mail import letter_paragraphs, lines_link
from service.reader.mine import MINE
from service.site.models import Site

STOP = "no more answers"


def mail_to_commenter(notification: Notification, sender: Sender, keys: Keys) -> EmailMessage | None:
    """Return the mail for a notification to a commenter; None when there is nothing to say any more, or nobody.

    Only the confirmation, and the link to what is stored about an address, go to one that is not confirmed.
    """
    commenter = db.session.get_one(Commenter, notification.commenter_id)
    if notification.kind is Kind.CONFIRM:
        return _confirmation(notification, commenter, sender, keys)
    if notification.kind is Kind.DATA:
        return _data(notification, commenter, sender, keys)
    address = confirmed_address(commenter, keys)
    if address is None:
        return None
    if notification.kind is Kind.LINK:
        words = _link(notification, sender, keys)
        return build(str(notification.id), address, sender, clock.now(), words)
    stop = f"{sender.site_url}/answers/{keys.sign(STOP, str(commenter.id))}/stop"
    said = _said(notification, sender, keys)
    if said is None:
        return None
    said.links.append((gettext("No more mail like this"), stop))
    message = build(str(notification.id), address, sender, clock.now(), said)
    message["List-Unsubscribe"] = f"<{stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    return message


def stopping(token: str, keys: Keys) -> int:
    """Return the id of the commenter whose link ends all mail about answers. Raises NotFound."""
    return int(keys.unsign(STOP, token))


def _said(notification: Notification, sender: Sender, keys: Keys) -> Words | None:
    if notification.kind is Kind.LETTER:
        return _letter(notification, sender)
    if notification.kind is Kind.ABOUT_WORDS:
        return _about_words(notification, sender, keys)
    return _answer(notification, sender, keys)


def _confirmation(notification: Notification, commenter: Commenter, sender: Sender, keys: Keys) -> EmailMessage | None:
    if commenter.email_encrypted is None or commenter.email_confirmed_at is not None:
        return None
    words = Words(
        gettext("Please confirm your address"),
        gettext(
            "Somebody gave this address on our site, to be told when they are answered. If that was you, please open "
            "the link and confirm it within three days."
        ),
        gettext("If it was not you, you need do nothing: you will hear no more from us."),
        [(gettext("Confirm this address"), f"{sender.site_url}/confirm/{sign_confirmation(commenter, keys)}")],
    )
    return build(str(notification.id), keys.decrypt(commenter.email_encrypted), sender, clock.now(), words)


def _data(notification: Notification, commenter: Commenter, sender: Sender, keys: Keys) -> EmailMessage | None:
    if commenter.email_encrypted is None:
        return None
    words = Words(
        gettext("The link that you asked for"),
        gettext("This link leads to what is stored about you. It is good for one hour, and once."),
        gettext("If it was not you who asked, you need do nothing."),
        [(gettext("Open it"), f"{sender.site_url}/yours/{sign_link(commenter, notification.id, keys)}")],
    )
    return build(str(notification.id), keys.decrypt(commenter.email_encrypted), sender, clock.now(), words)


def _answer(notification: Notification, sender: Sender, keys: Keys) -> Words | None:
    answer = announced(notification)
    if answer is None:
        return None
    private = notification.kind is Kind.PRIVATE_ANSWER
    if private and not mailbox_is_safe(db.session.get_one(Commenter, notification.commenter_id)):
        return None
    foot = gettext("You asked to be told, and have confirmed this address.")
    path = f"/my/{keys.sign(MINE, str(answer.parent_id))}" if private else notification.path
    return Words(
        gettext("There is something new for you"),
        gettext("Somebody has answered you."),
        f"{foot} {gettext('Keep the link to yourself: it leads to what you wrote.')}" if private else foot,
        [(gettext("Read it"), f"{sender.site_url}{path}")],
    )


def _about_words(notification: Notification, sender: Sender, keys: Keys) -> Words | None:
    comment = told_about(notification)
    if comment is None:
        return None
    foot = gettext("You asked to be told, and have confirmed this address.")
    return Words(
        gettext("There is something new for you"),
        gettext("There is a message for you."),
        f"{foot} {gettext('Keep the link to yourself: it leads to what you wrote.')}",
        [(gettext("Read it"), f"{sender.site_url}/my/{keys.sign(MINE, str(comment.id))}")],
    )


def _letter(notification: Notification, sender: Sender) -> Words | None:
    letter = letter_of(notification)
    if letter is None:
        return None
    site = db.session.get_one(Site, notification.site_id)
    first, *more = letter_paragraphs(letter, site)
    foot = gettext("You asked to be told, and have confirmed this address.")
    return Words(
        gettext("There is something new for you"),
        first,
        f"{foot} {gettext('If somebody else reads your mail, you may want to delete this one.')}",
        [lines_link(site, sender.site_url)],
        more,
    )


def _link(notification: Notification, sender: Sender, keys: Keys) -> Words:
    token = keys.sign(MINE, str(notification.details["comment"]))
    return Words(
        gettext("The link that you asked for"),
        gettext("This link leads to what you wrote, and lets you change it or take it back."),
        gettext("Keep it to yourself: whoever has the link can do the same."),
        [(gettext("Open it"), f"{sender.site_url}/my/{token}")],
    )
