"""Reply templates: those that come with Attune, and the site's own wordings on top, version by version."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from service.accounts.models import User
from service.core.db import db
from service.core.errors import N_, Conflict, Forbidden, Invalid
from service.core.language import is_language
from service.core.text import clean_source
from service.moderation.replies.models import TemplateVersion
from service.moderation.replies.situations import Situation
from service.moderation.replies.template_texts import LANGUAGE, TEXTS

TEMPLATE_LIMIT = 2_000


@dataclass(frozen=True)
class Template:
    """The wording that counts now; `number` 0: the one that came with Attune. An empty `body`: switched off."""

    situation: Situation
    language: str
    number: int
    body: str


def templates_for(site_id: int, language: str) -> dict[Situation, Template]:
    """Return the templates that can be used in a language, those that exist in English alone in English."""
    there = current_templates(site_id, LANGUAGE, language)
    return {situation: there[situation] for situation in Situation if situation in there and there[situation].body}


def current_templates(site_id: int, *languages: str) -> dict[Situation, Template]:
    """Return the wording of each situation that counts now, switched off ones too; a later language goes first."""
    texts = TEXTS if LANGUAGE in languages else {}
    found = {situation: Template(situation, LANGUAGE, 0, body) for situation, body in texts.items()}
    newest = select(func.max(TemplateVersion.id)).where(
        TemplateVersion.site_id == site_id, TemplateVersion.language.in_(languages)
    )
    one_each = newest.group_by(TemplateVersion.situation, TemplateVersion.language)
    rows = db.session.scalars(select(TemplateVersion).where(TemplateVersion.id.in_(one_each)))
    for row in sorted(rows, key=lambda row: languages.index(row.language)):
        found[row.situation] = Template(row.situation, row.language, row.number, row.body)
    return found


def template_languages(site_id: int) -> list[str]:
    """Return the languages in which this site has wordings of its own, and that of those that come with Attune."""
    query = select(TemplateVersion.language).where(TemplateVersion.site_id == site_id).distinct()
    return sorted({LANGUAGE, *db.session.scalars(query)})


def versions_of(site_id: int, situation: Situation, language: str) -> Sequence[TemplateVersion]:
    """Return every wording that this site has given a template, the newest first."""
    same = (
        TemplateVersion.site_id == site_id,
        TemplateVersion.situation == situation,
        TemplateVersion.language == language,
    )
    return db.session.scalars(select(TemplateVersion).where(*same).order_by(TemplateVersion.number.desc())).all()


def write_template(user: User, situation: Situation, language: str, body: str, *, number: int) -> TemplateVersion:
    """Give a template another wording, or switch it off with an empty one. The old wordings are kept.

    `number` is the version that the person saw. Raises Forbidden for authors, Conflict when somebody else was faster,
    Invalid for a text that is too long or a language that is none.
    """
    if not user.moderates:
        raise Forbidden(N_("Only moderators and owners can change the templates."))
    if not is_language(language):
        raise Invalid(
            N_("There is no language with the code %(code)s. Examples: en, nl, pt_BR."), field="language", code=language
        )
    text = clean_source(body, limit=TEMPLATE_LIMIT) if body.strip() else ""
    rows = versions_of(user.site_id, situation, language)
    newest = rows[0].number if rows else 0
    if number > newest or number < 0:
        raise Invalid(N_("This form is not complete. Please open the template again."))
    if newest != number:
        raise Conflict(N_("%(name)s has changed this template since you opened it."), name=rows[0].user.name)
    row = TemplateVersion(
        site_id=user.site_id, situation=situation, language=language, number=newest + 1, body=text, user_id=user.id
    )
    db.session.add(row)
    db.session.flush()
    return row
