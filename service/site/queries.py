"""Which site this is."""

from sqlalchemy import select

from service.core.db import db
from service.core.errors import N_, NotFound
from service.site.models import Site

KNOWN = "attune_site"


def current_site() -> Site:
    """Return the site. Raises NotFound before the first migration has made its row."""
    known, _held = db.session.info.get(KNOWN, (None, None))
    site = db.session.get(Site, known) if known is not None else None
    if site is None:
        site = db.session.scalar(select(Site).order_by(Site.id).limit(1))
    if site is None:
        raise NotFound(N_("This installation has no site yet. Run the migrations first: flask db upgrade."))
    db.session.info[KNOWN] = (site.id, site)  # held, so that whoever needs it in this unit of work finds it there
    return site
