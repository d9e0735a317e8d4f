"""Chores about people."""

import click
from flask.cli import AppGroup

from service.accounts.actions import add_user
from service.accounts.models import Role
from service.config import current_keys
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
