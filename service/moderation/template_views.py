"""The pages of reply templates: everybody on the team reads them, moderators and owners word them."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, NotFound
from service.core.language import is_language
from service.core.paging import read_id
from service.moderation.replies.hints import hints
from service.moderation.replies.situations import SITUATIONS, Situation
from service.moderation.replies.template_texts import LANGUAGE, PLACEHOLDERS, TEXTS
from service.moderation.replies.templates import current_templates, template_languages, versions_of, write_template
from service.moderation.views import desk, me
from service.site.queries import current_site
from service.triage.levels import Level

templates = Blueprint("templates", __name__, url_prefix="/moderation/templates")


@templates.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@templates.get("")
def listing() -> ResponseReturnValue:
    """Show all templates of one language."""
    language = _language()
    return render_template(
        "moderation/templates.html",
        **desk(),
        language=language,
        languages=sorted({*template_languages(me().site_id), current_site().language}),
        current=current_templates(me().site_id, language),
        about=SITUATIONS,
    )


@templates.get("/<situation>")
def template(situation: str) -> ResponseReturnValue:
    """Show one template with every wording that it has had."""
    return _template_page(_situation(situation))


@templates.post("/<situation>/versions")
def change(situation: str) -> ResponseReturnValue:
    """Give a template another wording, go back to an earlier one, or switch it off."""
    which = _situation(situation)
    body = "" if "off" in request.form else request.form.get("body", "")
    g.give_back = lambda error, words: _template_page(which, body, error, words)
    begin_write()
    number = read_id(request.form.get("number", ""))
    write_template(me(), which, _language(), body, number=-1 if number is None else number)
    db.session.commit()
    return redirect(url_for("templates.template", situation=which, language=_language()), code=303)


def _template_page(which: Situation, typed: str = "", error: DomainError | None = None, words: str = "") -> str:
    language = _language()
    now = current_templates(me().site_id, language).get(which)
    body = typed or (now.body if now is not None else "")
    return render_template(
        "moderation/template.html",
        **desk(),
        which=which,
        about=SITUATIONS[which],
        language=language,
        current=now,
        body=body,
        came=TEXTS[which] if language == LANGUAGE else "",
        hints=hints(body, Level.SUPPORT),
        versions=versions_of(me().site_id, which, language),
        placeholders=PLACEHOLDERS,
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _situation(text: str) -> Situation:
    try:
        return Situation(text)
    except ValueError:
        raise NotFound(N_("There is no such template.")) from None


def _language() -> str:
    """Return the language that the address or the form names, else that of the site."""
    asked = request.values.get("language", "")
    return asked if is_language(asked) else current_site().language
