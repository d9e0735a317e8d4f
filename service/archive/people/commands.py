"""`flask commenters`: write out, or erase, what is stored about a reader who has asked the owner for it."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from service.archive.people.erase import come_back, erase, note, remember
from service.archive.people.export import export
from service.archive.people.person import Person, person_by_address, person_by_number
from service.config import current_keys, current_settings
from service.core.audit import Deed
from service.core.db import begin_write, db
from service.core.errors import NotFound
from service.site.queries import current_site

commenters = AppGroup("commenters", help="What is stored about a reader: write it out, erase it.")


@commenters.command("export")
@click.argument("who")
@click.option("--to", type=click.Path(path_type=Path), help="File to write, readable for you alone; else it is shown.")
@click.option("--full", is_flag=True, help="With what staff and machine noted: levels, cases, notes, standings.")
def export_command(who: str, to: Path | None, full: bool) -> None:
    """Write what is stored about WHO, an e-mail address or the number of a reader, as JSON."""
    begin_write()
    person, settings = _person(who), current_settings()
    found = export(person, current_site(), settings.site_url, current_keys(), full=full)
    note(person, Deed.EXPORTED)
    db.session.commit()
    text = json.dumps(found, indent=2, ensure_ascii=False)
    if to is None:
        click.echo(text)
        return
    to.touch(mode=0o600)
    to.write_text(text + "\n")
    click.echo(f"{to}: {len(found['comments'])} comments.")


@commenters.command("erase")
@click.argument("who", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--again", is_flag=True, help="Those who were erased before, and are back from a backup.")
def erase_command(who: str | None, yes: bool, again: bool) -> None:
    """Erase WHO, an e-mail address or the number of a reader: their words leave every page for ever."""
    if again:
        click.echo(f"Erased again: {erase_again()}.")
        return
    if who is None:
        raise click.UsageError("Say whom: an e-mail address, or the number of a reader.")
    if not yes:
        click.confirm("This cannot be undone. Erase everything that this reader wrote?", abort=True)
    begin_write()
    person, data_dir = _person(who), current_settings().data_dir
    kept = erase(person, current_keys(), data_dir)
    note(person, Deed.ERASED)
    db.session.commit()
    remember(data_dir, person.commenters)
    click.echo(f"Erased. {kept} comments stay with staff until somebody has answered." if kept else "Erased.")


def erase_again() -> int:
    """Erase those who are back from a backup; returns how many."""
    begin_write()
    data_dir = current_settings().data_dir
    back = come_back(data_dir)
    for commenter in back:
        erase(Person(commenter.site_id, (commenter,)), current_keys(), data_dir)
    db.session.commit()
    return len(back)


def _person(who: str) -> Person:
    site_id = current_site().id
    try:
        if who.isdecimal():
            return person_by_number(site_id, int(who))
        found = person_by_address(site_id, who, current_keys())
    except NotFound:
        raise click.ClickException("There is no reader with this number.") from None
    if not (found.commenters or found.unproven):
        raise click.ClickException("Nobody here has this address.")
    return found
