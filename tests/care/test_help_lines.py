"""The book of help lines: what it may hold, which lines are shown to whom, and what is still to be checked."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from service.care.commands import help_lines
from service.care.help_lines.book import (
    FILE,
    BadBook,
    Country,
    Daily,
    HelpBook,
    HelpLine,
    Kind,
    State,
    dialled,
    read_book,
)
from service.care.help_lines.choice import KINDS, Situation, few_lines_for, known_open, lines_for
from service.care.help_lines.review import review
from service.care.help_lines.shelf import help_book
from service.core.language import country_zones, is_country, is_language

SMALL = """
reviewed: 2026-01-10
state: to be checked
directories:
  - name: A list
    url: https://list.example
    sources: [https://one.example/a, https://two.example/b]
countries:
  'NL':
    emergency:
      any: '112'
      sources: [https://one.example/a, https://two.example/b]
    lines:
      - name: Luister
        kind: listening
        phones: ['116 123']
        languages: [nl]
        sources: [https://one.example/a, https://two.example/b]
      - name: Praat
        kind: crisis
        phones: ['0800-0113']
        hours: always
        languages: [nl, en]
        sources: [https://one.example/a, https://two.example/b]
        reviewed: 2026-03-01
        state: checked
      - name: Schrijf
        kind: listening
        text: '4357'
        word: HALLO
        sources: [https://one.example/a, https://two.example/b]
      - name: Thuis
        kind: domestic violence
        phones: ['0800-2000']
        sources: [https://one.example/a, https://two.example/b]
      - name: Chat thuis
        kind: domestic violence
        chat: https://thuis.example/chat
        sources: [https://one.example/a, https://two.example/b]
  'DK':
    emergency:
      ambulance: '113'
      police: '114'
      sources: [https://one.example/a, https://two.example/b]
    lines: []
  'CZ':
    emergency:
      any: '112'
      sources: [https://one.example/a, https://two.example/b]
    lines:
      - name: Linka
        kind: youth
        phones: ['116 111']
        sources: [https://one.example/a, https://two.example/b]
"""


@pytest.fixture(scope="module")
def small() -> HelpBook:
    return read_book(SMALL)


def names(lines: Iterable[HelpLine]) -> list[str]:
    return [line.name for line in lines]


def nl(book: HelpBook) -> Country:
    found = book.country("NL")
    assert found is not None
    return found


def test_the_book_that_comes_with_attune_keeps_its_rules() -> None:
    book = help_book()
    assert len(book.countries) >= 30
    assert [code for code in book.countries if not is_country(code)] == []
    assert [code for _, line in book.lines() for code in line.languages if not is_language(code)] == []
    assert {line.state for _, line in book.lines()} == {State.TO_BE_CHECKED}


def test_no_line_stands_twice_in_a_country() -> None:
    times = Counter((code, line.name) for code, line in help_book().lines())
    assert [each for each, number in times.items() if number > 1] == []


def test_every_number_can_be_dialled_as_it_is_shown() -> None:
    for code, line in help_book().lines():
        for number in (*line.phones, *filter(None, [line.text])):
            assert 3 <= len(dialled(number)) <= 15, (code, number)
        if line.whatsapp:
            assert dialled(line.whatsapp).startswith("+"), (code, line.whatsapp)


@pytest.mark.parametrize(
    ("code", "number"),
    [("TR", "182"), ("CH", "142"), ("DK", "70201201"), ("US", "18002738255"), ("JP", "0570046556"), ("NL", "09000113")],
)
def test_numbers_that_are_wrong_disputed_or_retired_are_not_in_it(code: str, number: str) -> None:
    country = help_book().country(code)
    assert country is not None
    assert number not in {dialled(phone) for line in country.lines for phone in line.phones}


def test_short_codes_carry_no_prefix_of_a_country() -> None:
    assert [
        (code, phone) for code, line in help_book().lines() for phone in line.phones if phone.startswith(("+", "00"))
    ] == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("phones: ['116 123']", "phones: ['call us']", "phones"),
        ("phones: ['116 123']", "phones: ['+44116123']", "phones"),
        ("phones: ['116 123']", "url: https://luister.example", "a number, a text number or a chat is needed"),
        ("kind: crisis", "kind: anything", "kind"),
        ("any: '112'\n", "ambulance: '112'\n", "one for an ambulance and one for the police"),
        ("hours: always", "hours: open now", "hours"),
        ("hours: always", "hours: {from: '9', until: '17'}", "hours"),
        ("languages: [nl, en]", "languages: [Dutch]", "languages"),
        ("reviewed: 2026-01-10\n", "", "reviewed"),
        ("chat: https://thuis.example/chat", "chat: thuis.example", "chat"),
        ("word: HALLO", "word: HALLO\n        free: true", "free"),
        ("'NL':", "'Netherlands':", "Netherlands"),
        ("countries:", "places:", "countries"),
        ("state: to be checked", "state: [", "YAML"),
    ],
)
def test_a_file_that_breaks_the_rules_is_refused_with_its_place(old: str, new: str, complaint: str) -> None:
    assert old in SMALL
    with pytest.raises(BadBook, match=complaint):
        read_book(SMALL.replace(old, new, 1))


def test_one_source_is_not_enough_even_when_it_is_named_twice() -> None:
    for sources in ("[https://one.example/a]", "[https://one.example/a, http://one.example/a/]"):
        with pytest.raises(BadBook, match=r"sources|two different"):
            read_book(SMALL.replace("[https://one.example/a, https://two.example/b]", sources))


def test_what_an_entry_says_of_its_review_outranks_the_file(small: HelpBook) -> None:
    by_name = {line.name: line for _, line in small.lines()}
    assert (by_name["Luister"].reviewed, by_name["Luister"].state) == (date(2026, 1, 10), State.TO_BE_CHECKED)
    assert (by_name["Praat"].reviewed, by_name["Praat"].state) == (date(2026, 3, 1), State.CHECKED)


@pytest.mark.parametrize(
    ("language", "situation", "expected"),
    [
        ("nl", Situation.ANYONE, ["Praat", "Luister", "Schrijf"]),
        ("en", Situation.ANYONE, ["Praat", "Schrijf", "Luister"]),
        ("ar", Situation.ANYONE, ["Schrijf", "Praat", "Luister"]),
        ("nl", Situation.HOME, ["Chat thuis", "Thuis"]),
        ("nl", Situation.YOUNG, []),
        ("nl", Situation.CARING, []),
    ],
)
def test_language_comes_first_then_writing_then_open_hours(
    small: HelpBook, language: str, situation: Situation, expected: list[str]
) -> None:
    assert names(lines_for(nl(small), language, situation)) == expected


def test_a_handful_is_two_of_the_first_situation_and_one_of_each_other_those_to_write_to_first(small: HelpBook) -> None:
    country = nl(small)
    assert names(few_lines_for(country, "nl", [Situation.HOME, Situation.ANYONE])) == ["Chat thuis", "Thuis", "Praat"]
    assert names(few_lines_for(country, "nl", [Situation.ANYONE, Situation.HOME])) == ["Chat thuis", "Praat", "Luister"]
    assert names(few_lines_for(country, "nl", [Situation.YOUNG, Situation.ANYONE])) == ["Praat", "Luister"]


@pytest.mark.parametrize(
    ("hours", "moment", "zones", "is_open"),
    [
        ("always", "03:00", [], True),
        (None, "12:00", ["Europe/Amsterdam"], False),
        (("09:00", "17:00"), "12:00", ["Europe/Amsterdam"], True),
        (("09:00", "17:00"), "07:59", ["Europe/Amsterdam"], False),
        (("09:00", "17:00"), "08:00", ["Europe/Amsterdam"], True),
        (("09:00", "17:00"), "15:59", ["Europe/Amsterdam"], True),
        (("09:00", "17:00"), "16:00", ["Europe/Amsterdam"], False),
        (("09:00", "24:00"), "22:59", ["Europe/Amsterdam"], True),
        (("18:00", "02:00"), "00:30", ["Europe/Amsterdam"], True),
        (("18:00", "02:00"), "01:00", ["Europe/Amsterdam"], False),
        (("09:00", "17:00"), "15:00", ["America/New_York", "America/Los_Angeles"], False),
        (("09:00", "17:00"), "18:00", ["America/New_York", "America/Los_Angeles"], True),
        (("09:00", "17:00"), "12:00", [], False),
    ],
)
def test_a_line_is_known_to_be_open_only_where_its_hours_say_so_in_every_zone_of_its_country(
    small: HelpBook, hours: Any, moment: str, zones: list[str], is_open: bool
) -> None:
    daily = Daily.model_validate({"from": hours[0], "until": hours[1]}) if isinstance(hours, tuple) else hours
    line = nl(small).lines[0].model_copy(update={"hours": daily})
    at = datetime.combine(date(2026, 3, 2), time.fromisoformat(moment), UTC)
    assert known_open(line, at, [ZoneInfo(zone) for zone in zones]) == is_open


def test_every_country_with_hours_has_its_time_zones() -> None:
    for code, line in help_book().lines():
        assert line.hours in (None, "always") or country_zones(code), code


def test_every_kind_belongs_to_one_situation() -> None:
    assert Counter(kind for kinds in KINDS.values() for kind in kinds) == Counter(Kind)


def test_review_names_what_is_outdated_unchecked_and_missing(small: HelpBook) -> None:
    found = review(small, date(2026, 7, 10), timedelta(days=181))
    assert found.outdated == ()
    found = review(small, date(2026, 7, 11), timedelta(days=181))
    assert found.outdated == ("NL, Luister", "NL, Schrijf", "NL, Thuis", "NL, Chat thuis", "CZ, Linka")
    assert "NL, Praat" not in found.to_be_checked
    assert (found.lines, found.countries) == (6, 3)
    assert found.without_line == ("DK",)
    assert found.without_line_for_anyone == ("CZ",)
    assert set(found.kinds_without_line) == {"suicide", "carers"}


@pytest.mark.parametrize(
    ("arguments", "changed", "code", "said"),
    [
        (["--days", "99999"], ("", ""), 0, "1 checked"),
        (["--days", "1"], ("", ""), 1, "NL, Luister"),
        (["--days", "99999", "--release"], ("", ""), 1, "To be checked (5)"),
        (["--days", "99999", "--release"], ("state: to be checked", "state: checked"), 0, "6 checked"),
        ([], ("kind: crisis", "kind: anything"), 2, "countries > NL > lines > 1 > kind"),
    ],
)
def test_check_ends_with_a_code_that_a_script_can_read(
    tmp_path: Path, arguments: list[str], changed: tuple[str, str], code: int, said: str
) -> None:
    file = tmp_path / "lines.yaml"
    file.write_text(SMALL.replace(*changed) if changed[0] else SMALL)
    result = CliRunner().invoke(help_lines, ["check", "--file", str(file), *arguments])
    assert result.exit_code == code, result.output
    assert said in result.output


def test_check_reads_the_shipped_file_by_default() -> None:
    result = CliRunner().invoke(help_lines, ["check", "--days", "99999"])
    assert result.exit_code == 0
    assert FILE.exists()
    assert "DK" in result.output
