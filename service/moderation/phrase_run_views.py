"""Dry runs of changed phrases, saving from there, and the history with undo."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from sqlalchemy import select

from service.articles.models import Article
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.core.language import gettext
from service.core.paging import read_id
from service.moderation.phrases.compare import NEEDED, Difference, Estimate, estimate
from service.moderation.phrases.listing import said_as
from service.moderation.phrases.models import PhraseRun
from service.moderation.phrases.runs import cancel as cancel_run
from service.moderation.phrases.runs import propose, propose_return, propose_undo, run_of, use_run
from service.moderation.phrases.tallies import needed_among
from service.moderation.queries import may_see
from service.moderation.veil import is_veiled
from service.moderation.views import desk, me
from service.triage.levels import Level
from service.triage.phrases.actions import silenced
from service.triage.phrases.book import apply
from service.triage.phrases.models import PhraseChange
from service.triage.phrases.phrase import Phrase
from service.triage.phrases.queries import changes_at, changes_of, last_changes, shipped

phrase_runs = Blueprint("phrase_runs", __name__, url_prefix="/moderation/phrases")

HISTORY = 50


@dataclass(frozen=True)
class Line:
    """One comment that would be read otherwise; `text` is None where the words stay folded for this person."""

    comment: Comment
    article: Article
    before: Level
    after: Level
    needed: bool | None
    text: str | None


@dataclass(frozen=True)
class Part:
    """Everything of one kind that a dry run has found, and the lines that this person may see."""

    kind: Difference
    number: int
    needed: int
    estimate: Estimate
    lines: list[Line]
    elsewhere: int


@dataclass(frozen=True)
class Told:
    """A change in words: the phrase as it was and as it became; None where there was none."""

    said: str
    before: Phrase | None
    after: Phrase | None


@phrase_runs.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in, for authors as for moderators."""


@phrase_runs.get("/dry-runs/<int:run_id>")
def run(run_id: int) -> ResponseReturnValue:
    """Show what a change would do, as far as that is known by now."""
    return _run_page(run_of(me(), run_id))


@phrase_runs.get("/dry-runs/<int:run_id>/progress")
def progress(run_id: int) -> ResponseReturnValue:
    """Say how far a dry run has come, for the script of its page."""
    found = run_of(me(), run_id)
    return jsonify(over=found.is_over, looked_at=found.looked_at, total=found.total, words=progress_words(found))


@phrase_runs.post("/dry-runs/<int:run_id>/cancellations")
def cancel(run_id: int) -> ResponseReturnValue:
    """Stop a dry run; what it has found so far stays."""
    begin_write()
    cancel_run(run_of(me(), run_id, locked=True))
    db.session.commit()
    return redirect(url_for("phrase_runs.run", run_id=run_id), code=303)


@phrase_runs.post("/dry-runs/<int:run_id>/uses")
def use(run_id: int) -> ResponseReturnValue:
    """Save the change that was tried; open comments are then read again."""
    g.give_back = lambda error, words: _run_page(run_of(me(), run_id), error=error, words=words)
    begin_write()
    use_run(me(), run_of(me(), run_id, locked=True), sure=request.form.get("sure") == "yes")
    db.session.commit()
    session["phrase_saved"] = run_id
    return redirect(url_for("phrase_runs.run", run_id=run_id), code=303)


@phrase_runs.post("/dry-runs/<int:run_id>/repeats")
def repeat(run_id: int) -> ResponseReturnValue:
    """Try the same change on the phrases as they are now, after somebody else has changed one."""
    g.give_back = lambda error, words: _run_page(run_of(me(), run_id), error=error, words=words)
    begin_write()
    old = run_of(me(), run_id)
    return _proposed(propose(me(), old.changes, old.reason, days=old.days))


@phrase_runs.get("/history")
def history() -> ResponseReturnValue:
    """Show who changed what and why, the newest first."""
    return _history_page()


@phrase_runs.post("/changes/<int:phrase_change_id>/undos")
def undo(phrase_change_id: int) -> ResponseReturnValue:
    """Show what taking a change back would do, with a button that does it."""
    g.give_back = lambda _error, words: _history_page(words)
    begin_write()
    return _proposed(propose_undo(me(), phrase_change_id))


