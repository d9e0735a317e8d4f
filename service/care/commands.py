"""Chores about help lines, `flask help-lines check` (no database, no settings), and the ladder, `flask care waits`."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from service.care.actions import set_wait
from service.care.help_lines.book import FILE, BadBook, HelpBook, read_book
from service.care.help_lines.review import Review, review
from service.care.help_lines.shelf import own_file, read_own, shipped
from service.care.ladder import Step
from service.care.queries import ladder_waits
from service.core import clock
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.site.queries import current_site
from service.triage.levels import Level

care = AppGroup("care", help="The duty to answer: how long the ladder waits.")
STEPS = {step.name.lower().replace("_", "-"): step for step in Step if step is not Step.AUTHOR}
LEVELS = [level for level in Level if level is not Level.NONE]


@care.command("waits")
def waits() -> None:
    """Say how long the ladder waits before each step, counted from when the one before was told."""
    found = ladder_waits(current_site().id)
    for level in LEVELS:
        words = ", ".join(f"{word} {found[level, step] // timedelta(minutes=1)} min" for word, step in STEPS.items())
        click.echo(f"{level}: {words}.")


@care.command("wait")
@click.argument("level", type=click.Choice([level.value for level in LEVELS]))
@click.argument("step", type=click.Choice(list(STEPS)))
@click.argument("minutes", type=int)
def wait(level: str, step: str, minutes: int) -> None:
    """Have the ladder wait so many MINUTES before a STEP at a LEVEL; cases that are under way wait so from then on."""
    begin_write()
    try:
        set_wait(current_site().id, Level(level), STEPS[step], minutes)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{level}: {step} after {minutes} min.")


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
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), hidden=True)
@click.pass_context
def check(context: click.Context, days: int, release: bool, file: Path | None) -> None:
    """Say which lines are outdated or still to be checked, and which countries have none.

    The lines are those that come with Attune, and on top of them those of help-lines.yaml in the data folder. Ends with
    exit code 1 when something is outdated (with --release also when something is to be checked), and with 2 when a file
    breaks its own rules.
    """
    found = review(_book(file), clock.now().date(), timedelta(days=days))
    _say(found, days)
    if found.outdated or (release and found.to_be_checked):
        context.exit(1)


def _book(file: Path | None) -> HelpBook:
    """Return what is to be checked: a file by itself, else all that this site shows. Raises BadFile."""
    own = own_file() if file is None else None
    try:
        if own is None:
            return shipped() if file is None else read_book(file.read_text(encoding="utf-8"))
        book = read_own(own)
    except BadBook as error:
        name = (own or file or FILE).name
        shown = "\nUntil that is mended, only the lines that come with Attune are shown." if own else ""
        raise BadFile(f"{name} breaks its rules:\n{error}{shown}") from None
    ours = [code for code, country in book.countries.items() if country != shipped().country(code)]
    click.echo(f"{own} has countries of your own: {', '.join(ours) or 'none'}.")
    return book


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
