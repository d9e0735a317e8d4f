"""`flask doctor`."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.config import Settings, current_settings
from service.core import clock
from service.core.db import db
from service.core.errors import NotFound
from service.doctor.findings import Finding, State, bad, worst
from service.doctor.machine import check_backups, check_database, check_folders, check_processes
from service.doctor.people import check_messages, check_people, check_retention, check_words
from service.doctor.settings import check_mail, check_settings
from service.notifications.channels import Unsent
from service.notifications.mail_server import mail_server
from service.site.models import Site
from service.site.queries import current_site

MARKS = {State.BAD: "!!", State.WARN: "! ", State.OK: "ok"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Write what was found as JSON.")
@click.option("--all", "show_all", is_flag=True, help="Say also what is well.")
@with_appcontext
def doctor(as_json: bool, show_all: bool) -> None:
    """Say what is unsafe or broken here, and what to do; changes nothing.

    Exit code 0: nothing is; 1: something is.
    """
    found = list(examine(current_settings()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        _say(found, show_all)
    sys.exit(1 if worst(found) is State.BAD else 0)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that can be looked at: where the database is down, at what needs none."""
    yield from check_settings(settings, debug=current_app.debug)
    yield from check_folders(settings)
    yield check_backups(settings, clock.now())
    try:
        db.session.execute(text("SELECT 1"))
        yield from check_database(settings)
        site = current_site()
        yield _mail(settings, site)
        yield from check_processes()
        yield from check_people(settings, site)
        yield from check_messages(site)
        yield check_retention(site, clock.now())
        yield from check_words(site, clock.now().date())
    except (SQLAlchemyError, NotFound) as error:
        said = f"The database cannot be used ({type(error).__name__})."
        yield bad("database", said, "See that it runs, that ATTUNE_DATABASE_URL is right, and run `flask db upgrade`.")


def _say(found: list[Finding], show_all: bool) -> None:
    order = [State.BAD, State.WARN, *([State.OK] if show_all else [])]
    for state in order:
        for finding in [finding for finding in found if finding.state is state]:
            click.echo(f"{MARKS[state]} {finding.about}: {finding.words}")
            if finding.advice:
                click.echo(f"   {finding.advice}")
    counts = {state: sum(finding.state is state for finding in found) for state in State}
    click.echo(f"{counts[State.BAD]} unsafe or broken, {counts[State.WARN]} to think about, {counts[State.OK]} well.")


def _mail(settings: Settings, site: Site) -> Finding:
    try:
        server = mail_server(site, settings)
    except Unsent as error:
        return bad("mail", f"No mail leaves: {error}.", "Type it again under Set-up.")
    return check_mail(server.url, server.sender, production=settings.production)
