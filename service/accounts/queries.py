"""Who somebody is, and whether a name is taken by staff."""

from sqlalchemy import exists, or_, select

from service.accounts.models import Commenter, Role, SessionRow, User
from service.accounts.names import fold_name
from service.core import clock
from service.core.db import db
from service.core.signing import Keys, fold_email, token_hash


def user_by_session(token: str) -> User | None:
    """Return the active user of this session token, or None when it is unknown, ended or expired."""
    row = db.session.scalar(
        select(SessionRow).where(SessionRow.token_hash == token_hash(token), SessionRow.expires_at > clock.now())
    )
    return row.user if row is not None and row.user.is_active else None


def user_by_email(site_id: int, address: str, keys: Keys) -> User | None:
    """Return the user with this e-mail address."""
    lookup = keys.lookup("email", fold_email(address))
    return db.session.scalar(select(User).where(User.site_id == site_id, User.email_lookup == lookup))


def email_of(user_id: int, keys: Keys) -> str | None:
    """Return a user's e-mail address in clear, for the one who is about to send; None when inactive."""
    user = db.session.get(User, user_id)
    return keys.decrypt(user.email_encrypted) if user is not None and user.is_active else None


def commenter_by_cookie(token: str) -> Commenter | None:
    """Return the commenter that this cookie's token names."""
    return db.session.scalar(select(Commenter).where(Commenter.cookie_hash == token_hash(token)))


def staff_name_taken(site_id: int, name: str, author_name: str = "") -> bool:
    """True when a member of staff, or the author of the page, has this name or one that looks like it."""
    folded = fold_name(name)
    if author_name and folded == fold_name(author_name):
        return True
    same = exists().where(User.site_id == site_id, User.is_active, User.folded_name == folded)
    return bool(db.session.scalar(select(same)))


def alert_recipients(site_id: int, author_id: int | None) -> list[int]:
    """Return the ids of those who hear of an article's cases: its author and every moderator."""
    moderators = User.role.in_([Role.MODERATOR, Role.OWNER])
    wanted = moderators if author_id is None else or_(moderators, User.id == author_id)
    return list(
        db.session.scalars(select(User.id).where(User.site_id == site_id, User.is_active, wanted).order_by(User.id))
    )


def owner_ids(site_id: int) -> list[int]:
    """Return the ids of the owners, who hear of what is broken."""
    return list(
        db.session.scalars(
            select(User.id).where(User.site_id == site_id, User.is_active, User.role == Role.OWNER).order_by(User.id)
        )
    )


def staff_names(site_id: int) -> dict[int, str]:
    """Return the name of every user of a site, by id."""
    return {user.id: user.name for user in db.session.scalars(select(User).where(User.site_id == site_id))}
