"""A site's own help lines: its countries are shown in place of the shipped ones, and a broken file does no harm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.care.help_lines.book import BadBook
from service.care.help_lines.shelf import LARGEST_FILE, help_book, read_own, shipped
from service.config import Settings, current_keys
from service.core import clock
from service.doctor.findings import Finding, State
from service.doctor.people import check_words
from service.reader.mine import MINE
from service.site.queries import current_site
from tests.cast import CALM, CRISIS, Cast

OWN = """
reviewed: 2026-03-01
state: checked
countries:
  'NL':
    emergency: {any: '112', sources: [https://one.example, https://two.example]}
    lines:
      - name: Lijn om de hoek
        kind: listening
        phones: ['030 123 45 67']
        text: '30123'
        hours: always
        sources: [https://hoek.example, https://stad.example]
  'GL':
    emergency: {any: '113', sources: [https://one.example, https://two.example]}
    lines: []
"""
Start = Callable[[str], FlaskClient]


@pytest.fixture
def start(another_app: Callable[..., Flask], settings: Settings, dutch: None) -> Start:
    """Starts the site anew, with a file of its own in the data folder."""

    def begin(text: str) -> FlaskClient:
        folder = settings.data_dir / f"start {len(text)}"
        folder.mkdir()
        (folder / "help-lines.yaml").write_text(text, encoding="utf-8")
        app = another_app(data_dir=folder, database_url=settings.database)
        return app.test_client()

    return begin


def test_a_country_of_ones_own_takes_the_place_of_the_shipped_one_everywhere(cast: Cast, start: Start) -> None:
    comment, said = cast.says(cast.tove, CRISIS), cast.says(cast.joao, CALM)
    mine = f"/my/{current_keys().sign(MINE, str(comment.id))}"
    browser = start(OWN)
    for path in ("/help", mine, f"/comments/{said.id}/reports/thanks?about=worried"):
        page = browser.get(path).text
        assert "Lijn om de hoek" in page, path
        assert 'href="sms:30123"' in page, path
        assert "113 Zelfmoordpreventie" not in page, path
    assert "still to be checked" not in browser.get("/help").text


def test_other_countries_stay_and_a_new_one_can_be_chosen(cast: Cast, start: Start) -> None:
    browser = start(OWN)
    assert '<option value="GL">Greenland</option>' in browser.get("/help").text
    assert 'href="tel:113"' in browser.get("/help?country=GL").text
    assert "Samaritans" in browser.get("/help?country=GB").text
    assert help_book().directories == shipped().directories


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (OWN.replace("kind: listening", "kind: magic"), "countries > NL > lines > 0 > kind: Input should be"),
        (OWN.replace("'30123'", "30123"), "countries > NL > lines > 0 > text: Input should be a valid string"),
        (OWN.replace(", https://stad.example", ""), "lines > 0 > sources: Tuple should have at least 2 items"),
        (OWN.replace("'GL'", "NO"), "write codes in quotes, such as 'NO'"),
        ("reviewed: 2026-03-01", "countries: a list of countries by their code is needed"),
        ("countries: [", "This is not YAML"),
        ("#" * (LARGEST_FILE + 1), f"The file has more than {LARGEST_FILE} bytes."),
    ],
)
def test_a_broken_file_breaks_no_page_and_is_said(cast: Cast, start: Start, app: Flask, text: str, fault: str) -> None:
    browser = start(text)
    page = browser.get("/help")
    assert page.status_code == 200
    assert "113 Zelfmoordpreventie" in page.text
    checked = app.test_cli_runner().invoke(args=["help-lines", "check"])
    assert checked.exit_code == 2
    assert fault in checked.output
    assert "only the lines that come with Attune are shown" in checked.output
    assert doctor("own help lines").state is State.BAD


def test_the_check_and_the_doctor_say_that_the_file_is_there(app: Flask, start: Start) -> None:
    start(OWN)
    checked = app.test_cli_runner().invoke(args=["help-lines", "check", "--days", "99999"])
    assert "has countries of your own: NL, GL." in checked.output
    assert checked.exit_code == 0
    assert "NL, Lijn om de hoek" not in checked.output  # it is checked
    assert doctor("own help lines").state is State.OK


def test_a_file_that_cannot_be_opened_is_a_fault_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadBook, match="cannot be opened"):
        read_own(tmp_path)
    (tmp_path / "help-lines.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadBook, match="UTF-8"):
        read_own(tmp_path / "help-lines.yaml")


def doctor(about: str) -> Finding:
    found = [each for each in check_words(current_site(), clock.now().date()) if each.about == about]
    assert len(found) == 1
    return found[0]
