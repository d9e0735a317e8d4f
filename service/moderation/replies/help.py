"""What stands beside the reply box: templates, blanks, thoughts, a preview; and what a reply has to pass."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from service.accounts.models import User
from service.accounts.queries import shifts_of
from service.care.help_lines.book import Country, HelpLine, dialled
from service.care.help_lines.choice import Situation as Need
from service.care.help_lines.choice import lines_for
from service.care.help_lines.shelf import help_book
from service.care.queries import case_of
from service.comments.models import Audience, Comment
from service.config import current_settings
from service.core.errors import N_, Invalid
from service.core.language import format_weekdays
from service.core.text import COMMENT_LIMIT, clean_source, render_comment
from service.moderation.replies.drafts import draft_of
from service.moderation.replies.filling import begin_with, fill
from service.moderation.replies.hints import MOST_SHOWN, Hint, blanks, hints, holds
from service.moderation.replies.situations import BETTER_IN_PRIVATE, SITUATIONS, About, Situation, suggest
from service.moderation.replies.template_texts import PLACEHOLDERS
from service.moderation.replies.templates import Template, templates_for
from service.site.models import Site
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.queries import latest_scan


@dataclass(frozen=True)
class Thoughts:
    """What there is to say about a text: open blanks with their words, hints, and the keys of the second looks."""

    blanks: list[tuple[str, str]]
    hints: list[Hint]
    holds: str


@dataclass(frozen=True)
class ReplyHelp:
    """What the page of one comment shows in and around its reply box."""

    body: str
    audience: str
    kept_at: datetime | None
    templates: Mapping[Situation, Template]
    about: Mapping[Situation, About]
    suggested: Situation | None
    thoughts: Thoughts
    preview: str


def reply_help(user: User, comment: Comment, typed: str, *, audience: str = "", preview: bool = False) -> ReplyHelp:
    """Return the help for answering a comment; with nothing typed, the draft that this person has kept of it.

    `audience`: who reads it, as the person has chosen; empty: as the draft has it, else as the situation suggests.
    """
    draft = None if typed else draft_of(user, comment)
    body = draft.body if draft is not None else typed
    scan, templates = latest_scan(comment.id), _templates(comment)
    level = _level(comment, scan)
    suggested = suggest(level, _families(scan))
    usual = Audience.WRITER if suggested in BETTER_IN_PRIVATE else Audience.EVERYONE
    return ReplyHelp(
        body=body,
        audience=audience or (draft.audience if draft is not None else "") or usual,
        kept_at=draft.updated_at if draft is not None else None,
        templates=templates,
        about=SITUATIONS,
        suggested=suggested,
        thoughts=_thoughts(body, level, templates),
        preview=preview_of(body) if preview else "",
    )


def preview_of(body: str) -> str:
    """Return a reply as its readers will see it; nothing for one that could not be sent as it is."""
    try:
        return render_comment(clean_source(body, limit=COMMENT_LIMIT))
    except Invalid:
        return ""


def thoughts_on(comment: Comment, body: str) -> Thoughts:
    """Return what there is to say about an answer to this comment."""
    return _thoughts(body, level_for(comment), _templates(comment))


def _thoughts(body: str, level: Level, templates: Mapping[Situation, Template]) -> Thoughts:
    texts = tuple(template.body for template in templates.values())
    found = hints(body, level, numbers=_checked_numbers(), help_link=help_link(), templates=texts)
    return Thoughts(
        blanks=[(name, PLACEHOLDERS.get(name, "")) for name in blanks(body)],
        hints=found[: max(MOST_SHOWN, sum(hint.hold for hint in found))],
        holds=_keys(found),
    )


def check_reply(comment: Comment, source: str, looked: str) -> None:
    """Raise Invalid for a reply that must not go out like this.

    Either a placeholder is open (field "body"), or it holds something that asks for a second look and `looked`, the
    keys that the person has ticked, lacks one of them (field "looked").
    """
    names = blanks(source)
    if names:
        raise Invalid(N_("Please fill in %(blank)s before this goes out."), field="body", blank=f"{{{names[0]}}}")
    if not set(_keys(holds(source, level_for(comment))).split()) <= set(looked.split()):
        raise Invalid(N_("Please look at this once more before it goes out."), field="looked")


def template_text(user: User, comment: Comment, situation: Situation, typed: str) -> str:
    """Return the text of the reply box after "use this template", filled in as far as it is known.

    Raises Invalid where the site has no such template.
    """
    templates, values = _templates(comment), _known_values(user, comment)
    if situation not in templates:
        raise Invalid(N_("There is no such template."), field="template")
    filled = {each: fill(template.body, values) for each, template in templates.items()}
    return begin_with(filled[situation], typed, filled.values())


def level_for(comment: Comment) -> Level:
    """Return how much depends on an answer to this comment: the level of the open case, else that of the scan."""
    return _level(comment, latest_scan(comment.id))


def help_link() -> str:
    """Return the address of the page of help lines."""
    return f"{current_settings().site_url}/help"


def _keys(found: Collection[Hint]) -> str:
    return " ".join(sorted(hint.key for hint in found if hint.hold))


def _templates(comment: Comment) -> dict[Situation, Template]:
    return templates_for(comment.site_id, current_site().language)


def _level(comment: Comment, scan: Scan | None) -> Level:
    case = case_of(comment)
    if case is not None and not case.ended:
        return case.level
    return scan.level if scan is not None else Level.NONE


def _families(scan: Scan | None) -> set[str]:
    return {match["family"] for match in scan.reasons if match["level"] != Level.NONE} if scan is not None else set()


def _known_values(user: User, comment: Comment) -> dict[str, str]:
    site = current_site()
    country = help_book().country(site.help_country)
    days = sorted({shift.weekday for shift in shifts_of(site.id) if shift.user_id == user.id})
    return {
        "name": comment.name,
        "help_link": help_link(),
        "days": format_weekdays(days),
        **(_numbers(country, site) if country is not None else {}),
    }


def _numbers(country: Country, site: Site) -> dict[str, str]:
    """Return the numbers of the site's country: the emergency number, and the first line that can be called."""
    values = {"emergency_number": country.emergency.any or country.emergency.ambulance or ""}
    for line in _called(country, site, Need.ANYONE):
        values |= {"line_name": line.name, "line_number": line.phones[0]}
    for line in _called(country, site, Need.YOUNG):
        values |= {"child_line": f"{line.name} ({line.phones[0]})"}
    return values


def _called(country: Country, site: Site, need: Need) -> list[HelpLine]:
    """Return the first line that can be called, in a list that is empty where there is none."""
    return [line for line in lines_for(country, site.language, need) if line.phones][:1]


@cache
def _checked_numbers() -> frozenset[str]:
    """Return the digits of every number in the book of help lines."""
    book = help_book()
    lines: list[Any] = [line for _code, line in book.lines()]
    written = [number for line in lines for number in (*line.phones, line.text, line.whatsapp)]
    for country in book.countries.values():
        emergency = country.emergency
        written += [emergency.any, emergency.ambulance, emergency.police, emergency.text]
    return frozenset(dialled(number).lstrip("+*") for number in written if number)
