"""The mail that was written to files because no mail server is set, for owners to read."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.config import current_settings
from service.core.errors import N_, Forbidden
from service.moderation.views import desk, me, note_look
from service.notifications.mailbox import list_mail, read_mail

mail = Blueprint("mail", __name__, url_prefix="/moderation/mail")


@mail.before_request
@login_required  # type: ignore[untyped-decorator]
def owners_only() -> None:
    """Everything here is for owners."""
    if not me().owns:
        raise Forbidden(N_("Only owners can see this page."))


@mail.get("")
def all_mail() -> ResponseReturnValue:
    """Show every mail."""
    page = render_template("moderation/mail.html", **desk(), mails=list_mail(current_settings().data_dir))
    note_look("mail", 0)  # addresses stand there
    return page


@mail.get("/<name>")
def one_mail(name: str) -> ResponseReturnValue:
    """Show one mail."""
    page = render_template("moderation/mail_item.html", **desk(), mail=read_mail(current_settings().data_dir, name))
    note_look("mail", 0)
    return page
