"""A commenter's e-mail address: given by anybody, and good for nothing until the one who reads its mail confirms it."""

from datetime import timedelta

from service.accounts.models import Commenter
from service.accounts.queries import address_lookups
from service.core import clock, rates
from service.core.db import db
from service.core.errors import N_, Invalid, NotFound
from service.core.signing import Keys
from service.notifications.actions import notify_commenter
from service.notifications.mail import ENCODED
from service.notifications.models import Kind
from service.notifications.withdrawal import withdraw_from

CONFIRM = "confirm address"
CONFIRM_WITHIN = timedelta(days=3)
# One mail, and one more for whoever deleted it: an address that somebody else typed is not to be flooded.
CONFIRMATIONS = rates.Limit("confirm", 2, 24 * 60 * 60)


def ask_to_confirm(commenter: Commenter, keys: Keys) -> bool:
    """Have the one confirmation mailed; False, and nothing is sent, when this address has had its mails for today."""
    if commenter.email_lookup is None or commenter.email_confirmed_at is not None:
        return False
    if not rates.within(CONFIRMATIONS, keys.lookup("confirm", commenter.email_lookup)):
        return False
    cause = f"confirm:{commenter.email_lookup[:32]}:{clock.now().isoformat(timespec='microseconds')}"
    notify_commenter(commenter.site_id, cause, commenter.id, kind=Kind.CONFIRM, path="/")
    return True


def sign_confirmation(commenter: Commenter, keys: Keys) -> str:
    """Return the token of the link by which the present address of a commenter is confirmed."""
    return keys.sign(CONFIRM, f"{commenter.id} {commenter.email_lookup}")


def to_be_confirmed(token: str, keys: Keys) -> Commenter:
    """Return the commenter whose address a link confirms.

    Raises NotFound for what is forged or older than three days, and when another address has taken its place.
    """
    words = keys.unsign(CONFIRM, token, max_age=int(CONFIRM_WITHIN.total_seconds()))
    number, _, lookup = words.partition(" ")
    commenter = db.session.get(Commenter, int(number))
    if commenter is None or commenter.email_lookup is None or lookup not in address_lookups(commenter):
        raise NotFound(N_("This link is not valid, or no longer valid."))
    return commenter


def confirm(commenter: Commenter) -> None:
    """Note that the one who reads the mail of this address is the one who gave it; twice is the same as once."""
    if commenter.email_confirmed_at is None:
        commenter.email_confirmed_at = clock.now()


def forget_address(commenter: Commenter) -> None:
    """Forget a commenter's address, and what was still to be sent to it."""
    of_theirs = (Kind.CONFIRM, Kind.ANSWER, Kind.PRIVATE_ANSWER, Kind.LETTER, Kind.LINK, Kind.DATA, Kind.ABOUT_WORDS)
    for kind in of_theirs:
        withdraw_from(commenter.id, kind)
    commenter.email_encrypted = commenter.email_lookup = commenter.email_confirmed_at = None


def masked_address(commenter: Commenter, keys: Keys) -> str | None:
    """Return a commenter's address as a page may show it to them: t…@example.org; None where there is none."""
    if commenter.email_encrypted is None:
        return None
    local, _, domain = keys.decrypt(commenter.email_encrypted).rpartition("@")
    return f"{local[:1]}…@{domain}"


def checked_email(raw: str, *, needed: bool = False, field: str = "email") -> str:
    """Return an address as it can be stored. Raises Invalid for what can be none, and says whether one is `needed`."""
    address = raw.strip()
    local, at, domain = address.rpartition("@")
    plain = all(char.isprintable() and not char.isspace() and char not in ",;<>\"'()[]\\:" for char in address)
    plain = plain and ENCODED not in address
    if not (at and local and "@" not in local and "." in domain.strip(".") and plain and len(address) <= 254):
        if needed:
            raise Invalid(N_("This does not look like an e-mail address. Example: you@example.org."), field=field)
        raise Invalid(
            N_("This does not look like an e-mail address. It is not needed; you can leave it out."), field=field
        )
    return address
