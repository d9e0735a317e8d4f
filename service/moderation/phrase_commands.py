"""`flask triage phrases`: the acts of the page of phrases, for people at a terminal and for files."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
from flask.cli import with_appcontext

from service.accounts.models import User
from service.accounts.queries import user_by_email
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Invalid
from service.moderation.phrases.compare import Difference, estimate
from service.moderation.phrases.listing import Narrowed, listing
from service.moderation.phrases.models import PhraseRun
from service.moderation.phrases.reading import Step, take_step
from service.moderation.phrases.runs import hold, lease_run, propose, start_rescan
from service.site.queries import current_site
from service.triage.phrases.actions import proposal, save_changes
from service.triage.phrases.book import Changes
from service.triage.phrases.files import as_row, phrase_of, read_rows, write_csv, write_yaml
from service.triage.phrases.queries import book, changes_of, last_changes, phrase_by_key, refresh

phrases = click.Group("phrases", help="What triage looks for, and a site's own changes of it.")
NICE = 10
HISTORY = 200

whose = click.option("--by", "email", required=True, help="E-mail address of who changes it.")
why = click.option("--why", default="", help="Why; it stands in the history, and is needed to change something.")
sure = click.option("--sure", is_flag=True, help="Yes, look for grave words less than now.")
only_try = click.option("--dry-run", "tries", is_flag=True, help="Say what it would do, and change nothing.")
a_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@phrases.command("list")
@click.argument("words", required=False, default="")
@click.option("--family", default="")
@click.option("--language", default="")
@click.option("--state", default="", type=click.Choice(["", "own", "changed", "off"]))
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line.")
@with_appcontext
def list_phrases(words: str, family: str, language: str, state: str, as_json: bool) -> None:
    """List the phrases in which WORDS stand, those found most often first."""
    refresh()
    page = pages = 1
    while page <= pages:
        found = listing(Narrowed(words, family, language, state, page))
        page, pages = page + 1, found.pages
        for row in found.rows:
            tally = {"found": row.tally.found, "right": row.tally.right, "wrong": row.tally.wrong}
            now = row.phrase.now
            told = [row.phrase.key, row.phrase.language, row.phrase.family, now.level, f"{now.weight:g}", row.said]
            line = "  ".join([*told, *([] if now.is_on else ["(off)"])])
            click.echo(json.dumps(as_row(row.phrase) | tally, ensure_ascii=False) if as_json else line)


@phrases.command("add")
@click.argument("pattern")
@click.option("--family", required=True, help="As list shows it, such as exhaustion.")
@click.option("--language", default="en", show_default=True)
@click.option("--level", type=click.Choice(["support", "urgent", "crisis"]), default="support", show_default=True)
@click.option("--weight", type=float, default=1.0, show_default=True, help="Less than 1 needs company.")
@click.option("--except", "exceptions", multiple=True, help="Words beside which it does not count; may be repeated.")
@whose
@why
@only_try
@with_appcontext
def add(
    pattern: str,
    family: str,
    language: str,
    level: str,
    weight: float,
    exceptions: tuple[str, ...],
    email: str,
    why: str,
    tries: bool,
) -> None:
    """Add a phrase; (a|b) stands for one of several words."""
    row = {"family": family, "language": language, "pattern": pattern, "level": level, "weight": weight, "is_on": True}
    _change(email, why, lambda: proposal(phrase_of({**row, "exceptions": list(exceptions)}, {}, 1)), tries=tries)


@phrases.command("off")
@click.argument("key")
@whose
@why
@sure
@only_try
@with_appcontext
def off(key: str, email: str, why: str, sure: bool, tries: bool) -> None:
    """Switch the phrase with this KEY (list shows it) off."""

    def asked() -> Changes:
        phrase = phrase_by_key(key)
        return proposal(replace(phrase, now=replace(phrase.now, is_on=False)))

    _change(email, why, asked, sure=sure, tries=tries)


@phrases.command("dry-run")
@a_file
@whose
@with_appcontext
def dry_run(file: Path, email: str) -> None:
    """Say what the changes in FILE, as export writes it, would do to comments of the last 90 days."""
    _change(email, "", lambda: _read(file), tries=True)


@phrases.command("import")
@a_file
@whose
@why
@sure
@only_try
@with_appcontext
def import_(file: Path, email: str, why: str, sure: bool, tries: bool) -> None:
    """Take the changes in FILE, YAML or CSV as export writes it: all of them or none."""
    _change(email, why, lambda: _read(file), sure=sure, tries=tries)


@phrases.command("export")
@click.option("--format", "form", type=click.Choice(["yaml", "csv"]), default="yaml", show_default=True)
@click.option("--all", "every", is_flag=True, help="The phrases of the packs too, and not the changes alone.")
@with_appcontext
def export(form: str, every: bool) -> None:
    """Write the site's changes to standard output."""
    refresh()
    found = [phrase for phrase in book().values() if every or phrase.is_changed]
    click.echo(write_yaml(found) if form == "yaml" else write_csv(found), nl=False)


