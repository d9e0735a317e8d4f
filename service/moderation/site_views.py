"""The settings of the site that its owners change: name, language, time zone, country of help lines, the exit."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import ONE_AT_A_TIME, begin_write, db
from service.core.errors import N_, Conflict, DomainError, Forbidden
from service.core.paging import read_id
from service.moderation.views import desk, me
from service.site.actions import change
from service.site.forms import read_site, site_choices, stored_site
from service.site.queries import current_site

site_pages = Blueprint("site", __name__, url_prefix="/moderation/site")


@site_pages.before_request
@login_required  # type: ignore[untyped-decorator]
def owners_only() -> None:
    """Everything here is for owners; what goes wrong shows the form with what was typed."""
    if not me().owns:
        raise Forbidden(N_("Only owners can change the site."))
    g.give_back = lambda error, words: _page(error, words)


@site_pages.get("")
def page() -> ResponseReturnValue:
    """Show how the site stands."""
    return _page()


@site_pages.post("")
def save() -> ResponseReturnValue:
    """Change what readers meet on every page."""
    begin_write()
    site = current_site()
    db.session.refresh(site, with_for_update=ONE_AT_A_TIME)
    if site.version != read_id(request.form.get("version", "")):
        raise Conflict(
            N_("Somebody has changed the site since you opened this page. What you typed still stands below.")
        )
    change(site, **read_site(request.form))
    db.session.commit()
    return redirect(url_for("site.page", saved=1), code=303)


def _page(error: DomainError | None = None, words: str = "") -> str:
    site = current_site()
    return render_template(
        "moderation/site.html",
        **desk(),
        **site_choices(site),
        typed=request.form if request.method == "POST" else stored_site(site),
        saved="saved" in request.args,
        error=words,
        wrong_field=error.field if error is not None else None,
    )
