"""Chores about the site itself."""

import click
from flask.cli import AppGroup

from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.core.language import country_name
from service.site.actions import change
from service.site.models import Site
from service.site.queries import current_site

site = AppGroup("site", help="The site itself: name, language, time zone, country.")


@site.command("set")
@click.option("--name", help="Name at the top of each page.")
@click.option("--tagline", help='Few words below the name; "" takes them away.')
@click.option("--language", help="Language of the pages: en, nl, pt_BR.")
@click.option("--time-zone", help="Time zone of the people who look after the site: Europe/Amsterdam.")
@click.option(
    "--country",
    "help_country",
    help='Country whose help lines are shown to readers who choose none, by its ISO code: NL. "" sets none.',
)
@click.option("--exit-url", help='Where "Exit this page" leads; "" switches it off.')
def set_(**given: str | None) -> None:
    """Change what is given, and say how the site stands then."""
    if all(value is None for value in given.values()):
        raise click.UsageError("Say what to change, such as --name, --language or --country; --help has them all.")
    begin_write()
    try:
        changed = current_site()
        change(changed, **given)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    _show(changed)


@site.command("show")
def show() -> None:
    """Say how the site stands."""
    _show(current_site())


def _show(shown: Site) -> None:
    click.echo(f"Name: {shown.name}{f' ({shown.tagline})' if shown.tagline else ''}")
    click.echo(f"Language: {shown.language}. Time zone: {shown.time_zone}.")
    country = f"{country_name(shown.help_country)} ({shown.help_country})" if shown.help_country else "none chosen"
    click.echo(f"Exit this page: {shown.exit_url or 'switched off'}.")
    click.echo(f"Country of the help lines: {country}.")
