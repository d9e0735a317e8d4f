"""Phrases for programs of signed-in staff: what the pages of phrases show and do, as JSON and by the same rules."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from service.articles.models import Article
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Invalid
from service.core.paging import read_id
from service.core.text import typed
from service.moderation.phrase_forms import read_narrowed
from service.moderation.phrases.compare import Difference, estimate
from service.moderation.phrases.listing import Row, listing, row
from service.moderation.phrases.models import PhraseRun
from service.moderation.phrases.runs import SPANS, cancel, propose, propose_return, propose_undo, run_of, use_run
from service.moderation.phrases.tallies import tally_of
from service.moderation.queries import may_see
from service.moderation.views import me
from service.triage.phrases.actions import proposal
from service.triage.phrases.files import as_row, phrase_of, write_csv, write_yaml
from service.triage.phrases.models import PhraseChange
from service.triage.phrases.phrase import Phrase
from service.triage.phrases.queries import book, changes_of, last_changes, phrase_by_key, refresh

phrase_api = Blueprint("phrase_api", __name__, url_prefix="/api/v1/phrases")

MOST_ROWS = 1_000
NEW = {"weight": 1.0, "is_on": True, "exceptions": []}
FORMS = {"yaml": write_yaml, "csv": write_csv}


@phrase_api.before_request
def staff_only() -> None:
    """Everything here is behind sign-in, for authors as for moderators; what goes wrong is said as JSON."""
    if not current_user.is_authenticated:
        abort(401)
    g.give_back = _refusal


@phrase_api.after_request
def give_token(response: Response) -> Response:
    """Hand out the token that every act has to bring back in the same header."""
    if current_user.is_authenticated:
        response.headers["X-CSRFToken"] = generate_csrf()
    return response


@phrase_api.get("")
def phrases() -> ResponseReturnValue:
    """Return one page of the phrases, those found most often first, as the address narrows them down."""
    refresh()
    narrowed = read_narrowed(request.args)
    found = listing(narrowed)
    seen = last_changes(me().site_id, [each.phrase.key for each in found.rows])
    shown = [_phrase(each, seen.get(each.phrase.key)) for each in found.rows]
    return jsonify(phrases=shown, number=found.number, page=min(narrowed.page, found.pages), pages=found.pages)


@phrase_api.get("/entries/<key>")
def phrase(key: str) -> ResponseReturnValue:
    """Return one phrase, and how it came to be so."""
    refresh()
    found = phrase_by_key(key)
    log = changes_of(me().site_id, key, most=10)
    shown = _phrase(row(found, {key: tally_of(key)}), log[0] if log else None)
    return jsonify(**shown, history=[_change(change) for change in log])


@phrase_api.get("/history")
def history() -> ResponseReturnValue:
    """Return who changed what and why, the newest first; `before` in the address goes on from there."""
    return jsonify(
        changes=[_change(each) for each in changes_of(me().site_id, before=read_id(request.args.get("before", "")))]
    )


@phrase_api.get("/export")
def export() -> ResponseReturnValue:
    """Return the site's changes, or with `all` every phrase, as a file that can be imported."""
    refresh()
    found = [each for each in book().values() if "all" in request.args or each.is_changed]
    form = request.args.get("format", "json")
    if form in FORMS:
        return Response(FORMS[form](found), mimetype=f"text/{form}")
    return jsonify([as_row(each) for each in found])


@phrase_api.post("/dry-runs")
def try_() -> ResponseReturnValue:
    """Start a dry run of changes; nothing is changed before its `uses` are asked for.

    The body: `changes`, rows as export writes them (with `key` of a known phrase, and what shall be otherwise), `why`,
    `days` and `seen`, the newest change of each phrase that one knows of.
    """
    begin_write()
    refresh()
    sent = _sent()
    changes = _changes(sent)
    days = sent.get("days")
    run = propose(me(), changes, _text(sent, "why"), seen=_seen(sent), days=days if isinstance(days, int) else SPANS[0])
    return _started(run)


@phrase_api.get("/dry-runs/<int:run_id>")
def run(run_id: int) -> ResponseReturnValue:
    """Say how far a dry run has come, and what it has found."""
    return jsonify(**_run(run_of(me(), run_id)))


@phrase_api.post("/dry-runs/<int:run_id>/cancellations")
def stop(run_id: int) -> ResponseReturnValue:
    """Stop a dry run; what it has found so far stays."""
    begin_write()
    found = run_of(me(), run_id, locked=True)
    cancel(found)
    db.session.commit()
    return jsonify(**_run(found))


@phrase_api.post("/dry-runs/<int:run_id>/uses")
def use(run_id: int) -> ResponseReturnValue:
    """Save what was tried; `sure` says that one knows that something grave would be looked for less."""
    begin_write()
    found, sent = run_of(me(), run_id, locked=True), _sent()
    use_run(me(), found, sure=sent.get("sure") is True)
    db.session.commit()
    return jsonify(**_run(found))


