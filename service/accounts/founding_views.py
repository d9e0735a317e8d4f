"""The first page of a new site: whoever has the link from the terminal becomes its owner."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.accounts.first_owner import become_owner, check_set_up, has_owner
from service.accounts.views import enter
from service.config import current_keys
from service.core.db import begin_write
from service.core.errors import DomainError
from service.site.actions import change
from service.site.forms import site_choices
from service.site.queries import current_site

founding = Blueprint("founding", __name__, url_prefix="/set-up")

OF_SITE = {"site_name": "name", "language": "language", "time_zone": "time_zone", "help_country": "help_country"}
OF_OWNER = ("email", "name", "password")


@founding.get("")
def how() -> ResponseReturnValue:
    """Say where the link is to be had, while there is one."""
    site = current_site()
    if has_owner(site.id):
        return redirect(url_for("accounts.sign_in_form"))
    return render_template("accounts/set_up_how.html", site=site)


@founding.get("/<token>")
def form(token: str) -> ResponseReturnValue:
    """Ask what the site is called, and who owns it."""
    check_set_up(current_site().id, token, current_keys())
    return _page(token)


@founding.post("/<token>")
def found(token: str) -> ResponseReturnValue:
    """Name the site, make its first owner, sign them in and lead on to the next steps."""
    check_set_up(current_site().id, token, current_keys())
    g.give_back = lambda error, words: _page(token, error, words)
    begin_write()
    site, typed = current_site(), {name: request.form.get(name, "") for name in OF_OWNER}
    owner = become_owner(site, token, **typed, keys=current_keys())
    change(site, **{field: request.form[sent] for sent, field in OF_SITE.items() if sent in request.form})
    owner.time_zone = site.time_zone
    return enter(owner, typed["email"], url_for("set_up.page"))


def _page(token: str, error: DomainError | None = None, words: str = "") -> str:
    site = current_site()
    stored = {sent: getattr(site, field) for sent, field in OF_SITE.items()}
    page = {"typed": stored | dict(request.form), "error": words, "wrong_field": error.field if error else None}
    return render_template("accounts/set_up.html", site=site, token=token, **site_choices(site), **page)