@phrase_runs.post("/versions/<int:phrase_change_id>/returns")
def bring_back(phrase_change_id: int) -> ResponseReturnValue:
    """Show what bringing a version back would do, with a button that does it; number 0 is everything as it came."""
    g.give_back = lambda _error, words: _history_page(words)
    begin_write()
    return _proposed(propose_return(me(), phrase_change_id))


def progress_words(run: PhraseRun) -> str:
    """Return how far a run has come."""
    if run.total is None:
        return gettext("No comment was looked at.") if run.is_over else gettext("It begins within a few seconds.")
    whole = round(run.total * run.share)
    return gettext("%(number)d of %(whole)d comments looked at.", number=min(run.looked_at, whole), whole=whole)


def _proposed(run: PhraseRun) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("phrase_runs.run", run_id=run.id), code=303)


def _run_page(run: PhraseRun, *, error: DomainError | None = None, words: str = "") -> str:
    now, then = last_changes(me().site_id, list(run.changes)), changes_at(run.version)
    moved = [change for key, change in now.items() if change.id != run.seen.get(key, 0)] if run.saved is None else []
    return render_template(
        "moderation/phrase_run.html",
        **desk(),
        run=run,
        told=[_told(then.get(key, {}), after, key) for key, after in run.changes.items()],
        progress=progress_words(run),
        parts=_parts(run),
        grave=silenced(run.changes) if run.saved is None else None,
        moved=[(change, _told(change.before, change.after, change.phrase)) for change in moved],
        just_saved=session.pop("phrase_saved", None) == run.id,
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _parts(run: PhraseRun) -> list[Part]:
    lines = {kind: run.samples.get(kind, []) for kind in Difference}
    ids = {line[0] for found in lines.values() for line in found}
    query = select(Comment, Article).join(Article, Article.id == Comment.article_id)
    rows = {row.Comment.id: row for row in db.session.execute(query.where(Comment.id.in_(ids), may_see(me())))}
    said = needed_among(ids)
    parts = []
    for kind in Difference:
        shown = [
            _line(rows[comment_id].Comment, rows[comment_id].Article, Level(before), Level(after), said.get(comment_id))
            for comment_id, before, after in lines[kind]
            if comment_id in rows
        ]
        number = run.counts.get(kind, 0)
        parts.append(
            Part(
                kind,
                number,
                run.counts.get(kind + NEEDED, 0),
                estimate(number, run.looked_at, (run.total or 0) if run.share < 1 else run.looked_at),
                shown,
                len(lines[kind]) - len(shown),
            )
        )
    return parts


def _line(comment: Comment, article: Article, before: Level, after: Level, needed: bool | None) -> Line:
    veiled = any(is_veiled(me().veil, level, ()) for level in (before, after))
    return Line(comment, article, before, after, needed, None if veiled else comment.latest.html)


def _told(before: dict[str, object], after: dict[str, object], key: str) -> Told:
    then, now = _phrase(before, key), _phrase(after, key)
    named = now or then
    return Told(said_as(named)[0] if named is not None else key, then, now)


def _phrase(values: dict[str, object], key: str) -> Phrase | None:
    return apply(shipped(), {key: values}).get(key) or shipped().get(key)


def _history_page(error: str = "") -> str:
    before = read_id(request.args.get("before", ""))
    found = changes_of(me().site_id, before=before)
    newest = last_changes(me().site_id, [change.phrase for change in found])
    return render_template(
        "moderation/phrase_history.html",
        **desk(),
        lines=_lines(found, newest),
        error=error,
        following=found[-1].id if len(found) == HISTORY else None,
        earlier=before is not None,
    )


def _lines(found: Sequence[PhraseChange], newest: dict[str, PhraseChange]) -> list[tuple[PhraseChange, Told, bool]]:
    """Return the changes in words, each with whether it can be undone."""
    return [
        (change, _told(change.before, change.after, change.phrase), newest[change.phrase].id == change.id)
        for change in found
    ]
