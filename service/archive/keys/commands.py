"""`flask keys`: how the secret key stands, replace it while the site runs, forget the former one."""

import time

import click
from flask.cli import AppGroup

from service.archive.backup.commands import steps
from service.archive.backup.manifest import Progress
from service.archive.keys import actions
from service.config import current_settings
from service.core.db import begin_write, db

# Whoever began to answer somebody before the new key was there is done with it by then.
SETTLE_S = 10.0
PASSES = 3

keys = AppGroup("keys", help="The secret key: how it stands, and how to replace it.")


@keys.command("status")
def status() -> None:
    """Say how many keys there are, and how many encrypted values need each."""
    settings = current_settings()
    counted, former = actions.tally(settings.keys), len(settings.secrets) - 1
    where = settings.secret_file or "ATTUNE_SECRET_KEY"
    click.echo(f"Keys: the present one and {former} before it ({where}).")
    click.echo(f"Encrypted values: {counted.present} with the present key, {counted.former} with a former one.")
    if counted.unreadable:
        click.echo(f"{counted.unreadable} values were written with a key that is not here, and cannot be read.")
    if counted.former:
        click.echo("Next: flask keys rotate")
    elif former:
        click.echo("Only links and sessions from before need the former key. Next, in good time: flask keys drop")


@keys.command("rotate")
@click.option("--settle", default=SETTLE_S, show_default=True, help="Seconds to wait after the new key is there.")
def rotate(settle: float) -> None:
    """Make a new key and encrypt everything with it, while the site runs; go on with it after a stop."""
    settings = current_settings()
    try:
        if actions.add_key(settings):
            click.echo("There is a new key; the former one still reads what it wrote.")
            time.sleep(settle)
    except actions.CannotReplace as error:
        raise click.ClickException(str(error)) from None
    changed = 0
    with steps() as step:
        for _pass in range(PASSES):
            found = sum(_rotate(sealed, step(f"{sealed.table.__name__}: {sealed.column}")) for sealed in actions.SEALED)
            changed += found
            if not found:
                break
    click.echo(f"Encrypted {changed} values with the present key.")
    counted = actions.tally(settings.keys)
    if counted.unreadable:
        click.echo(f"{counted.unreadable} values were written with a key that is not here, and stay as they are.")
    if counted.former:
        raise click.ClickException(f"{counted.former} values still need a former key. Run this once more.")
    click.echo("No row needs a former key. Links in old mail and sessions do, until: flask keys drop")


@keys.command("drop")
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop(yes: bool) -> None:
    """Forget former keys once no row needs them. Secret links and sessions that they signed end."""
    if not yes:
        click.confirm("Links to comments that were made before the new key will end. Go on?", abort=True)
    try:
        actions.drop_former(current_settings())
    except actions.CannotReplace as error:
        raise click.ClickException(str(error)) from None
    click.echo("The former key is forgotten here. Keep a copy for as long as you keep backups that were made with it.")


def _rotate(sealed: actions.Sealed, progress: Progress) -> int:
    """Go once through a column, and commit every few rows; returns how many were changed."""
    total, done, changed, after = actions.number_of(sealed), 0, 0, 0
    while True:
        begin_write()
        batch = actions.rotate_batch(sealed, current_settings().keys, after)
        db.session.commit()
        done, changed = done + batch.seen, changed + batch.changed
        progress(done, max(total, done))
        if batch.last is None:
            return changed
        after = batch.last
