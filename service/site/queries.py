"""Which site this is."""

from sqlalchemy import select

from service.core.db import db
from service.core.errors import N_, NotFound
from service.site.models import Site


def current_site() -> Site:
    """Return the site. Raises NotFound before the first migration has made its row."""
    site = db.session.scalar(select(Site).order_by(Site.id).limit(1))
    if site is None:
        raise NotFound(N_("This installation has no site yet. Run the migrations first: flask db upgrade."))
    return site
