"""Chores about articles."""

from pathlib import Path

import click
from flask.cli import AppGroup

from service.accounts.models import User
from service.accounts.queries import user_by_email
from service.articles import actions
from service.articles.models import Mode
from service.articles.queries import article_by_slug
from service.config import current_keys, current_settings
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.site.queries import current_site

articles = AppGroup("articles", help="Pages that can be commented on.")

mode_option = click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    help="Which comments are held: open (none), known (a person's first), moderated (all), closed (no new ones).",
)
author_option = click.option("--author", "author_email", help="E-mail address of the user who answers its comments.")


@articles.command("add")
@click.argument("title")
@click.option(
    "--file",
    "source_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The text in Markdown, UTF-8.",
)
@click.option("--slug", help="Last part of the address; made from the title when not given.")
@click.option("--content-note", default="", help="Neutral words on what the page talks about.")
@mode_option
@author_option
def add(
    title: str, source_file: Path, slug: str | None, content_note: str, mode: str | None, author_email: str | None
) -> None:
    """Add an article with this title."""
    begin_write()
    site_id = current_site().id
    author = _user(site_id, author_email)
    try:
        article = actions.add_article(
            site_id,
            title,
            _read(source_file),
            slug=slug,
            author_id=author.id if author else None,
            author_name=author.name if author else "",
            mode=Mode(mode or Mode.KNOWN),
            content_note=content_note,
        )
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{current_settings().site_url}/articles/{article.slug}")


@articles.command("set")
@click.argument("slug")
@mode_option
@author_option
def set_(slug: str, mode: str | None, author_email: str | None) -> None:
    """Change how the article SLUG takes comments, or who answers them."""
    if mode is None and author_email is None:
        raise click.UsageError("Say what to change: --mode or --author.")
    begin_write()
    site_id = current_site().id
    try:
        article = article_by_slug(site_id, slug)
        if mode is not None:
            actions.set_mode(article, Mode(mode))
        author = _user(site_id, author_email)
        if author is not None:
            actions.set_author(article, author.id, author.name)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{article.slug}: {article.mode.value}, answered by {article.author_name or 'all moderators'}.")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{path} is not UTF-8 text. Save it as UTF-8 and try again.") from None


def _user(site_id: int, email: str | None) -> User | None:
    if email is None:
        return None
    found = user_by_email(site_id, email, current_keys())
    if found is None:
        raise click.ClickException(
            f"There is no user {email}. Add one first: flask user add {email} --name ... --role author"
        )
    return found
