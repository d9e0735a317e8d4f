"""Add users, sign them in and out, and know guests again."""

from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete

from service.accounts.models import Commenter, Role, SessionRow, User
from service.accounts.names import fold_name
from service.accounts.queries import commenter_by_cookie, user_by_email
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, Forbidden, Invalid
from service.core.signing import Keys, fold_email, new_token, token_hash
from service.core.text import clean_name

PASSWORD_MIN = 8
PASSWORD_MAX = 200
SESSION_DAYS = 14
COMMON_PASSWORDS = frozenset(
    "password password1 passw0rd 12345678 123456789 1234567890 qwertyuiop qwerty123 iloveyou1 iloveyou 11111111 "
    "00000000 abcd1234 abc12345 letmein1 welcome1 sunshine princess football baseball trustno1 superman "
    "starwars whatever attune12 changeme changeme1 password123 q1w2e3r4 1q2w3e4r administrator".split()
)

_hasher = PasswordHasher()


def add_user(
    site_id: int, email: str, name: str, role: Role, password: str, keys: Keys, *, is_demo: bool = False
) -> User:
    """Add a member of staff. Raises Invalid for bad input and Conflict for a known address."""
    address = _checked_email(email)
    name = clean_name(name)
    if not is_demo:
        check_password(password)
    if user_by_email(site_id, address, keys) is not None:
        raise Conflict(N_("A user with this e-mail address exists already."))
    user = User(
        site_id=site_id,
        email_encrypted=keys.encrypt(address),
        email_lookup=keys.lookup("email", fold_email(address)),
        name=name,
        folded_name=fold_name(name),
        role=role,
        password_hash=_hasher.hash(password),
        is_demo=is_demo,
    )
    db.session.add(user)
    db.session.flush()
    return user


def check_password(password: str) -> None:
    """Raise Invalid for a password that is too short or on the list of common ones; no composition rule."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Invalid(N_("A password has 8 to 200 characters."), field="password")
    if password.casefold() in COMMON_PASSWORDS:
        raise Invalid(
            N_("This password is one of those that are tried first. Please choose another."), field="password"
        )


def sign_in(site_id: int, email: str, password: str, keys: Keys, *, allow_demo: bool) -> str:
    """Check the password and return the token of a new session.

    Raises Forbidden, with the same words and after the same work, for an unknown address, a wrong
    password and a demo account where those are not allowed.
    """
    user = user_by_email(site_id, email, keys)
    right = _verify(user.password_hash if user else _decoy(), password)
    if user is None or not right or not user.is_active or (user.is_demo and not allow_demo):
        raise Forbidden(N_("This address and password do not go together."))
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    token, moment = new_token(), clock.now()
    db.session.add(
        SessionRow(user_id=user.id, token_hash=token_hash(token), expires_at=moment + timedelta(days=SESSION_DAYS))
    )
    return token


def sign_out(token: str) -> None:
    """End this session."""
    db.session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash(token)))


def forget_expired_sessions() -> None:
    """Delete sessions that have run out."""
    db.session.execute(delete(SessionRow).where(SessionRow.expires_at < clock.now()))


def known_commenter(site_id: int, cookie: str | None) -> tuple[Commenter, str | None]:
    """Return the commenter of this cookie token, or a new one together with the token for a new cookie."""
    found = commenter_by_cookie(cookie) if cookie else None
    if found is not None:
        return found, None
    token = new_token()
    commenter = Commenter(site_id=site_id, cookie_hash=token_hash(token))
    db.session.add(commenter)
    db.session.flush()
    return commenter, token


def give_email(commenter: Commenter, email: str, keys: Keys) -> None:
    """Store the address that a guest gave; unconfirmed, so it gives neither standing nor history."""
    address = _checked_email(email)
    lookup = keys.lookup("email", fold_email(address))
    if commenter.email_lookup != lookup:
        commenter.email_encrypted = keys.encrypt(address)
        commenter.email_lookup = lookup
        commenter.email_confirmed_at = None


@cache
def _decoy() -> str:
    """Return a hash that no password has: an unknown address then takes as long as a wrong password."""
    return _hasher.hash(new_token())


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password[: PASSWORD_MAX + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _checked_email(raw: str) -> str:
    address = raw.strip()
    local, at, domain = address.rpartition("@")
    plain = all(char.isprintable() and not char.isspace() and char not in ",;<>\"'()[]\\:" for char in address)
    if not (at and local and "@" not in local and "." in domain.strip(".") and plain and len(address) <= 254):
        raise Invalid(
            N_("This does not look like an e-mail address. It is not needed; you can leave it out."), field="email"
        )
    return address
