"""What test_fields.py types where: what completes each form, which fields keep nothing, and how to type."""

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.hostile.forms import TYPED
from tests.hostile.payloads import MARK
from tests.hostile.site import Found, HostileSite, Walk, reduced
from tests.stage import FRIEND

# What makes a form complete, by the name of the field, where the page has left it empty.
USUAL = {
    "body": "Thank you for this page.",
    "email": "lena@example.org",
    "first_day": "2026-03-04",
    "last_day": "2026-03-05",
    "message": "A message.",
    "name": "Lena",
    "note": "A note.",
    "number": "3",
    "passage": "pills beside me",
    "reason": "A reason.",
    "slug": "a-title",
    "text": "buy cheap pills",
    "time_zone": "Europe/Amsterdam",
    "title": "A title",
    "url": "https://hooks.example.org/attune",
    "why": "Because of this.",
}

CHOSEN = {"standings.change": {"standing": "paused", "until": "2026-03-09"}}

# Typed, and yet not found again as it was typed: why.
NOT_KEPT = {
    "a secret": {
        "account.new_password.old",
        "account.new_password.password",
        "accounts.sign_in.code",
        "accounts.sign_in.password",
        "entry.choose.password",
        "set_up.save_mail.password",
    },
    "an address, which is encrypted, and no payload is one": {
        "accounts.sign_in.email",
        "alerts.set_up_target.url",
        "entry.forgotten.email",
        "people.add.email",
        "data.ask.email",
        "reader.post_comment.email",
        "set_up.save_mail.host",
        "set_up.save_mail.sender",
        "set_up.save_mail.user",
        "site.save.exit_url",
    },
    "a number, a name of our own or a choice": {
        "articles.add.slug",
        "limits.change.minutes",
        "limits.change.times",
        "site.save.embed_origins",
        "rules.preview.number",
        "set_up.save_mail.port",
        "site.save.time_zone",
        "team.change.time_zone",
        "templates.listing.language",
    },
    "looked for, tried or shown, and let go": {
        "moderation.decide.passage",
        "moderation.queue.q",
        "calibration.page.number",
        "phrases.page.q",
        "phrases.try_.body",
        "reader.preview.body",
        "reader.preview.email",
        "reader.preview.homepage",
        "reader.preview.name",
        "rules.preview.text",
        "rules.preview.why",
        "rules.try_.body",
        "rules.try_.name",
    },
    "tried first, and kept folded in another shape than it was typed": {
        "phrases.add.exceptions",
        "phrases.add.pattern",
        "phrases.add.weight",
        "phrases.add.why",
        "phrases.change.exceptions",
        "phrases.change.weight",
        "phrases.change.why",
    },
    "a trap: that it was filled in is all that counts": {"reader.post_comment.homepage"},
}

# Acts for which the stage has no form on any page, with what they are sent.
NO_FORM: dict[str, dict[str, str]] = {
    "account.confirm": {"code": "123456"},
    "account.end": {"code": "123456"},
    "account.recovery_codes": {"code": "123456"},
    "account.sign_out_there": {},
    "alerts.end_secret": {},
    "alerts.new_secret": {},
    "alerts.take_away": {},
    "alerts.try_again": {},
    "alerts.try_now": {},
    "alerts.try_target": {},
    "answers.change_answers": {"email": "lena@example.org", "tell": "1"},
    "answers.send_link": {},
    "bulks.begin": {"reason": "An advertisement."},
    "bulks.choose": {"act": "hide", "which": "ticked", "tick": "1-1", "shown": "1-1"},
    "bulks.undo": {},
    "calibration.decline": {"kind": "missed", "subject": "cloud"},
    "calibration.save_budget": {"number": "5", "why": "We are two.", "seen": "0"},
    "cases.close": {"words": "We talked."},
    "cases.drop": {},
    "cases.plan": {"check_in": "2026-03-09"},
    "cases.waive": {"why_waived": "Nobody can be reached."},
    "data.download": {"ticket": "x"},
    "data.erase_all": {"ticket": "x", "word": "erase"},
    "embed.first_comment": {
        "url": f"{FRIEND}/a-page",
        "title": "A title",
        "body": "Thank you.",
        "name": "Lena",
        "email": "",
        "parent": "",
        "key": "",
        "stamp": "",
        "homepage": "",
    },
    "founding.found": {"email": "lena@example.org", "name": "Lena", "password": "long enough!"},
    "leaving.hand": {"case": "1", "to": "1", "reason": "A reason."},
    "leaving.take_back": {},
    "leaving.undo": {},
    "mail.open_links": {},
    "phrase_api.bring_back": {},
    "phrase_api.stop": {},
    "phrase_api.try_": {"changes": "[]", "why": "Because of this.", "days": "90", "seen": "{}", "key": "x"},
    "phrase_api.undo": {},
    "phrase_api.use": {"sure": "true"},
    "phrase_runs.repeat": {},
    "set_up.try_mail": {},
    "moderation.pass_on": {"reason": "A reason.", "version": "1"},
    "moderation.release": {"token": "x"},
    "people.come_back": {},
    "rules.save": {
        "kind": "words",
        "text": "cheap",
        "effect": "hold",
        "state": "on",
        "why": "Why.",
        "seen": "0",
        "tried": "x",
    },
    "rules.undo": {},
    "wishes.tell": {"wish": "later"},
}

