"""Chores: `flask db`, `site`, `user`, `articles`, `import`, `triage`, `help-lines`, `demo`."""

import click
from flask import Flask

from service.accounts.commands import user
from service.archive.commands import import_
from service.articles.commands import articles
from service.care.commands import help_lines
from service.demo.commands import demo
from service.moderation.commands import rescan_command
from service.site.commands import site
from service.triage.commands import triage


class Migrations(click.Group):
    """Flask-Migrate's commands, read when they are asked for: Alembic is large, and no server process needs it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return self._group().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command."""
        return self._group().get_command(ctx, cmd_name)

    @staticmethod
    def _group() -> click.Group:
        from flask_migrate.cli import db

        group: click.Group = db
        return group


def register_commands(app: Flask) -> None:
    """Add the chores to the `flask` command."""
    triage.add_command(rescan_command)  # it needs the database, and so stands above triage
    app.cli.add_command(Migrations("db", help="Bring the database up to date."))
    for command in (site, user, articles, import_, triage, help_lines, demo):
        app.cli.add_command(command)
