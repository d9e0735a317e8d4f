"""Guidelines, who sees what, and safety: in plain words, with the numbers that hold on this site."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from service.accounts.addresses import CONFIRM_WITHIN
from service.reader.guests import GUEST_COOKIE_AGE
from service.site.queries import current_site

about = Blueprint("about", __name__)


@about.get("/guidelines")
def guidelines() -> ResponseReturnValue:
    """Show how people speak with one another here."""
    return render_template("reader/guidelines.html", site=current_site())


@about.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Show who sees what, and for how long."""
    site = current_site()
    return render_template(
        "reader/privacy.html",
        site=site,
        edit_minutes=site.edit_minutes,
        confirm_days=CONFIRM_WITHIN.days,
        cookie_days=GUEST_COOKIE_AGE.days,
    )


@about.get("/safety")
def safety() -> ResponseReturnValue:
    """Show what this site can't do, and how to leave, write and read more safely."""
    return render_template("reader/safety.html", site=current_site())
