"""The mail that lies in files: an owner reads it, and opens nobody else's links unseen."""

import re

from sqlalchemy import select

from service.accounts.invitations import send_link
from service.config import Settings
from service.core.audit import AuditRow, Deed
from service.core.db import begin_write, db
from service.delivery import deliver
from service.notifications.mailbox import list_mail
from service.notifications.models import Notification
from tests.cast import Cast, token_in
from tests.conftest import Outgoing

LINK = re.compile(r"/welcome/[\w-]+\.[\w-]+\.[\w-]+")


def test_the_links_of_others_are_left_out_until_it_is_written_down_who_opened_them(
    cast: Cast, settings: Settings, outbox: Outgoing
) -> None:
    mailed_password_link(cast, cast.mara.id)
    browser, path = cast.browser(cast.ines), mail_path(settings)
    page = browser.get(path)
    assert not LINK.search(page.text)
    assert "/welcome/…" in page.text
    assert looked() == []
    shown = browser.post(f"{path}/links", data={"csrf_token": token_in(page)})
    assert LINK.search(shown.text)
    assert looked() == [(cast.ines.id, "user", cast.mara.id)]
    assert "opened the links in a mail to" in browser.get("/moderation/audit").text


def test_ones_own_links_are_there(cast: Cast, settings: Settings, outbox: Outgoing) -> None:
    mailed_password_link(cast, cast.ines.id)
    assert LINK.search(cast.browser(cast.ines).get(mail_path(settings)).text)


def test_where_there_is_a_mail_server_it_says_where_to_look(cast: Cast, settings: Settings) -> None:
    browser = cast.browser(cast.ines)
    assert "the mail about it appears here" in browser.get("/moderation/mail").text
    settings.smtp_url = "smtp://127.0.0.1:9"
    page = browser.get("/moderation/mail").text
    assert "the mail about it appears here" not in page
    assert "No mail is kept here." in page


def mailed_password_link(cast: Cast, user_id: int) -> int:
    user = next(user for user in (cast.mara, cast.ines) if user.id == user_id)
    begin_write()
    send_link(user)
    db.session.commit()
    number = db.session.scalars(select(Notification.id).order_by(Notification.id.desc()).limit(1)).one()
    deliver(number)
    return number


def mail_path(settings: Settings) -> str:
    (mail,) = list_mail(settings.data_dir)
    return f"/moderation/mail/{mail.name}"


def looked() -> list[tuple[int, str, int]]:
    rows = db.session.scalars(select(AuditRow).where(AuditRow.what == Deed.OPENED_LINKS)).all()
    return [(row.user_id, row.subject, row.subject_id) for row in rows]
