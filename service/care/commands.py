"""Chores about help lines: `flask help-lines check`. No database, no settings."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from service.care.help_lines.book import FILE, BadBook, read_book
from service.care.help_lines.review import Review, review
from service.core import clock

help_lines = click.Group("help-lines", help="The help lines that people in distress are shown.")


class BadFile(click.ClickException):
    """The file breaks its own rules; ends with exit code 2."""

    exit_code = 2


@help_lines.command("check")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=180,
    show_default=True,
    help="After how many days somebody has to look at a line again.",
)
@click.option("--release", is_flag=True, help="Fail while a line is still to be checked with the people who run it.")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=FILE, hidden=True)
@click.pass_context
def check(context: click.Context, days: int, release: bool, file: Path) -> None:
    """Say which lines are outdated or still to be checked, and which countries have none.

    Ends with exit code 1 when something is outdated (with --release also when something is to be checked), and with 2
    when the file breaks its own rules.
    """
    try:
        book = read_book(file.read_text(encoding="utf-8"))
    except BadBook as error:
        raise BadFile(f"{file.name} breaks its rules:\n{error}") from None
    found = review(book, clock.now().date(), timedelta(days=days))
    _say(found, days)
    if found.outdated or (release and found.to_be_checked):
        context.exit(1)


def _say(found: Review, days: int) -> None:
    checked = found.lines - len(found.to_be_checked)
    click.echo(f"{found.lines} lines in {found.countries} countries; {checked} checked with those who run them.")
    _list("No line at all, only the emergency number and the directories", found.without_line)
    _list("No line for adults in distress", found.without_line_for_anyone)
    _list("No line anywhere of the kind", found.kinds_without_line)
    _list("To be checked", found.to_be_checked)
    _list(f"Not looked at for more than {days} days", found.outdated)


def _list(heading: str, entries: Sequence[str]) -> None:
    if entries:
        click.echo(f"\n{heading} ({len(entries)}):")
        for entry in entries:
            click.echo(f"  {entry}")
