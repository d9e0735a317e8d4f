"""Chores of moderation: read again what was screened by an older version of triage."""

import json
import sys
from collections.abc import Iterator

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Select, func, select

from service.comments.models import Comment, Revision, Screening, Voice
from service.comments.queries import question_of
from service.core.db import begin_write, db
from service.moderation.masking import own_words
from service.moderation.screening import rescan
from service.triage.levels import Level
from service.triage.phrases.queries import refresh
from service.triage.scanner import version
from service.triage.thread import scan_answer

BATCH = 200


@click.command("rescan")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
@with_appcontext
def rescan_command(as_json: bool) -> None:
    """Scan all comments again with the present lexicon; raises cases, and never alerts.

    It can be stopped and started again: what this version has read is passed over.
    """
    total = db.session.scalar(select(func.count()).select_from(_screened().subquery())) or 0
    counts = {level.value: 0 for level in Level}
    changed = 0
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        shown = progress.add_task("Scanning again", total=total)
        for ids in _batches():
            refresh()
            db.session.rollback()
            begin_write()
            for comment in db.session.scalars(select(Comment).where(Comment.id.in_(ids)).order_by(Comment.id)):
                finding = scan_answer(own_words(comment).source, question_of(comment.id))
                counts[finding.level.value] += 1
                changed += rescan(comment, finding)
            db.session.commit()
            progress.advance(shown, len(ids))
    result = {"scanned": total, "changed": changed, "levels": counts, "version": version()}
    click.echo(json.dumps(result) if as_json else _in_words(result))


def _screened() -> Select[int]:
    latest = Comment.latest_revision_id == Revision.id
    done = Revision.screening == Screening.DONE
    return select(Comment.id).join(Revision, latest).where(done, Comment.voice == Voice.READER)


def _batches() -> Iterator[list[int]]:
    last = 0
    while ids := list(db.session.scalars(_screened().where(Comment.id > last).order_by(Comment.id).limit(BATCH))):
        db.session.rollback()
        yield ids
        last = ids[-1]


def _in_words(result: dict[str, object]) -> str:
    return f"Scanned {result['scanned']} comments, {result['changed']} have another level now: {result['levels']}."
