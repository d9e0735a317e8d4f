"""Whatever is typed into whatever field stays words, wherever it is shown, and is kept as it was typed.

The fields are found by walking through the site, so a new one is here by itself: what is typed into it has to be found
again in the database, or stand in NOT_KEPT (fields.py) with a reason. `--full` sends every payload into every field,
and `--corpus FILE` (lines of JSON with a "payload") those of a collection from elsewhere besides.
"""

import inspect
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.accounts import link_views
from service.config import Settings
from service.notifications.targets.post import Network, use
from tests.archive.page_text import DAY, Said, page_text
from tests.cast import Cast
from tests.hostile.fields import BY_SCRIPT, ENDS, NO_FORM, pages_of, places_of, type_all, type_into, typed_fields, usual
from tests.hostile.forms import TYPED
from tests.hostile.look import findings
from tests.hostile.payloads import FAMILIES, MARK, PAYLOADS, QUICK
from tests.hostile.site import HostileSite, Walk
from tests.stage import Stage

ROOT = Path(__file__).parents[2]

ROUNDS = len(QUICK)
PARTS = 12  # of the long run, so that several processes share it


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
    fields, wrong = typed_fields(walk), []
    places = places_of(site, fields)
    site.stage.restore()
    for number, field in enumerate(fields):
        if field.found.endpoint not in ENDS:
            wrong += type_into(site, field, places[field.key], QUICK[number % ROUNDS])
    wrong += site.settle() + site.ill_stored() + site.walk().wrong
    assert not wrong, "\n".join(wrong)


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
def test_every_text_in_every_field_stays_words(
    site: HostileSite, walk: Walk, payloads: list[str], request: pytest.FixtureRequest, part: int
) -> None:
    """All of our own texts, and three hundred of those of the collections that were named; a part of the fields."""
    fields, wrong = typed_fields(walk)[part::PARTS], []
    places, pages, others = places_of(site, fields), pages_of(site, fields), payloads[len(PAYLOADS) :]
    texts = PAYLOADS + others[:: max(1, len(others) // 300)]
    most = request.config.getoption("--texts") or len(texts)
    for field in fields:
        wrong += type_all(site, field, places[field.key], pages[field.key], texts[:: max(1, len(texts) // most)])
    wrong += site.walk().wrong
    assert not wrong, "\n".join(wrong[:200])


@pytest.mark.full
@pytest.mark.parametrize("key", ["reader.post_comment.body", "articles.save.body"])
def test_every_text_of_every_collection_in_a_body_stays_words(
    site: HostileSite, walk: Walk, payloads: list[str], key: str
) -> None:
    field = next(field for field in typed_fields(walk) if field.key == key)
    wrong = type_all(site, field, places_of(site, [field])[key], pages_of(site, [field])[key], payloads)
    assert not wrong, "\n".join(wrong[:200])


@pytest.mark.db
def test_controls_and_half_letters_reach_neither_database(cast: Cast, client: FlaskClient) -> None:
    """PostgreSQL keeps no NUL, and an error of its own would be a page that says "try again"."""
    owner, slug = cast.browser(cast.ines), cast.article.slug
    for text in ("%00", "a%00b", "%ed%a0%80", "%ff%fe", "%0d%0a"):
        for path in (f"/articles/{text}", f"/articles/{text}/comments.atom", f"/my/{text}", f"/static/{text}"):
            assert client.get(path).status_code == 404, path
        assert client.get(f"/help?country={text}&language={text}").status_code == 200
        assert owner.get(f"/moderation?q={text}", follow_redirects=True).status_code == 200
        assert owner.get(f"/moderation/templates?language={text}").status_code < 500
        body = f"body=Words{text}&name=Lena{text}&email={text}&key={text}&stamp={text}&audience={text}"
        sent = client.post(f"/articles/{slug}/comments", data=body, content_type="application/x-www-form-urlencoded")
        assert sent.status_code in (303, 422)  # an address of nothing but controls is none
        cookies = {"Cookie": f"attune={text}; attune-guest={text}; attune-browser={text}"}
        assert client.get(f"/articles/{slug}", headers=cookies).status_code == 200


def test_what_no_page_lets_one_type_is_harmless_too(
    site: HostileSite, walk: Walk, request: pytest.FixtureRequest
) -> None:
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
    alone = [(endpoint, fields, name) for endpoint, fields in NO_FORM.items() for name in fields or ["anything"]]
    for number, (endpoint, fields, name) in enumerate(alone):
        for text in QUICK if request.config.getoption("--full") else [QUICK[number % ROUNDS]]:
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
