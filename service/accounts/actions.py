"""Add users, sign them in and out, say when they are there, and know guests again."""

from datetime import date, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, select

from service.accounts.addresses import checked_email
from service.accounts.models import AbsenceRow, Commenter, CommentMail, DeputyRow, Role, SessionRow, ShiftRow, User
from service.accounts.names import fold_name
from service.accounts.queries import active_user, commenter_by_cookie, user_by_email
from service.core import clock
from service.core.db import db
from service.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from service.core.signing import Keys, fold_email, new_token, token_hash
from service.core.text import clean_name

PASSWORD_MIN = 8
PASSWORD_MAX = 200
SESSION_DAYS = 14
LONGEST_ABSENCE = timedelta(days=366)
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
    if not is_demo:
        check_password(password)
    user = new_user(site_id, email, name, role, keys)
    user.password_hash = _hasher.hash(password)
    user.is_demo = is_demo
    db.session.flush()
    return user


def new_user(site_id: int, email: str, name: str, role: Role, keys: Keys) -> User:
    """Add a member of staff who has no password yet. Raises Invalid for bad input and Conflict for a known address."""
    address = checked_email(email, needed=True)
    name = clean_name(name)
    if user_by_email(site_id, address, keys) is not None:
        raise Conflict(N_("A user with this e-mail address exists already."))
    user = User(
        site_id=site_id,
        email_encrypted=keys.encrypt(address),
        email_lookup=keys.lookup("email", fold_email(address)),
        name=name,
        folded_name=fold_name(name),
        role=role,
        password_hash="",
    )
    db.session.add(user)
    db.session.flush()
    return user


def hash_password(password: str) -> str:
    """Return what is stored in place of a password (argon2id)."""
    return _hasher.hash(password)


