"""The pages of phrases: what triage looks for and how often it was right, and a box to try words."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.errors import DomainError
from service.moderation.phrase_forms import read_narrowed
from service.moderation.phrases.listing import LANGUAGES, families, listing
from service.moderation.phrases.trial import Trial, try_words
from service.moderation.views import desk, me
from service.triage.phrases.queries import last_changes, refresh

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
        families=families(),
        languages=LANGUAGES,
        tried=request.form.get("body", ""),
        trial=trial,
        error=words,
        wrong_field=error.field if error is not None else None,
    )