@phrases.command("history")
@with_appcontext
def history() -> None:
    """Show who changed what and why, the newest first; the number is that of the version."""
    for change in changes_of(current_site().id, most=HISTORY):
        after = change.after
        pattern = (after or change.before).get("pattern", change.phrase)
        counts = f"{after['level']} {after['weight']:g}{'' if after['is_on'] else ', off'}" if after else "as it came"
        when = f"{change.created_at:%Y-%m-%d %H:%M}"
        click.echo(f"{change.id}  {when}  {change.user.name}  {pattern}: {counts}  ({change.reason})")


@phrases.command("work", hidden=True)
@click.option("--nice", is_flag=True, help="Let screening go first.")
@with_appcontext
def work(nice: bool) -> None:
    """Work on the dry runs and readings again that wait, until there are none; workers start it."""
    if nice:
        os.nice(NICE)
    while (taken := _lease()) is not None:
        _finish(*taken)


def _lease() -> tuple[int, str] | None:
    begin_write()
    taken = lease_run()
    db.session.commit()
    return taken


def _finish(run_id: int, token: str) -> None:
    step, more = Step(run_id, token), True
    while more:
        more = take_step(step)
        db.session.commit()


def _change(email: str, why: str, asked: Callable[[], Changes], *, sure: bool = False, tries: bool = False) -> None:
    """Save what is asked for, or only say what it would do."""
    user = _user(email)
    begin_write()
    refresh()
    try:
        changes = asked()
        if tries:
            run, token = hold(propose(user, changes, why or "Tried at a terminal."))
        else:
            seen = {key: change.id for key, change in last_changes(user.site_id, list(changes)).items()}
            saved = save_changes(user, changes, why, seen=seen, sure=sure)
            start_rescan(user)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    if not tries:
        click.echo(f"Saved as version {max(change.id for change in saved)}. Open comments are being read again.")
        return
    _finish(run, token)
    _tell(db.session.get_one(PhraseRun, run, populate_existing=True))


def _tell(run: PhraseRun) -> None:
    """Write what a dry run has found."""
    total = run.total or 0
    click.echo(f"{run.looked_at} of {total} comments of the last {run.days} days were looked at. Nothing was changed.")
    for kind in Difference:
        about = estimate(run.counts.get(kind, 0), run.looked_at, total)
        of_all = "" if about.is_exact else f" (of all about {about.number}: {about.low} to {about.high})"
        ids = " ".join(str(line[0]) for line in run.samples.get(kind, []))
        click.echo(f"{kind}: {run.counts.get(kind, 0)}{of_all}{'  comments ' + ids if ids else ''}")


def _read(file: Path) -> Changes:
    known = book()
    try:
        text = file.read_text(encoding="utf-8-sig")  # a spreadsheet begins its UTF-8 with a mark
    except UnicodeDecodeError:
        raise Invalid(N_("This file is not UTF-8 text. Please save it as UTF-8.")) from None
    rows = read_rows(text, as_csv=file.suffix.lower() == ".csv")
    found: dict[str, dict[str, object]] = {}
    for number, row in enumerate(rows, 1):
        found |= proposal(phrase_of(row, known, number))
    return found


def _user(email: str) -> User:
    user = user_by_email(current_site().id, email, current_keys())
    if user is None or not user.is_active:
        raise click.ClickException("Nobody here has this address.")
    return user
