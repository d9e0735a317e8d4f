"""What is known of help lines: the types of lines.yaml and its loader, which refuses what breaks the rules (pure)."""

import enum
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

FILE = Path(__file__).parent / "lines.yaml"


class BadBook(ValueError):
    """The file breaks its own rules; the message has one line for each fault."""


class Kind(enum.StrEnum):
    """What a line is for, in its own words."""

    SUICIDE = "suicide"
    CRISIS = "crisis"
    LISTENING = "listening"
    DOMESTIC_VIOLENCE = "domestic violence"
    CARERS = "carers"
    YOUTH = "youth"


class State(enum.StrEnum):
    """How far an entry can be trusted: `checked` once the people who run the line have confirmed it."""

    TO_BE_CHECKED = "to be checked"
    CHECKED = "checked"


Dialled = Annotated[str, StringConstraints(pattern=r"^[*0-9][0-9 -]{1,17}$")]
International = Annotated[str, StringConstraints(pattern=r"^\+[0-9][0-9 -]{6,20}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\.[^\s]+$")]
SourceDate = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}){0,2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sourced(_Part):
    """What stands on two sources; `source_date` is that of the newer one, as far as it is known."""

    sources: tuple[WebAddress, ...] = Field(min_length=2)
    source_date: SourceDate | None = None

    @model_validator(mode="after")
    def _two_sources(self) -> Self:
        if len({_bare(source) for source in self.sources}) < 2:
            raise ValueError("two different sources are needed")
        return self


class Daily(_Part):
    """Open every day between these hours, in the line's own country."""

    opens: Clock = Field(alias="from")
    closes: Clock = Field(alias="until")


class HelpLine(_Sourced):
    """One line. Numbers are written as they are dialled in its country; `hours` None: not known.

    `area` is the part of the country that it serves, None: all of it. `other_languages`: more than those listed.
    """

    name: str = Field(min_length=2, max_length=80)
    kind: Kind
    phones: tuple[Dialled, ...] = ()
    text: Dialled | None = None
    word: str | None = Field(None, pattern=r"^[A-Z]{2,12}$")
    whatsapp: International | None = None
    chat: WebAddress | None = None
    url: WebAddress | None = None
    hours: Literal["always"] | Daily | None = None
    languages: tuple[Language, ...] = ()
    other_languages: bool = False
    area: str | None = None
    reviewed: date
    state: State

    @property
    def without_voice(self) -> bool:
        """True when one can write to it instead of talking aloud."""
        return bool(self.text or self.whatsapp or self.chat)

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not (self.phones or self.without_voice):
            raise ValueError("a number, a text number or a chat is needed")
        if self.word and not self.text:
            raise ValueError("a word to text needs a number to text it to")
        return self


class Emergency(_Sourced):
    """Whom to call when a life is in danger: one number for all, or one for an ambulance and one for the police.

    `text` takes messages from people who cannot talk aloud.
    """

    any: Dialled | None = None
    ambulance: Dialled | None = None
    police: Dialled | None = None
    text: Dialled | None = None

    @model_validator(mode="after")
    def _somebody_comes(self) -> Self:
        if not self.any and not (self.ambulance and self.police):
            raise ValueError("a number for all is needed, or one for an ambulance and one for the police")
        return self


class Country(_Part):
    """What is known of one country."""

    code: CountryCode
    emergency: Emergency
    lines: tuple[HelpLine, ...]


class Directory(_Sourced):
    """A list of lines of the whole world that others keep."""

    name: str
    url: WebAddress


class HelpBook(_Part):
    """All that is known, by ISO code of the country."""

    directories: tuple[Directory, ...] = Field(min_length=1)
    countries: dict[CountryCode, Country]

    def country(self, code: str) -> Country | None:
        """Return what is known of a country, None where nothing is."""
        return self.countries.get(code)

    def lines(self) -> Iterator[tuple[str, HelpLine]]:
        """Return every line with the code of its country, country by country."""
        return ((code, line) for code, country in self.countries.items() for line in country.lines)


def read_book(text: str) -> HelpBook:
    """Return the book that a YAML text holds. Raises BadBook with every fault."""
    return _checked(_spread(_load(text)))


def lay_over(book: HelpBook, text: str) -> HelpBook:
    """Return a book with the countries of a YAML text in place of its own, or beside them.

    The text needs no directories; those that it has take the place of the book's. Raises BadBook with every fault.
    """
    given = _spread(_load(text))
    countries = {**book.countries, **given["countries"]}
    return _checked({"directories": book.directories, **given, "countries": countries})


def dialled(number: str) -> str:
    """Return a number as a telephone takes it: digits, and a star or plus where it begins with one."""
    return re.sub(r"[^0-9*+]", "", number)


def _load(text: str) -> Any:
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (both are safe)
    except yaml.YAMLError as error:
        raise BadBook(f"This is not YAML: {error}") from None


def _checked(given: Mapping[str, Any]) -> HelpBook:
    try:
        return HelpBook.model_validate(given)
    except ValidationError as error:
        raise BadBook("\n".join(_faults(error))) from None


def _spread(given: Any) -> dict[str, Any]:
    """Hand `reviewed` and `state` down to each line that has none of its own, and each country its code."""
    if not isinstance(given, Mapping) or not isinstance(given.get("countries"), Mapping):
        raise BadBook("countries: a list of countries by their code is needed")
    shared = _looked_at(given)
    unquoted = [code for code in given["countries"] if not isinstance(code, str)]
    if unquoted:  # YAML reads the code of Norway as "no"
        raise BadBook(f"countries: write codes in quotes, such as 'NO' (found {unquoted[0]!r})")
    countries = {code: _spread_country(str(code), country, shared) for code, country in given["countries"].items()}
    return {name: value for name, value in given.items() if name not in shared} | {"countries": countries}


def _spread_country(code: str, country: Any, shared: Mapping[str, Any]) -> Any:
    if not isinstance(country, Mapping) or not isinstance(country.get("lines"), list):
        return country
    own = _looked_at(country)
    lines = [{**shared, **own, **line} if isinstance(line, Mapping) else line for line in country["lines"]]
    rest = {name: value for name, value in country.items() if name not in own}
    return {**rest, "code": code, "lines": lines}


def _looked_at(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("reviewed", "state") if name in entry}


def _faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        place = " > ".join(str(step) for step in fault["loc"])
        yield f"{place}: {fault['msg'].removeprefix('Value error, ')}"


def _bare(address: str) -> str:
    return address.partition("://")[2].rstrip("/").lower()
