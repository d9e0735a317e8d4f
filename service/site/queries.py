"""Which site this is."""

from sqlalchemy import select

from service.core.db import db
from service.core.errors import N_, NotFound
from service.site.models import Site

KNOWN = "attune_site"


def current_site() -> Site:
    """Return the site. Raises NotFound before the first migration has made its row."""
    known = db.session.info.get(KNOWN)
    site = db.session.get(Site, known) if known is not None else None  # asks the database once in a unit of work
    if site is None:
        site = db.session.scalar(select(Site).order_by(Site.id).limit(1))
    if site is None:
        raise NotFound(N_("This installation has no site yet. Run the migrations first: flask db upgrade."))
    db.session.info[KNOWN] = site.id
    return site
