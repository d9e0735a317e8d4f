"""`flask retention`: for how long things are kept, and delete what is over, as the worker does each night."""

import click
from flask.cli import AppGroup

from service.archive.backup.commands import steps
from service.archive.backup.manifest import Progress
from service.archive.people.commands import erase_again
from service.archive.retention import actions
from service.archive.retention.steps import STEPS, Step
from service.config import current_settings
from service.core import clock, spent
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.site.models import Site
from service.site.queries import current_site

retention = AppGroup("retention", help="For how long things are kept, and what is deleted when that is over.")


@retention.command("show")
def show() -> None:
    """Say for how long things are kept, and what came of the last run."""
    site = current_site()
    _say_periods(site)
    run = actions.last_run(site.id)
    if run is None:
        click.echo("There was no run yet; the worker makes one each night.")
        return
    click.echo(f"Last run: {run.day:%Y-%m-%d}.")
    _say_counts(run.counts)


@retention.command("set")
@click.option("--removed", type=int, help="Days after the decision: words of hidden comments and of spam.")
@click.option("--cases", type=int, help="Days after a case was closed: what was said in it, and notes.")
@click.option("--deliveries", type=int, help="Days: attempts to deliver, messages that have gone out, mail in files.")
@click.option("--audit", type=int, help="Days: who looked at what, and reasons of decisions.")
def set_(**days: int | None) -> None:
    """Change for how long things are kept; the reader's page about it says so at once."""
    begin_write()
    site = current_site()
    try:
        actions.set_periods(site, **days)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    _say_periods(site)


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Say how much is over; delete nothing.")
def run_command(dry_run: bool) -> None:
    """Delete now what is over. Twice is the same as once, and it can be stopped at any point."""
    if dry_run:
        _say_counts(actions.count_due(current_site(), current_settings().data_dir, clock.now()))
        return
    with steps() as step:
        counts = run(step("Deleting what is over"))
    _say_counts(counts)


def run(progress: Progress | None = None) -> dict[str, int]:
    """Delete what is over, a few rows at a time, each committed by itself; returns how many of each kind."""
    moment, data_dir = clock.now(), current_settings().data_dir
    begin_write()
    actions.begin_run(current_site(), moment)
    spent.forget_expired()
    db.session.commit()
    erase_again()
    counts = {}
    for number, step in enumerate(STEPS):
        counts[step.name] = _carry_out(step)
        if progress is not None:
            progress(number + 1, len(STEPS))
    files = actions.mail_due(current_site(), data_dir, moment)
    for path in files:
        path.unlink(missing_ok=True)
    counts[actions.MAIL] = len(files)
    begin_write()
    actions.end_run(current_site(), moment, counts)
    db.session.commit()
    return counts


def _carry_out(step: Step) -> int:
    done, moment = 0, clock.now()
    while True:
        begin_write()
        ids = actions.due_now(current_site(), step, moment)
        step.purge(ids)
        db.session.commit()
        done += len(ids)
        if len(ids) < actions.CHUNK:
            return done


def _say_periods(site: Site) -> None:
    click.echo(f"Hidden comments and spam: {site.keep_removed_days} days after the decision.")
    click.echo(f"Closed cases and notes: {site.keep_cases_days} days.")
    click.echo(f"Messages and deliveries: {site.keep_deliveries_days} days.")
    click.echo(f"Who looked at what: {site.keep_audit_days} days.")
    click.echo("Nothing of a case that is open is deleted.")


def _say_counts(counts: dict[str, int]) -> None:
    for name, number in counts.items():
        click.echo(f"{number:7} {name}")
