"""Links by which people of the staff choose a password: signed, for a while, and good once.

An invitation and a forgotten password are the same thing: whoever reads the mail of an address may choose the password
of its account. Nothing is stored for a link. It names the account together with what its password was when the link was
made, so that it is over as soon as a password is chosen, and with it every other link to that account. Whoever wants
to invite or to reset calls `invite`, `send_link` or, where there is no mail, shows what `link_token` returns.
"""

import hmac
from datetime import timedelta

from sqlalchemy import delete

from service.accounts.actions import check_password, hash_password, new_user
from service.accounts.models import Role, SessionRow, User
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, NotFound
from service.core.signing import Keys
from service.notifications.actions import notify
from service.notifications.models import Channel, Kind
from service.notifications.withdrawal import withdraw

PURPOSE = "choose a password"
INVITATION_FOR = timedelta(days=7)
RESET_FOR = timedelta(hours=2)
REVOKED = "revoked"  # in place of a hash: no password has it, and nobody is invited any more


def invite(site_id: int, email: str, name: str, role: Role, keys: Keys) -> User:
    """Add a member of staff who has no password yet, and mail them the link by which they choose one.

    Until they have, they cannot sign in, are told of nothing and count as nobody (`User.is_invited`). Raises Invalid
    for bad input and Conflict for a known address.
    """
    user = new_user(site_id, email, name, role, keys)
    user.is_active = False
    db.session.flush()
    send_link(user)
    return user


def send_link(user: User) -> None:
    """Mail a link to somebody who is invited or has forgotten their password; older links stay good.

    Raises Conflict for somebody who has left.
    """
    if not (user.is_active or user.is_invited):
        raise Conflict(N_("This person has left. They are not sent a link."))
    kind = Kind.INVITATION if user.is_invited else Kind.NEW_PASSWORD
    cause = f"link:{user.id}:{clock.now().isoformat(timespec='microseconds')}"
    notify(user.site_id, cause, [user.id], kind=kind, path="/sign-in", channels=(Channel.EMAIL,))


def revoke(user: User) -> None:
    """Take an invitation back: its links are over. Raises Conflict when it has been taken up."""
    if not user.is_invited:
        raise Conflict(N_("This invitation has been taken up already."))
    user.password_hash = REVOKED
    withdraw(f"link:{user.id}")


def link_token(user: User, keys: Keys) -> str:
    """Return the token of /welcome/<token>, good for a week for who is invited, else for two hours.

    For the mail that is about to go out, and for an owner who hands it over in person.
    """
    until = clock.now() + (INVITATION_FOR if user.is_invited else RESET_FOR)
    return keys.sign(PURPOSE, f"{user.id} {int(until.timestamp())} {_marks(user, keys)[0]}")


def user_by_link(token: str, keys: Keys) -> User:
    """Return whose password a link lets one choose. Raises NotFound for what is forged, over or used."""
    number, until, mark = keys.unsign(PURPOSE, token).split(" ")
    user = db.session.get(User, int(number))
    open_ = user is not None and (user.is_active or user.is_invited) and int(until) >= clock.now().timestamp()
    if user is None or not open_ or not any(hmac.compare_digest(mark, known) for known in _marks(user, keys)):
        raise NotFound(
            N_("This link is not valid any more: it has been used, or is too old. Please ask for a new one.")
        )
    return user


def choose_password(user: User, password: str) -> None:
    """Give somebody the password that they chose: ends every session of theirs and every link. Raises Invalid."""
    check_password(password)
    user.password_hash = hash_password(password)
    user.is_active = True
    db.session.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
    withdraw(f"link:{user.id}")


def _marks(user: User, keys: Keys) -> list[str]:
    """Return what changes with the password, and says nothing about it, by the present key and by former ones."""
    return [mark[:32] for mark in keys.lookups("link", f"{user.id} {user.password_hash}")]
