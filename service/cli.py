"""Chores: `flask site`, `user`, `articles`, `import`, `triage`, `help-lines`, `demo`."""

from flask import Flask

from service.accounts.commands import user
from service.archive.commands import import_
from service.articles.commands import articles
from service.care.commands import help_lines
from service.demo.commands import demo
from service.moderation.commands import rescan_command
from service.site.commands import site
from service.triage.commands import triage


def register_commands(app: Flask) -> None:
    """Add the chores to the `flask` command."""
    triage.add_command(rescan_command)  # it needs the database, and so stands above triage
    for command in (site, user, articles, import_, triage, help_lines, demo):
        app.cli.add_command(command)