@phrase_api.post("/changes/<int:phrase_change_id>/undos")
def undo(phrase_change_id: int) -> ResponseReturnValue:
    """Start a dry run of taking a change back."""
    begin_write()
    return _started(propose_undo(me(), phrase_change_id))


@phrase_api.post("/versions/<int:phrase_change_id>/returns")
def bring_back(phrase_change_id: int) -> ResponseReturnValue:
    """Start a dry run of bringing a version back; number 0 is everything as it came."""
    begin_write()
    return _started(propose_return(me(), phrase_change_id))


def _started(run: PhraseRun) -> ResponseReturnValue:
    db.session.commit()
    return jsonify(**_run(run)), 202, {"Location": url_for("phrase_api.run", run_id=run.id)}


def _sent() -> Mapping[str, Any]:
    """Return the object that was sent, with text fit to be kept; nothing sent is an empty one. Raises Invalid."""
    if not request.get_data():
        return {}
    found = _fit(request.get_json(silent=True))
    if not isinstance(found, dict):
        raise Invalid(N_("A JSON object is needed, sent as application/json."))
    return found


def _fit(value: object) -> object:
    if isinstance(value, str):
        return typed(value)
    if isinstance(value, list):
        return [_fit(each) for each in value]
    return {typed(name): _fit(each) for name, each in value.items()} if isinstance(value, dict) else value


def _changes(sent: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    rows, known = sent.get("changes"), book()
    if not isinstance(rows, list) or not rows or not all(isinstance(each, dict) for each in rows):
        raise Invalid(N_("A list of phrases is needed, as export writes it."), field="changes")
    if len(rows) > MOST_ROWS:
        raise Invalid(N_("At most %(limit)s phrases can be changed at once."), field="changes", limit=MOST_ROWS)
    found: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(rows, 1):
        found |= proposal(phrase_of(_as_it_is(each, known) | each, known, number))
    return found


def _as_it_is(sent: Mapping[str, Any], known: Mapping[str, Phrase]) -> dict[str, Any]:
    """Return what counts where nothing else is sent: a phrase as it is now. Raises Invalid for a key of none."""
    key = sent.get("key")
    if not key:
        return dict(NEW)
    if not isinstance(key, str) or key not in known:
        raise Invalid(N_("There is no such phrase here."), field="key")
    return as_row(known[key])


def _text(sent: Mapping[str, Any], field: str) -> str:
    text = sent.get(field, "")
    if not isinstance(text, str):
        raise Invalid(N_("This has to be text."), field=field)
    return text


def _seen(sent: Mapping[str, Any]) -> Mapping[str, int] | None:
    seen = sent.get("seen")
    if seen is None or (isinstance(seen, dict) and all(isinstance(number, int) for number in seen.values())):
        return seen
    raise Invalid(N_("What was seen is a number for each key of a phrase."), field="seen")


def _phrase(row: Row, last: PhraseChange | None) -> dict[str, Any]:
    tally = {"found": row.tally.found, "right": row.tally.right, "wrong": row.tally.wrong}
    return as_row(row.phrase) | tally | {"own": row.phrase.is_own, "seen": last.id if last is not None else 0}


def _change(change: PhraseChange) -> dict[str, Any]:
    return {
        "version": change.id,
        "at": change.created_at.isoformat(timespec="seconds"),
        "by": change.user.name,
        "key": change.phrase,
        "before": change.before,
        "after": change.after,
        "why": change.reason,
    }


def _run(run: PhraseRun) -> dict[str, Any]:
    total = (run.total or 0) if run.share < 1 else run.looked_at
    return {
        "id": run.id,
        "state": str(run.state),
        "looked_at": run.looked_at,
        "total": run.total,
        "share": run.share,
        "days": run.days,
        "changes": run.changes,
        "why": run.reason,
        "saved": run.saved,
        "found": {str(kind): _found(run, kind, total) for kind in Difference},
    }


def _found(run: PhraseRun, kind: Difference, total: int) -> dict[str, Any]:
    """Return how many there are of a kind, and the first of them that this person may see: numbers, never words."""
    number, lines = run.counts.get(kind, 0), run.samples.get(kind, [])
    about = estimate(number, run.looked_at, total)
    visible = (
        select(Comment.id)
        .join(Article, Article.id == Comment.article_id)
        .where(Comment.id.in_([line[0] for line in lines]), may_see(me()))
    )
    mine = set(db.session.scalars(visible))
    return {
        "number": number,
        "of_all": {"about": about.number, "low": about.low, "high": about.high},
        "samples": [{"comment": each, "before": was, "after": would} for each, was, would in lines if each in mine],
    }


def _refusal(error: DomainError, words: str) -> Response:
    """Say what is wrong, and at a conflict what the other person has made of the phrase."""
    key = error.values.get("phrase")
    theirs = changes_of(me().site_id, str(key), most=1) if key else ()
    return jsonify(error=words, field=error.field, theirs=[_change(change) for change in theirs])
