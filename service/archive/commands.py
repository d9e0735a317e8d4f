"""Chores that bring things in from elsewhere."""

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from flask.cli import AppGroup

from service.archive.actions import Imported, import_page
from service.archive.page import NotAPage, Page, decode_page, parse_page
from service.config import current_settings
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.site.queries import current_site

import_ = AppGroup("import", help="Bring in articles and comments from elsewhere.")


@import_.command("page")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--author", help="Name of the article's author; needs no account.")
@click.option("--timezone", default="UTC", show_default=True, help="Time zone of the times on the page.")
@click.option("--dry-run", is_flag=True, help="Print what would be made and which rule decided; change nothing.")
def page(file: Path, author: str | None, timezone: str, dry_run: bool) -> None:
    """Import the plain text of a WordPress page: its article and its comments.

    Importing the same page twice is the same as once; a later copy adds only the comments that are new.
    """
    zone = _zone(timezone)
    read = _read(file, author, zone)
    _describe(read)
    begin_write()
    try:
        imported = import_page(current_site().id, read, zone)
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(f"Nothing was changed. {error}") from None
    summary = _summary(imported)
    if dry_run:
        db.session.rollback()
        click.echo(f"Dry run, nothing was changed. It would be: {summary}")
        return
    address = f"{current_settings().site_url}/articles/{imported.article.slug}"
    db.session.commit()
    click.echo(f"{summary}\n{address}")


def _read(file: Path, author: str | None, zone: ZoneInfo) -> Page:
    try:
        return parse_page(decode_page(file.read_bytes()), timezone=zone, author=author)
    except NotAPage as error:
        raise click.ClickException(f"Nothing was changed. {error}") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.ClickException(f"There is no time zone {name}. Name one such as Europe/Amsterdam.") from None


def _describe(read: Page) -> None:
    click.echo(f"Title: {read.title}")
    click.echo(f"Author: {read.author or 'nobody'} ({read.author_rule})")
    click.echo(f"Published: {_date(read.published_on)}, last changed: {_date(read.modified_at)}")
    click.echo(f"Comments: {len(read.comments)}, {'open' if read.comments_open else 'closed'}")
    for comment in read.comments:
        indent = "  " * (comment.depth + 1)
        words = len(comment.body.split())
        click.echo(f"{indent}{comment.name}, {comment.written_at:%Y-%m-%d %H:%M} UTC, {words} words")
    for note in read.notes:
        click.echo(f"Note: {note}")


def _date(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else "not said"


def _summary(imported: Imported) -> str:
    article = "1 new article" if imported.new_article else "an article that is here already"
    return f"{article}, {imported.new_comments} new comments, {imported.known_comments} that are here already."
