"""The pages of phrases: what triage looks for and how often it was right, one phrase, and a box to try words."""

from dataclasses import replace

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import begin_write, db
from service.core.errors import Conflict, DomainError
from service.core.paging import read_id
from service.moderation.phrase_forms import PhraseForm, form_of, read_narrowed, read_phrase, sent_form
from service.moderation.phrases.listing import listing, row
from service.moderation.phrases.runs import SPANS, latest_rescan, propose
from service.moderation.phrases.tallies import examples_of, tally_of
from service.moderation.phrases.trial import Trial, try_words
from service.moderation.views import desk, me
from service.triage.phrases.actions import proposal
from service.triage.phrases.phrase import LANGUAGES, OWN_FAMILIES, Phrase
from service.triage.phrases.queries import changes_of, last_changes, phrase_by_key, refresh

phrases = Blueprint("phrases", __name__, url_prefix="/moderation/phrases")


@phrases.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in: authors know their readers, so they may tune phrases as moderators may."""


@phrases.get("")
def page() -> ResponseReturnValue:
    """Show the phrases, those found most often first, as the address narrows them down."""
    return _page()


@phrases.post("/trials")
def try_() -> ResponseReturnValue:
    """Say what triage would make of some words; nothing is kept."""
    g.give_back = lambda error, words: _page(error=error, words=words)
    return _page(trial=try_words(request.form.get("body", "")))


@phrases.get("/new")
def blank() -> ResponseReturnValue:
    """Show the form of a new phrase, with the words that the address brings."""
    sent = request.args
    why = sent.get("why", "")[:500]
    return _form_page(PhraseForm(pattern=sent.get("words", "")[:200], family=sent.get("family", ""), why=why))


@phrases.post("/new")
def add() -> ResponseReturnValue:
    """Start a dry run of a new phrase."""
    return _look(None)


@phrases.get("/entries/<key>")
def phrase(key: str) -> ResponseReturnValue:
    """Show one phrase: how often it was right and where, how it came to be so, and the form to change it."""
    refresh()
    found = phrase_by_key(key)
    last = last_changes(me().site_id, [key]).get(key)
    form = form_of(found, last.id if last is not None else 0)
    if request.args.get("state") == "off":  # as a suggestion proposes; nothing is changed before the dry run
        form = replace(form, is_on=False)
    return _form_page(replace(form, why=request.args.get("why", "")[:500]), found)


@phrases.post("/entries/<key>")
def change(key: str) -> ResponseReturnValue:
    """Start a dry run of a change of one phrase."""
    refresh()
    return _look(phrase_by_key(key))


def _look(known: Phrase | None) -> ResponseReturnValue:
    """Start a dry run of what the form asks for; after a mistake the form comes back with every word in it."""
    form = sent_form(request.form, known.key if known is not None else "")
    g.give_back = lambda error, words: _form_page(form, known, error=error, words=words)
    begin_write()
    refresh()
    wanted = read_phrase(form, known)
    days = read_id(form.days) or SPANS[0]
    run = propose(me(), proposal(wanted), form.why, seen={wanted.key: form.seen}, days=days)
    db.session.commit()
    return redirect(url_for("phrase_runs.run", run_id=run.id), code=303)


def _page(trial: Trial | None = None, *, error: DomainError | None = None, words: str = "") -> str:
    refresh()
    narrowed = read_narrowed(request.args)
    found = listing(narrowed)
    return render_template(
        "moderation/phrases.html",
        **desk(),
        narrowed=narrowed,
        listing=found,
        changed=last_changes(me().site_id, [row.phrase.key for row in found.rows]),
        rescan=latest_rescan(me().site_id),
        families=OWN_FAMILIES,
        languages=LANGUAGES,
        tried=request.form.get("body", ""),
        trial=trial,
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _form_page(
    form: PhraseForm, known: Phrase | None = None, *, error: DomainError | None = None, words: str = ""
) -> str:
    key = known.key if known is not None else str(error.values.get("phrase", "")) if error is not None else ""
    log = changes_of(me().site_id, key, most=10) if key else []
    return render_template(
        "moderation/phrase.html",
        **desk(),
        form=form,
        phrase=known,
        row=row(known, {known.key: tally_of(known.key)}) if known is not None else None,
        examples=examples_of(me(), known.key) if known is not None else [],
        log=log,
        families=OWN_FAMILIES,
        languages=LANGUAGES,
        spans=SPANS,
        error=words,
        wrong_field=error.field if error is not None else None,
        theirs=log[0] if isinstance(error, Conflict) and log else None,
    )
