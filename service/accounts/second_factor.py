"""The second step of a sign-in: a code from an app on one's phone (TOTP, RFC 6238), or one of ten that are on paper."""

import base64
import secrets
from dataclasses import dataclass

import pyotp
import segno
from sqlalchemy import delete, select, update

from service.accounts.models import RecoveryCode, Role, SecondFactor, SessionRow, User
from service.core import clock
from service.core.db import db, rows_changed
from service.core.errors import N_, Invalid
from service.core.signing import Keys, token_hash

STEP_S = 30
DRIFT = 1  # steps that a phone's clock may be early or late
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits: a plain hash of it cannot be turned back
WRONG_CODE = N_("That code is not right, or has been used. Codes change every 30 seconds.")


@dataclass(frozen=True)
class Enrolment:
    """What an app needs to be set up: the key to type, and the lines of a QR code (an SVG path in modules)."""

    secret: str
    path: str
    size: int


def begin(user: User, keys: Keys, issuer: str) -> Enrolment:
    """Give somebody a key for their app; it counts once they have sent a first code. Raises Invalid when it does."""
    row = db.session.get(SecondFactor, user.id)
    if row is not None and row.confirmed_at is not None:
        raise Invalid(N_("The second step is on already."), field="code")
    if row is None:
        row = SecondFactor(user_id=user.id, secret_encrypted=keys.encrypt(pyotp.random_base32()))
        db.session.add(row)
        db.session.flush()
    return _enrolment(keys.decrypt(row.secret_encrypted), keys.decrypt(user.email_encrypted), issuer)


def confirm(user: User, code: str, keys: Keys, keep_session: str) -> list[str]:
    """Switch the second step on by a first code, and return the recovery codes, which are shown this once.

    Every other session ends: they were begun without it. Raises Invalid for a code that is not right.
    """
    row = db.session.get(SecondFactor, user.id)
    if row is None or row.confirmed_at is not None or not _right_now(row, code, keys):
        raise Invalid(WRONG_CODE, field="code")
    row.confirmed_at = clock.now()
    others = (SessionRow.user_id == user.id, SessionRow.token_hash != token_hash(keep_session))
    db.session.execute(delete(SessionRow).where(*others))
    return new_recovery_codes(user)


def new_recovery_codes(user: User) -> list[str]:
    """Return ten codes for somebody without their phone, each good once; older ones are over."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=token_hash(code)) for code in codes)
    db.session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def codes_left(user: User) -> int:
    """Return how many recovery codes are unused."""
    return len(db.session.scalars(select(RecoveryCode.id).where(RecoveryCode.user_id == user.id)).all())


def end(user: User) -> None:
    """Switch the second step off."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))


def is_on(user: User) -> bool:
    """True when somebody signs in with a second step."""
    row = db.session.get(SecondFactor, user.id)
    return row is not None and row.confirmed_at is not None


def is_missing(user: User, required_of: str) -> bool:
    """True when a setting ("optional", "moderators", "everyone") asks somebody for a second step who has none."""
    wanted = required_of == "everyone" or (required_of == "moderators" and user.role is not Role.AUTHOR)
    return wanted and not is_on(user)


def accept(user: User, code: str, keys: Keys) -> bool:
    """Take a code, from the app or from paper, and use it up; False for any that is not right."""
    row = db.session.get(SecondFactor, user.id, populate_existing=True)
    if row is None or row.confirmed_at is None:
        return False
    return _right_now(row, code, keys) or _from_paper(user, code)


def _right_now(row: SecondFactor, code: str, keys: Keys) -> bool:
    """Check a code of the app; each is good once, even within its 30 seconds."""
    digits = "".join(code.split())
    totp, present = pyotp.TOTP(keys.decrypt(row.secret_encrypted)), int(clock.now().timestamp()) // STEP_S
    for step in range(present - DRIFT, present + DRIFT + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), digits.encode()):
            mine = (SecondFactor.user_id == row.user_id, SecondFactor.last_step < step)
            return bool(rows_changed(update(SecondFactor).where(*mine).values(last_step=step)))
    return False


def _from_paper(user: User, code: str) -> bool:
    plain = "".join(char for char in code.lower() if char.isalnum())
    mine = (RecoveryCode.user_id == user.id, RecoveryCode.code_hash == token_hash(plain))
    return bool(rows_changed(delete(RecoveryCode).where(*mine)))


def _enrolment(secret: str, email: str, issuer: str) -> Enrolment:
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)
    rows = [[bool(module) for module in row] for row in segno.make_qr(address, error="m").matrix]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Enrolment(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), path, len(rows))