def check_password(password: str) -> None:
    """Raise Invalid for a password that is too short or on the list of common ones; no composition rule."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise Invalid(N_("A password has 8 to 200 characters."), field="password")
    if password.casefold() in COMMON_PASSWORDS:
        raise Invalid(
            N_("This password is one of those that are tried first. Please choose another."), field="password"
        )


def check_sign_in(site_id: int, email: str, password: str, keys: Keys, *, allow_demo: bool) -> User:
    """Return whose address and password these are.

    Raises Forbidden, with the same words and after the same work, for an unknown address, a wrong
    password and a demo account where those are not allowed.
    """
    user = user_by_email(site_id, email, keys)
    right = _verify((user.password_hash if user else "") or _decoy(), password)
    if user is None or not right or not user.is_active or (user.is_demo and not allow_demo):
        raise Forbidden(N_("This address and password do not go together."))
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    return user


def begin_session(user: User, browser: str = "") -> str:
    """Sign a user in, and return the token of the new session."""
    token, moment = new_token(), clock.now()
    until = moment + timedelta(days=SESSION_DAYS)
    db.session.add(SessionRow(user_id=user.id, token_hash=token_hash(token), expires_at=until, browser=browser))
    return token


def change_password(user: User, old: str, new: str, keep_session: str) -> None:
    """Give a user another password, and end every session but this one. Raises Invalid."""
    if not _verify(user.password_hash, old):
        raise Invalid(N_("This is not your present password."), field="old")
    check_password(new)
    user.password_hash = _hasher.hash(new)
    others = (SessionRow.user_id == user.id, SessionRow.token_hash != token_hash(keep_session))
    db.session.execute(delete(SessionRow).where(*others))


def sign_out(token: str) -> None:
    """End this session."""
    db.session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash(token)))


def forget_expired_sessions() -> None:
    """Delete sessions that have run out."""
    db.session.execute(delete(SessionRow).where(SessionRow.expires_at < clock.now()))


def known_commenter(site_id: int, cookie: str | None) -> tuple[Commenter, str | None]:
    """Return the commenter of this cookie token, or a new one together with the token for a new cookie.

    A new one gets its id when it is written, with the next flush.
    """
    found = commenter_by_cookie(cookie) if cookie else None
    if found is not None:
        return found, None
    token = new_token()
    commenter = Commenter(site_id=site_id, cookie_hash=token_hash(token))
    db.session.add(commenter)
    return commenter, token


def give_email(commenter: Commenter, email: str, keys: Keys) -> bool:
    """Store the address that a guest gave; unconfirmed, so it gives neither standing nor history.

    True when it is not the one that is known. Raises Invalid.
    """
    address = checked_email(email)
    lookups = keys.lookups("email", fold_email(address))
    if commenter.email_lookup in lookups:
        return False
    commenter.email_encrypted = keys.encrypt(address)
    commenter.email_lookup = lookups[0]
    commenter.email_confirmed_at = None
    return True


def set_user_time_zone(user: User, time_zone: str) -> None:
    """Set a user's time zone; empty: the site's. Raises Invalid where there is none of this name."""
    if time_zone and time_zone not in available_timezones():
        raise Invalid(
            N_("There is no time zone %(name)s. Examples: Europe/Amsterdam, America/New_York."),
            field="time_zone",
            name=time_zone,
        )
    user.time_zone = time_zone


def set_comment_mail(user: User, choice: str) -> None:
    """Set which mail about comments a user gets. Raises Invalid where there is no such choice."""
    if choice not in list(CommentMail):
        raise Invalid(N_("Please choose which mail you want."), field="comment_mail")
    user.comment_mail = CommentMail(choice)


def use_shortcuts(user: User, *, on: bool) -> None:
    """Say whether single keys act on the pages of staff, wherever this user signs in."""
    user.shortcuts = on


def set_day(user: User, quiet_from: time | None, quiet_to: time | None, digest_hour: int) -> None:
    """Set a user's quiet hours, both or neither, and the hour (0 to 23) of their digest; in their time zone.

    Raises Invalid.
    """
    if (quiet_from is None) != (quiet_to is None):
        raise Invalid(N_("Quiet hours need a beginning and an end."), field="quiet_from")
    if not 0 <= digest_hour <= 23:
        raise Invalid(N_("An hour is a number from 0 to 23."), field="digest_hour")
    user.quiet_from, user.quiet_to, user.digest_hour = quiet_from, quiet_to, digest_hour


def set_deputy(user: User, deputy_id: int | None) -> None:
    """Say who stands in for a user at any time; None: nobody does."""
    if deputy_id is not None:
        _check_deputy(user, deputy_id)
    row = db.session.get(DeputyRow, user.id)
    if row is not None and deputy_id is None:
        db.session.delete(row)
    elif row is not None and deputy_id is not None:
        row.deputy_id = deputy_id
    elif deputy_id is not None:
        db.session.add(DeputyRow(user_id=user.id, deputy_id=deputy_id))
    db.session.flush()


def add_absence(user: User, first_day: date, last_day: date, deputy_id: int | None = None) -> AbsenceRow:
    """Say that a user is not there on these days, both included; twice is the same as once.

    Raises Invalid for days in the wrong order.
    """
    if last_day < first_day:
        raise Invalid(N_("The last day must not be before the first."), field="last_day")
    if last_day - first_day > LONGEST_ABSENCE:
        raise Invalid(N_("An absence lasts at most a year. Longer ones end an account."), field="last_day")
    if deputy_id is not None:
        _check_deputy(user, deputy_id)
    same = select(AbsenceRow).filter_by(user_id=user.id, first_day=first_day, last_day=last_day, deputy_id=deputy_id)
    absence = db.session.scalar(same.limit(1))
    if absence is None:
        absence = AbsenceRow(user_id=user.id, first_day=first_day, last_day=last_day, deputy_id=deputy_id)
        db.session.add(absence)
        db.session.flush()
    return absence


def remove_absence(site_id: int, absence_id: int) -> None:
    """Take an absence back: the user is there after all. Raises NotFound."""
    absence = db.session.get(AbsenceRow, absence_id)
    if absence is None or active_user(site_id, absence.user_id) is None:
        raise NotFound(N_("There is no such absence here."))
    db.session.delete(absence)


def add_shift(user: User, weekday: int, from_hour: int, until_hour: int) -> ShiftRow:
    """Put a user on duty every week (0 is Monday), in hours of the site's time zone.

    `until_hour` (1 to 24) is the next day's when it is not later than `from_hour` (0 to 23). A shift that begins at
    the same hour takes the place of the old one. Raises Invalid.
    """
    if not (0 <= weekday <= 6 and 0 <= from_hour <= 23 and 1 <= until_hour <= 24):
        raise Invalid(N_("A shift has a weekday, an hour from 0 to 23 and an hour from 1 to 24."), field="from_hour")
    same = (ShiftRow.user_id == user.id, ShiftRow.weekday == weekday, ShiftRow.from_hour == from_hour)
    db.session.execute(delete(ShiftRow).where(*same))
    shift = ShiftRow(site_id=user.site_id, user_id=user.id, weekday=weekday, from_hour=from_hour, until_hour=until_hour)
    db.session.add(shift)
    db.session.flush()
    return shift


def remove_shift(site_id: int, shift_id: int) -> None:
    """Take a line out of the rota. Raises NotFound."""
    shift = db.session.get(ShiftRow, shift_id)
    if shift is None or shift.site_id != site_id:
        raise NotFound(N_("There is no such shift here."))
    db.session.delete(shift)


def _check_deputy(user: User, deputy_id: int) -> None:
    if deputy_id == user.id:
        raise Invalid(N_("Nobody can stand in for themselves."), field="deputy")
    if active_user(user.site_id, deputy_id) is None:
        raise Invalid(N_("There is no such member of staff."), field="deputy")


@cache
def _decoy() -> str:
    """Return a hash that no password has: an unknown address then takes as long as a wrong password."""
    return _hasher.hash(new_token())


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password[: PASSWORD_MAX + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
