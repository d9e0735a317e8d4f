"""The mail that was written to files because no mail server is set, for owners to read."""

import re
from dataclasses import replace

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts.queries import email_of, user_by_email
from service.config import current_keys, current_settings
from service.core.audit import Deed, note
from service.core.db import begin_write, db
from service.core.errors import N_, Forbidden
from service.moderation.views import desk, me, note_look
from service.notifications.mail_server import has_mail_server
from service.notifications.mailbox import Mail, list_mail, read_mail
from service.site.queries import current_site

mail = Blueprint("mail", __name__, url_prefix="/moderation/mail")

# A token as Keys.sign makes it, at the end of a path: whoever has it is taken for whom it was made.
SIGNED = re.compile(r"/[\w-]{6,}\.[\w-]{4,12}\.[\w-]{20,64}(?![\w-])")


@mail.before_request
@login_required  # type: ignore[untyped-decorator]
def owners_only() -> None:
    """Everything here is for owners."""
    if not me().owns:
        raise Forbidden(N_("Only owners can see this page."))


@mail.get("")
def all_mail() -> ResponseReturnValue:
    """Show every mail."""
    settings = current_settings()
    to_files = not has_mail_server(current_site(), settings)
    page = render_template("moderation/mail.html", **desk(), mails=list_mail(settings.data_dir), to_files=to_files)
    note_look("mail", 0)  # addresses stand there
    return page


@mail.get("/<name>")
def one_mail(name: str) -> ResponseReturnValue:
    """Show one mail; the signed links of somebody else's stand for them, and are left out."""
    found = read_mail(current_settings().data_dir, name)
    kept = found if found.to == email_of(me().id, current_keys()) else _without_links(found)
    page = _page(kept, masked=kept.body != found.body)
    note_look("mail", 0)
    return page


@mail.post("/<name>/links")
def open_links(name: str) -> ResponseReturnValue:
    """Show somebody else's mail with its links, for an owner who hands them over; who did is written down."""
    found, site_id, user_id = read_mail(current_settings().data_dir, name), me().site_id, me().id
    begin_write()
    recipient = user_by_email(site_id, found.to, current_keys())
    subject, number = ("user", recipient.id) if recipient is not None else ("mail", 0)
    note(site_id, user_id, Deed.OPENED_LINKS, subject, number)
    db.session.commit()
    return _page(found)


def _without_links(found: Mail) -> Mail:
    return replace(found, body=SIGNED.sub("/…", found.body))


def _page(found: Mail, *, masked: bool = False) -> str:
    return render_template("moderation/mail_item.html", **desk(), mail=found, masked=masked)
