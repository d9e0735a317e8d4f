"""What is stored about me: asked for by e-mail or from the page of a comment, taken along as JSON, or erased."""

import json

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.accounts.addresses import checked_email
from service.archive.people import person as people
from service.archive.people.erase import erase, note, remember
from service.archive.people.export import export
from service.care.letter_mail import mailbox_is_safe
from service.config import current_keys, current_settings
from service.core import rates
from service.core.audit import Deed
from service.core.db import begin_write, db
from service.core.errors import N_, Conflict, Invalid
from service.core.language import gettext
from service.core.networks import network_key
from service.core.signing import fold_email
from service.reader.mine import GUEST_COOKIE
from service.reader.my_views import mine
from service.site.queries import current_site

data = Blueprint("data", __name__)

ASKING_PLACE = rates.Limit("data", 10, 60 * 60)
# More than this to one address is not sent, and nobody is told: the answer is the same for every address.
ASKING = rates.Limit("data address", 2, 24 * 60 * 60)
WORD = N_("delete")


@data.get("/privacy/yours")
def ask_form() -> ResponseReturnValue:
    """Ask for an address."""
    return _ask_page()


@data.post("/privacy/yours")
def ask() -> ResponseReturnValue:
    """Mail the link to whoever has this address; the answer says nothing of whether anybody has."""
    email = request.form.get("email", "").strip()
    g.give_back = lambda _error, words: _ask_page(email=email, error=words)
    address, keys = checked_email(email), current_keys()
    begin_write()
    if current_settings().rate_limits:
        rates.count(ASKING_PLACE, network_key(request.remote_addr))
    if rates.within(ASKING, keys.lookup("data", fold_email(address))[:32]):
        people.send_link(people.person_by_address(current_site().id, address, keys))
    db.session.commit()
    return redirect(url_for("data.asked"), code=303)


@data.get("/privacy/yours/asked")
def asked() -> ResponseReturnValue:
    """Say that a mail is on its way, if anybody has that address."""
    return _ask_page(asked=True)


@data.get("/yours/<token>")
def link_page(token: str) -> ResponseReturnValue:
    """Ask whether to go on: what follows links in mails uses nothing up."""
    people.check_link(token, current_keys())
    return render_template("reader/data_link.html", site=current_site(), token=token)


@data.post("/yours/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """Use the link up, and show what there is."""
    begin_write()
    ticket = people.redeem_link(token, current_keys())
    page = _data_page(ticket)
    db.session.commit()
    return page


@data.post("/my/<token>/data")
def from_comment(token: str) -> ResponseReturnValue:
    """Show what there is of whoever wrote this comment; somebody with a confirmed address is asked to prove that."""
    commenter = mine(token).commenter
    if commenter is None:
        raise Conflict(N_("This comment belongs to nobody whom we know."))
    if commenter.email_confirmed_at is not None and mailbox_is_safe(commenter):
        return redirect(url_for("data.ask_form"), code=303)
    return _data_page(people.ticket_for(commenter, current_keys()))


@data.post("/privacy/yours/file")
def download() -> ResponseReturnValue:
    """Hand over everything as a file."""
    begin_write()
    person, settings = _proven(), current_settings()
    found = export(person, current_site(), settings.site_url, current_keys())
    note(person, Deed.EXPORTED)
    db.session.commit()
    made = Response(json.dumps(found, indent=2, ensure_ascii=False) + "\n", mimetype="application/json")
    made.headers["Content-Disposition"] = 'attachment; filename="your-data.json"'
    return made


@data.post("/privacy/yours/removal")
def erase_all() -> ResponseReturnValue:
    """Erase everything, for whoever has written the word."""
    ticket, word = request.form.get("ticket", ""), request.form.get("word", "")
    begin_write()
    person, settings = _proven(), current_settings()
    g.give_back = lambda _error, words: _data_page(ticket, error=words)
    if word.strip().casefold() not in (WORD, gettext(WORD).casefold()):
        raise Invalid(N_("Nothing was deleted. Please write the word into the field first."), field="word")
    kept = erase(person, current_keys(), settings.data_dir)
    note(person, Deed.ERASED)
    db.session.commit()
    remember(settings.data_dir, person.commenters)
    current_app.logger.info("a person was erased, %d comments kept", kept)
    page = render_template("reader/data_erased.html", site=current_site(), kept=kept)
    response = Response(page)
    response.delete_cookie(settings.cookie_name(GUEST_COOKIE), secure=settings.secure, httponly=True, samesite="Lax")
    return response


def _proven() -> people.Person:
    ticket = request.form.get("ticket", "")
    if not ticket:
        raise Invalid(N_("Please come by the link in your mail, or by that of your comment."))
    return people.person_by_ticket(current_site().id, ticket, current_keys())


def _ask_page(*, email: str = "", error: str | None = None, asked: bool = False) -> str:
    return render_template("reader/data_ask.html", site=current_site(), email=email, error=error, asked=asked)


def _data_page(ticket: str, *, error: str | None = None) -> str:
    person = people.person_by_ticket(current_site().id, ticket, current_keys())
    return render_template(
        "reader/data.html",
        site=current_site(),
        ticket=ticket,
        found=people.summary_of(person),
        comments=people.comments_of(person),
        word=gettext(WORD),
        error=error,
    )
