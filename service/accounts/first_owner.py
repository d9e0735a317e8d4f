"""The first owner of a site: whoever has the link from the terminal, for as long as nobody owns the site."""

from datetime import timedelta

from sqlalchemy import select

from service.accounts.actions import add_user
from service.accounts.models import Role, User
from service.core import clock
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, NotFound
from service.core.signing import Keys
from service.site.models import Site

PURPOSE = "set up"
GOOD_FOR = timedelta(days=1)


def has_owner(site_id: int) -> bool:
    """True once somebody owns the site, or is invited to."""
    owners = select(User.id).where(User.site_id == site_id, User.role == Role.OWNER)
    return db.session.scalar(owners.limit(1)) is not None


def sign_set_up(site_id: int, keys: Keys) -> str:
    """Return the token of /set-up/<token>, for whoever runs the machine: good for a day and for one person."""
    return keys.sign(PURPOSE, f"{site_id} {int((clock.now() + GOOD_FOR).timestamp())}")


def check_set_up(site_id: int, token: str, keys: Keys) -> None:
    """Raise NotFound for a link that is forged, older than a day, or over because the site has an owner."""
    site, until = keys.unsign(PURPOSE, token).split(" ")
    if int(site) != site_id or int(until) < clock.now().timestamp() or has_owner(site_id):
        raise NotFound(N_("This link is not valid any more: it has been used, or is older than a day."))


def become_owner(site: Site, token: str, email: str, name: str, password: str, keys: Keys) -> User:
    """Add the first owner. Of two at once only one is. Raises NotFound for a link that is over, and Invalid."""
    db.session.refresh(site, with_for_update=ONE_AT_A_TIME)
    check_set_up(site.id, token, keys)
    return add_user(site.id, email, name, Role.OWNER, password, keys)
