"""Prepare the site in a process that ends again: settings, migrations, demo content, and what is to be started."""

import contextlib
import io
import logging
import signal
import sys

from flask_migrate import upgrade
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from service.accounts.first_owner import has_owner, sign_set_up
from service.accounts.models import User
from service.app import create_app
from service.archive.people.commands import erase_again
from service.config import Settings, broker_socket, load_settings
from service.core.db import db
from service.demo.actions import refuse_in_production
from service.demo.commands import demo
from service.embedded.plan import Plan
from service.notifications.mail_server import has_mail_server
from service.site.queries import current_site

WRONG_SETTINGS = 2


def main() -> int:
    """Prepare the site and print the supervisor's plan; return 2 if the settings are wrong, 1 if the database is."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = load_settings()
    except SystemExit as sentence:
        print(sentence, file=sys.stderr)
        return WRONG_SETTINGS
    try:
        with contextlib.redirect_stdout(sys.stderr), create_app(settings).app_context():
            upgrade()
            refuse_in_production(settings)
            erase_again()  # a restored backup brings nobody back who asked to be erased
            notes = [*_demo_sign_ins(settings), *_mail(settings)]
            link = _set_up_link(settings)
    except SystemExit as sentence:
        print(sentence, file=sys.stderr)
        return WRONG_SETTINGS
    except DBAPIError as error:
        print(f"Attune cannot use its database: {str(error.orig).splitlines()[0]}", file=sys.stderr)
        return 1
    socket = "" if settings.broker_url else str(broker_socket(settings.data_dir))
    print(Plan(settings.bind, settings.port, socket, settings.workers, notes, link).to_json())
    return 0


def _demo_sign_ins(settings: Settings) -> list[str]:
    if not settings.demo or settings.production:
        return []
    demo.main([], standalone_mode=False)
    if db.session.scalar(select(User.id).where(User.is_demo).limit(1)) is None:
        return []  # the site has people of its own
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        demo.main(["--sign-ins"], standalone_mode=False)
    return printed.getvalue().splitlines()


def _set_up_link(settings: Settings) -> str:
    """Return where the first owner sets the site up, a path where the port is not known yet; empty if there is one."""
    site = current_site()
    if has_owner(site.id):
        return ""
    path = f"/set-up/{sign_set_up(site.id, settings.keys)}"
    return f"{settings.site_url}{path}" if settings.public_url else path


def _mail(settings: Settings) -> list[str]:
    if has_mail_server(current_site(), settings):
        return []
    return [f"Mail goes to files in {settings.data_dir / 'mail'}, which the owner reads in the browser."]


if __name__ == "__main__":
    sys.exit(main())
