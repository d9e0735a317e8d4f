"""What becomes of somebody's work when they leave the staff or come back."""

from sqlalchemy import select

from service.accounts import people
from service.accounts.invitations import REVOKED, send_link
from service.accounts.models import User
from service.care.claims import give_back
from service.care.models import Case
from service.care.transitions import CaseState
from service.core.db import db


def let_go(user: User) -> None:
    """Close somebody's account and pass their open cases on, so that nobody waits for who has left.

    Raises Conflict where the site would be left without an owner.
    """
    people.let_go(user)
    theirs = (Case.state == CaseState.OPEN, Case.owner_id == user.id)
    for case in db.session.scalars(select(Case).where(*theirs).order_by(Case.id)).all():
        give_back(case, user)


def have_back(user: User) -> None:
    """Open an account again; whose invitation was taken back is asked once more. Raises Conflict for an open one."""
    if user.password_hash == REVOKED:
        user.password_hash = ""
        send_link(user)
    else:
        people.have_back(user)
