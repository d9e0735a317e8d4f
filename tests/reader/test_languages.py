"""Languages: what readers meet is whole in each, and stands in the one that the owner chose."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from service.core.db import begin_write, db
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import CALM, Cast

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "service" / "translations"
LANGUAGES = ["es", "ar"]
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "N_": None, "_": None}
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def met_by_readers() -> set[str | tuple[str, ...]]:
    """Every message in what readers can meet."""
    with (FOLDER / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS, directory_filter=_holds_messages)
    return {message for _file, _line, message, _comments, _context in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_readers_meet_is_missing(language: str, met_by_readers: set[str | tuple[str, ...]]) -> None:
    assert len(met_by_readers) > 300
    catalog = words(language)
    known = {_key(message.id) for message in catalog if message.id and _is_whole(message.string, catalog.num_plurals)}
    assert {_key(message) for message in met_by_readers} - known == set()
    assert [message.id for message in catalog if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_for_a_value_is_kept(language: str) -> None:
    for message in words(language):
        if not message.id:
            continue
        asked = set(PLACES.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        for string in [message.string] if isinstance(message.string, str) else message.string:
            spelled_out = set() if isinstance(message.id, str) else {"%(num)d"}  # "one answer" needs no figure
            assert asked - spelled_out <= set(PLACES.findall(string)) <= asked, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_is_what_is_written(language: str) -> None:
    with (FOLDER / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    assert _strings(compiled) == _strings(words(language))


@pytest.mark.parametrize(
    ("language", "direction", "heading", "count"),
    [("es", "ltr", "Escribir un comentario", "1 comentario<"), ("ar", "rtl", "اكتب تعليقًا", "تعليق واحد (1)<")],
)
def test_pages_stand_in_the_language_of_the_site(
    cast: Cast, client: FlaskClient, language: str, direction: str, heading: str, count: str
) -> None:
    cast.says(cast.tove, CALM)
    english = client.get("/articles/old-maps").text
    assert '<html lang="en" dir="ltr">' in english
    choose(language)
    page = client.get("/articles/old-maps").text
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert heading in page
    assert count in page
    assert f'lang="{language}"' in client.get("/help").text
    assert f'lang="{language}"' in client.get("/privacy").text
    assert f'lang="{language}"' in client.get("/nowhere").text
    wrong = client.post("/articles/old-maps/comments", data={"body": " ", "name": "Tove"})
    assert "Please write something first." not in wrong.text
    assert '<html lang="en" dir="ltr">' in cast.browser(cast.ana).get("/moderation").text


def choose(language: str) -> None:
    begin_write()
    change(current_site(), language=language)
    db.session.commit()


def words(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def _strings(catalog: Catalog) -> dict[object, list[str]]:
    """Return what stands for each message, by its singular."""
    parts = {_key(message.id): message.string for message in catalog if message.id}
    return {key: [string] if isinstance(string, str) else list(string) for key, string in parts.items()}


def _holds_messages(path: str) -> bool:
    top = Path(path).relative_to(ROOT).parts
    return not top or top[0] in ("service", "templates")


def _key(message: object) -> object:
    return message[0] if isinstance(message, tuple | list) else message


def _is_whole(string: object, plurals: int) -> bool:
    if isinstance(string, str):
        return bool(string.strip())
    return isinstance(string, tuple | list) and len(string) == plurals and all(part.strip() for part in string)
