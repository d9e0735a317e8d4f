"""Chores, gathered from the packages that do them: `flask --help` lists them."""

from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup


class Migrations(click.Command):
    """Flask-Migrate's group of commands, read when it is called: Alembic is large, and no server process needs it."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the real group, which is then the one that is invoked."""
        from flask_migrate.cli import db

        context: click.Context = db.make_context(info_name, args, parent, **extra)
        return context


class Chores(AppGroup):
    """All commands, read when one is asked for: whoever serves pages or screens comments needs none of them."""

    _gathered = False

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        self._gather()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        self._gather()
        return super().list_commands(ctx)

    def _gather(self) -> None:
        if not self._gathered:
            self._gathered = True
            for command in _commands():
                self.add_command(command)


def prepare_commands(app: Flask) -> None:
    """Put the chores behind the `flask` command."""
    app.cli = Chores(app.name)


def _commands() -> list[click.Command]:
    from service.accounts.commands import user
    from service.archive.backup.commands import backup, restore
    from service.archive.commands import import_
    from service.archive.keys.commands import keys
    from service.archive.people.commands import commenters
    from service.archive.retention.commands import retention
    from service.articles.commands import articles
    from service.care.commands import care, help_lines
    from service.demo.commands import demo
    from service.doctor.commands import doctor
    from service.moderation.commands import rescan_command
    from service.moderation.phrase_commands import phrases
    from service.site.commands import site
    from service.triage.commands import triage

    triage.add_command(rescan_command)  # these need the database, and so stand above triage
    triage.add_command(phrases)
    chores = [user, articles, import_, backup, restore, keys, retention, commenters, triage, care, help_lines]
    return [Migrations("db", help="Bring the database up to date."), site, *chores, demo, doctor]
