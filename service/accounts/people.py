"""Who belongs to the staff, and as what: owners change roles, let people go and have them back."""

from sqlalchemy import delete, func, select

from service.accounts.models import Role, SessionRow, User
from service.core.db import db
from service.core.errors import N_, Conflict, Invalid


def set_role(user: User, role: Role) -> None:
    """Give somebody another role. Raises Conflict where the site would be left without an owner."""
    if user.role is Role.OWNER and role is not Role.OWNER:
        _check_other_owner(user)
    user.role = role
    db.session.flush()


def let_go(user: User) -> None:
    """Close somebody's account: they are signed out everywhere; what they wrote and did stays.

    Raises Conflict where the site would be left without an owner.
    """
    if user.role is Role.OWNER:
        _check_other_owner(user)
    user.is_active = False
    db.session.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
    db.session.flush()


def have_back(user: User) -> None:
    """Open an account again, with the password that it had. Raises Conflict for one that never had any."""
    if user.is_active or user.is_invited:
        raise Conflict(N_("This account is open already."))
    user.is_active = True
    db.session.flush()


def set_veil(user: User, wanted: bool) -> None:
    """Say whether heavy words are folded for somebody until they ask for them."""
    user.veil = wanted


def read_role(text: str) -> Role:
    """Return the role that a form names. Raises Invalid."""
    try:
        return Role(text)
    except ValueError:
        raise Invalid(N_("Please choose a role."), field="role") from None


def _check_other_owner(user: User) -> None:
    others = select(func.count()).where(
        User.site_id == user.site_id, User.role == Role.OWNER, User.is_active, User.id != user.id
    )
    if not db.session.scalar(others):
        raise Conflict(N_("The site needs an owner. Make somebody else an owner first."))
