"""The sessions of one person: where they are signed in, ended one by one or all."""

import re
from collections.abc import Sequence

from sqlalchemy import delete, select

from service.accounts.models import SessionRow, User
from service.core import clock
from service.core.db import db, rows_changed
from service.core.errors import N_, NotFound
from service.core.signing import token_hash

# The first that fits: each browser names those that it descends from.
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
NAMES = {"Edg": "Edge", "OPR": "Opera"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


def sessions_of(user: User) -> Sequence[SessionRow]:
    """Return a user's sessions that have not run out, the newest first."""
    mine = (SessionRow.user_id == user.id, SessionRow.expires_at > clock.now())
    return db.session.scalars(select(SessionRow).where(*mine).order_by(SessionRow.created_at.desc())).all()


def end_session(user: User, session_id: int) -> None:
    """End one session of a user. Raises NotFound for any other."""
    if not rows_changed(delete(SessionRow).where(SessionRow.user_id == user.id, SessionRow.id == session_id)):
        raise NotFound(N_("There is no such session; it may have ended."))


def end_all_sessions(user: User) -> None:
    """Sign a user out everywhere."""
    db.session.execute(delete(SessionRow).where(SessionRow.user_id == user.id))


def is_this(session: SessionRow, token: str) -> bool:
    """True for the session that a token names."""
    return session.token_hash == token_hash(token)


def browser_in(agent: str) -> str:
    """Return the words for a browser that a person knows theirs by, "Firefox, Linux"; nothing more is kept of it."""
    found = next((name for name in BROWSERS if re.search(rf"\b(?:Headless)?{name}/", agent)), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    return ", ".join(filter(None, (NAMES.get(found, found), system)))