# Names that only scripts send, or that stand in forms of states which the stage is not in.
BY_SCRIPT = {"by", "page", "sure", "publish", "rule"}

# What would take the ground from under the other forms.
ENDS = {"accounts.sign_out", "account.sign_out_everywhere", "reader.withdraw", "people.depart", "entry.choose"}

LONGEST = 80  # what fits into every field
UNDONE = (302, 403, 404, 409)  # signed out, gone, or done already
SEEN_TOGETHER, MOST_AT_ONCE = 10, 100

Pages = list[tuple[str, str]]  # who goes there, and the address


@dataclass(frozen=True)
class Field:
    """A field that is typed into, in the form that it stands in."""

    found: Found
    name: str

    @property
    def key(self) -> str:
        """Return what the lists above call it."""
        return f"{self.found.endpoint}.{self.name}"

    @property
    def usual(self) -> dict[str, str]:
        """Return what makes its form complete."""
        return usual(self.found)


def usual(found: Found) -> dict[str, str]:
    """Return what makes this form complete."""
    empty = {name for name, _kind in found.form.kinds if not dict(found.form.values).get(name)}
    chosen = {name: value for name, value in CHOSEN.get(found.endpoint, {}).items() if name in found.form.fields}
    return {**{name: text for name, text in USUAL.items() if name in empty}, **chosen}


def typed_fields(walk: Walk) -> list[Field]:
    """Return each field of each act once: an act that has several forms has one for each of its fields."""
    found: dict[tuple[str, str, str], Field] = {}
    for form in walk.forms.values():
        act = dict(form.form.values).get("act", "")
        for name, kind in form.form.kinds:
            if kind in TYPED:
                found.setdefault((form.endpoint, act, name), Field(form, name))
    return list(found.values())


def places_of(site: HostileSite, fields: list[Field]) -> dict[str, list[Any]]:
    """Return in which columns the text of each field is found again; fails for a field of which nobody has said why."""
    places: dict[str, list[Any]] = {}
    for number, field in enumerate(fields):
        words = f"{MARK} plain words {number}"
        site.stage.restore()
        site.send(field.found, **{**field.usual, field.name: words})
        places.setdefault(field.key, []).extend(site.kept(words))
    unknown = {key for key, found in places.items() if not found} - set().union(*NOT_KEPT.values())
    assert not unknown, f"where are {unknown} kept? Complete USUAL, or add them to NOT_KEPT with a reason"
    return places


def pages_of(site: HostileSite, fields: list[Field]) -> dict[str, Pages]:
    """Return on which pages the text of each field is shown, so that others need not be looked at for it."""
    site.stage.restore()
    words = {field.key: f"{MARK} shown {number} words" for number, field in enumerate(fields)}
    for field in fields:
        if field.found.endpoint not in ENDS:
            site.send(field.found, **{**field.usual, field.name: words[field.key]})
    site.settle()
    pages = site.walk().pages
    return {key: [page for page, shown in pages.items() if said in shown] for key, said in words.items()}


def type_all(site: HostileSite, field: Field, places: list[Any], pages: Pages, texts: list[str]) -> list[str]:
    """Type each of these texts into a field, and look at the pages that show it after each ten; returns what is wrong.

    Each answer, or the page that it leads to, is looked at besides.
    """
    wrong: list[str] = []
    site.stage.restore()
    site.answers.clear()
    for number, text in enumerate(texts, 1):
        wrong += type_into(site, field, places, text)
        if places and (number % SEEN_TOGETHER == 0 or number == len(texts)):
            wrong += site.settle() + site.ill_stored() + site.look_at(pages)
        if number % MOST_AT_ONCE == 0:
            site.stage.restore()
    said = f"{field.key}: {len(texts)} texts on {len(pages)} pages besides, {len(wrong)} findings, {dict(site.answers)}"
    print("\n".join([said, *wrong[:20]]), flush=True)
    return wrong


def type_into(site: HostileSite, field: Field, places: list[Any], text: str) -> list[str]:
    """Type a text into a field and send its form; returns what is wrong with what comes of it."""
    sent = {**field.usual, field.name: text}
    answer, found = site.send(field.found, **sent)
    if answer.status_code in UNDONE or _is_lost(site, places, answer, text):  # what came before may have been the same
        site.stage.restore()
        answer, found = site.send(field.found, **sent)
        found += ["refused or kept otherwise"] if _is_lost(site, places, answer, text) else []
    return [f"{field.key} <- {text!r}: {what}" for what in found]


def _is_lost(site: HostileSite, places: list[Any], answer: TestResponse, text: str) -> bool:
    """Say whether a text that fits is refused, or was taken and stands nowhere as it was typed."""
    if not places:
        return False
    if answer.status_code == 422:
        return len(text) <= LONGEST and bool(reduced(text)) and not _too_long(answer)
    return answer.status_code in (200, 303) and not site.holds(places, text)


def _too_long(answer: TestResponse) -> bool:
    return answer.status_code == 422 and ("too long" in answer.text or "at most" in answer.text)
