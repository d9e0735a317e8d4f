"""Whatever is typed into whatever field stays words, wherever it is shown, and is kept as it was typed.

The fields are found by walking through the site, so a new one is here by itself: what is typed into it has to be found
again in the database, or stand in NOT_KEPT with a reason. `--full` sends every payload into every field, and
`--corpus FILE` (lines of JSON with a "payload") those of a collection from elsewhere besides.
"""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.accounts import link_views
from service.config import Settings
from service.notifications.targets.post import Network, use
from tests.archive.page_text import DAY, Said, page_text
from tests.cast import Cast
from tests.hostile.forms import TYPED
from tests.hostile.look import findings
from tests.hostile.payloads import FAMILIES, MARK, PAYLOADS, QUICK
from tests.hostile.site import Found, HostileSite, Walk, reduced
from tests.stage import Stage

ROOT = Path(__file__).parents[2]

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
    "founding.found": {"email": "lena@example.org", "name": "Lena", "password": "long enough!"},
    "leaving.hand": {"case": "1", "to": "1", "reason": "A reason."},
    "leaving.take_back": {},
    "leaving.undo": {},
    "mail.open_links": {},
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
ROUNDS = len(QUICK)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings without rate limits: a thousand forms are sent within a second."""
    return Settings(**{**settings.model_dump(), "rate_limits": False})


@pytest.fixture
def site(
    app: Flask,
    cast: Cast,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[HostileSite]:
    """The site, with a row of each kind."""
    monkeypatch.setattr(link_views, "ANSWER_AFTER_S", 0)
    use(Network(resolve=lambda host, port: []))
    stage = Stage(cast, settings, tmp_path_factory.mktemp("stage"))
    yield HostileSite(app, stage)
    stage.close()
    use(None)


@pytest.fixture
def walk(site: HostileSite) -> Walk:
    """The first walk, before anybody has done anything."""
    found = site.walk()
    assert not found.wrong, "\n".join(found.wrong)
    return found


def test_every_act_has_a_form_or_is_listed_and_so_has_every_name_that_is_read(app: Flask, walk: Walk) -> None:
    acts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    found = {form.endpoint for form in walk.forms.values()}
    alone = sorted(acts - found - set(NO_FORM))
    assert not alone, f"no page has a form for {alone}: add them to NO_FORM with their fields"
    assert not set(NO_FORM) - acts, "these are gone: take them out of NO_FORM"
    source = "\n".join(path.read_text() for path in (ROOT / "service").rglob("*.py"))
    read = set(re.findall(r"(?:\bform|\bsent)\.get(?:list)?\(\"(\w+)\"", source))
    read |= set(re.findall(r"\bread_\w+\(request, \"(\w+)\"", source))
    sent = {name for form in walk.forms.values() for name in form.form.fields}
    sent |= {name for fields in NO_FORM.values() for name in fields} | BY_SCRIPT
    assert read
    unsent = sorted(read - sent)
    assert not unsent, f"no page of the stage sends {unsent}, and a view reads them: add them to NO_FORM or BY_SCRIPT"


def test_what_is_typed_into_any_field_stays_words(site: HostileSite, walk: Walk) -> None:
    """Into each field a text that breaks out of everything, one after the other; then every page is looked at."""
    fields, wrong = _typed(walk), []
    places = _places(site, fields)
    site.stage.restore()
    for number, field in enumerate(fields):
        if field.found.endpoint not in ENDS:
            wrong += _type(site, field, places[field.key], QUICK[number % ROUNDS])
    wrong += site.settle() + site.ill_stored() + site.walk().wrong
    assert not wrong, "\n".join(wrong)


@pytest.mark.full
def test_every_text_in_every_field_stays_words(
    site: HostileSite, walk: Walk, payloads: list[str], request: pytest.FixtureRequest
) -> None:
    """All of our own texts, and three hundred of those of the collections that were named."""
    fields, wrong = _typed(walk), []
    places, others = _places(site, fields), payloads[len(PAYLOADS) :]
    texts = PAYLOADS + others[:: max(1, len(others) // 300)]
    most = request.config.getoption("--texts") or len(texts)
    for field in fields:
        wrong += _type_all(site, field, places[field.key], texts[:: max(1, len(texts) // most)])
    assert not wrong, "\n".join(wrong[:200])


@pytest.mark.full
@pytest.mark.parametrize("key", ["reader.post_comment.body", "articles.save.body"])
def test_every_text_of_every_collection_in_a_body_stays_words(
    site: HostileSite, walk: Walk, payloads: list[str], key: str
) -> None:
    field = next(field for field in _typed(walk) if field.key == key)
    wrong = _type_all(site, field, _places(site, [field])[key], payloads)
    assert not wrong, "\n".join(wrong[:200])


def _type_all(site: HostileSite, field: "Field", places: list[Any], texts: list[str]) -> list[str]:
    wrong: list[str] = []
    site.stage.restore()
    for number, text in enumerate(texts, 1):
        wrong += _type(site, field, places, text)
        if places and (number % 200 == 0 or number == len(texts)):
            wrong += site.settle() + site.ill_stored() + site.walk().wrong
            site.stage.restore()
    print("\n".join([f"{field.key}: {len(texts)} texts, {len(wrong)} findings", *wrong[:20]]), flush=True)
    return wrong


@pytest.mark.db
def test_controls_and_half_letters_reach_neither_database(cast: Cast, client: FlaskClient) -> None:
    """PostgreSQL keeps no NUL, and an error of its own would be a page that says "try again"."""
    owner, slug = cast.browser(cast.ines), cast.article.slug
    for text in ("%00", "a%00b", "%ed%a0%80", "%ff%fe", "%0d%0a"):
        for path in (f"/articles/{text}", f"/articles/{text}/comments.atom", f"/my/{text}", f"/static/{text}"):
            assert client.get(path).status_code == 404, path
        assert client.get(f"/help?country={text}&language={text}").status_code == 200
        assert owner.get(f"/moderation?q={text}").status_code == 200
        assert owner.get(f"/moderation/templates?language={text}").status_code < 500
        body = f"body=Words{text}&name=Lena{text}&email={text}&key={text}&stamp={text}&audience={text}"
        sent = client.post(f"/articles/{slug}/comments", data=body, content_type="application/x-www-form-urlencoded")
        assert sent.status_code in (303, 422)  # an address of nothing but controls is none
        cookies = {"Cookie": f"attune={text}; attune-guest={text}; attune-browser={text}"}
        assert client.get(f"/articles/{slug}", headers=cookies).status_code == 200


def test_what_no_page_lets_one_type_is_harmless_too(site: HostileSite, walk: Walk) -> None:
    """Hidden fields, choices, numbers, buttons; and acts to which the stage has no form."""
    wrong, done = [], set()
    for found in walk.forms.values():
        names = {name for name, kind in found.form.kinds if kind not in TYPED} - {"csrf_token"}
        for name in sorted(names):
            if (found.endpoint, name) not in done:
                done.add((found.endpoint, name))
                _answer, what = site.send(found, **{**usual(found), name: QUICK[len(done) % ROUNDS]})
                wrong += [f"{found.endpoint}.{name}: {thing}" for thing in what]
    site.stage.restore()
    for endpoint, fields in NO_FORM.items():
        for name, text in product(fields or ["anything"], QUICK):
            wrong += [f"{endpoint}.{name}: {what}" for what in site.post(endpoint, **{**fields, name: text})]
    assert not wrong, "\n".join(wrong)


def test_what_stands_in_an_address_is_harmless(app: Flask, site: HostileSite, request: pytest.FixtureRequest) -> None:
    wrong = []
    for turn, rule in enumerate(app.url_map.iter_rules()):
        texts = QUICK if request.config.getoption("--full") else [QUICK[turn % ROUNDS]]
        if "GET" not in (rule.methods or set()):
            continue
        path, browser = site.stage.path(rule), site.stage.browsers["owner"]
        for name, text in product(_read_in_address(app, rule.endpoint), texts):
            with browser.get(path, query_string={name: text.encode("utf-8", "replace")}) as answer:
                wrong += [f"{path}?{name}=: {what}" for what in findings(answer) if path != "/readyz"]
        for name, text in product(sorted(rule.arguments), texts):
            quoted = quote(text.encode("utf-8", "replace"), safe="")
            with browser.get(site.stage.path(rule, **{name: quoted})) as answer:
                wrong += [f"{rule.rule} with {name}: {what}" for what in findings(answer)]
    assert not wrong, "\n".join(wrong)


def test_what_stands_in_a_header_is_harmless(app: Flask, site: HostileSite) -> None:
    wrong, names = [], "User-Agent Accept-Language Accept-Encoding Referer Cookie Authorization If-None-Match Range "
    names += "Idempotency-Key X-Forwarded-For X-Forwarded-Host Forwarded Content-Type Sec-Fetch-Mode Sec-Purpose"
    for name, text in product(names.split(), QUICK):
        headers = {name: "".join(c for c in text if c.isprintable() and ord(c) < 256)}
        for path in ("/", "/articles/old-maps", "/moderation", "/metrics", "/help", "/sign-in"):
            with app.test_client().get(path, headers=headers) as answer:
                wrong += [f"{path} with {name}: {what}" for what in findings(answer)]
        with site.stage.browsers["nobody"].post(
            "/articles/old-maps/comments", data={"body": "Words.", "name": "Lena"}, headers=headers
        ) as answer:
            wrong += [f"comment with {name}: {what}" for what in findings(answer)]
        site.stage.restore()
    assert not wrong, "\n".join(wrong)


def test_what_is_imported_stays_words(
    app: Flask, site: HostileSite, payloads: list[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """As the title, the author, the name of who comments, and the words; then every page is looked at."""
    some = payloads if request.config.getoption("--full") else [*QUICK, *PAYLOADS[::20]]
    said = [Said(f"Lena {text}"[:70], DAY, [f"Words {text}"]) for text in some[:: max(1, len(some) // 400)]]
    head = f"A Page {QUICK[0]}\n\nBy Ada {QUICK[2]} | October 1st, 2015|\n\nThe text {QUICK[0]}.\n\n"
    file = tmp_path / "page.txt"
    file.write_bytes(re.sub("[\x00-\x08\x0b-\x1f]", "", page_text(said, head=head)).encode("utf-8", "replace"))
    runner = app.test_cli_runner()
    result = runner.invoke(args=["import", "page", str(file), "--author", f"Ada {QUICK[0]}"])
    assert result.exit_code == 0, result.output
    wrong = site.settle() + site.ill_stored() + site.walk().wrong
    assert not wrong, "\n".join(wrong)


def test_what_the_owner_calls_the_site_stays_words(app: Flask, site: HostileSite) -> None:
    """It stands in every page, feed and mail."""
    for text in (*QUICK, *FAMILIES["headers"]):
        app.test_cli_runner().invoke(args=["site", "set", "--name", text.replace("\x00", "")[:80], "--tagline", text])
        wrong = site.settle()
        for path in ("/", "/articles/old-maps", "/comments.atom", "/help", "/sign-in"):
            wrong += findings(app.test_client().get(path))
        assert not wrong, "\n".join(wrong)


# What would take the ground from under the other forms.
ENDS = {"accounts.sign_out", "account.sign_out_everywhere", "reader.withdraw", "people.depart", "entry.choose"}


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


def _places(site: HostileSite, fields: list[Field]) -> dict[str, list[Any]]:
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


def _type(site: HostileSite, field: Field, places: list[Any], text: str) -> list[str]:
    """Type a text into a field and send its form; returns what is wrong with what comes of it."""
    sent = {**field.usual, field.name: text}
    answer, found = site.send(field.found, **sent)
    if _is_lost(site, places, answer, text):  # what came before may have filled something up, or been the same act
        site.stage.restore()
        answer, found = site.send(field.found, **sent)
        found += ["refused or kept otherwise"] if _is_lost(site, places, answer, text) else []
    if answer.status_code in (302, 403, 404, 409):
        site.stage.restore()
    return [f"{field.key} <- {text!r}: {what}" for what in found]


def _is_lost(site: HostileSite, places: list[Any], answer: TestResponse, text: str) -> bool:
    """Say whether a text that fits is refused, or was taken and stands nowhere as it was typed."""
    if not places:
        return False
    if answer.status_code == 422:
        return len(text) <= LONGEST and bool(reduced(text)) and not _too_long(answer)
    return answer.status_code in (200, 303) and not site.holds(places, text)


def _typed(walk: Walk) -> list[Field]:
    """Return each field of each act once: an act that has several forms has one for each of its fields."""
    found: dict[tuple[str, str, str], Field] = {}
    for form in walk.forms.values():
        act = dict(form.form.values).get("act", "")
        for name, kind in form.form.kinds:
            if kind in TYPED:
                found.setdefault((form.endpoint, act, name), Field(form, name))
    return list(found.values())


def usual(found: Found) -> dict[str, str]:
    """Return what makes this form complete."""
    empty = {name for name, _kind in found.form.kinds if not dict(found.form.values).get(name)}
    chosen = {name: value for name, value in CHOSEN.get(found.endpoint, {}).items() if name in found.form.fields}
    return {**{name: text for name, text in USUAL.items() if name in empty}, **chosen}


LONGEST = 80  # what fits into every field


def _too_long(answer: TestResponse) -> bool:
    return answer.status_code == 422 and ("too long" in answer.text or "at most" in answer.text)


def _read_in_address(app: Flask, endpoint: str) -> list[str]:
    """Return the names that the module of this view reads from an address, and those that any page may have."""
    file = inspect.getsourcefile(inspect.unwrap(app.view_functions[endpoint]))
    source = Path(file or "").read_text()
    names = set(re.findall(r"(?:\bargs\.get\(|\bargs\[|number_in_address\()\"(\w+)\"", source))
    return sorted(names | {"after", "order", "page", "q"})


@pytest.fixture
def payloads(request: pytest.FixtureRequest) -> list[str]:
    """All texts: our own, and those of the collections that were named."""
    corpora = [Path(name) for name in request.config.getoption("--corpus")]
    return PAYLOADS + [payload for path in corpora for payload in _read_corpus(path)]


def _read_corpus(path: Path) -> list[str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [f"{json.loads(line)['payload']} {MARK}" for line in lines]
