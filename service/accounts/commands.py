"""Chores about people."""

import click
from flask.cli import AppGroup

from service.accounts.actions import add_user
from service.accounts.first_owner import has_owner, sign_set_up
from service.accounts.invitations import invite as invite_user
from service.accounts.invitations import link_token
from service.accounts.models import Role, User
from service.accounts.queries import user_by_email
from service.config import current_keys, current_settings
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.site.queries import current_site

user = AppGroup("user", help="Members of staff.")


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Name that readers see beside answers.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.password_option(help="Asked for when it is not given.")
def add(email: str, name: str, role: str, password: str) -> None:
    """Add a member of staff with this e-mail address."""
    begin_write()
    try:
        added = add_user(current_site().id, email, name, Role(role), password, current_keys())
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"Added {added.name} as {added.role.value}.")


@user.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="Name that readers see beside answers.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
def invite(email: str, name: str, role: str) -> None:
    """Mail somebody a link by which they join and choose their own password, and show it here."""
    begin_write()
    try:
        invited = invite_user(current_site().id, email, name, Role(role), current_keys())
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{invited.name} is invited as {invited.role.value}; a mail is on its way.")
    _show_link(invited)


@user.command("first-link")
def first_link() -> None:
    """Show the link by which whoever runs the machine becomes the first owner of the site, in the browser."""
    site = current_site()
    if has_owner(site.id):
        raise click.ClickException("The site has an owner. They invite others under Team.")
    click.echo(f"{current_settings().site_url}/set-up/{sign_set_up(site.id, current_keys())}")


@user.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Show the link by which this person chooses a new password, for an owner who is locked out or has no mail."""
    found = user_by_email(current_site().id, email, current_keys())
    if found is None or not (found.is_active or found.is_invited):
        raise click.ClickException("Nobody here has this address.")
    _show_link(found)


def _show_link(shown: User) -> None:
    url = f"{current_settings().site_url}/welcome/{link_token(shown, current_keys())}"
    click.echo(f"Good once, and for {'a week' if shown.is_invited else 'two hours'}:\n{url}")
