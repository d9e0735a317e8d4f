"""Where in the queue somebody stands: the lane, and what it is narrowed down to; the same in every address (pure)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.core.paging import read_id
from service.triage.levels import Level

UNSCANNED = "unscanned"
LEVELS = (Level.CRISIS.value, Level.URGENT.value, Level.SUPPORT.value, UNSCANNED)
LONGEST_SEARCH = 200


class Lane(enum.StrEnum):
    """The parts of the queue."""

    CARE = "care"
    HELD = "held"
    REPORTED = "reported"
    SPAM = "spam"
    ALL = "all"
    DONE = "done"


@dataclass(frozen=True)
class Place:
    """A lane as somebody looks at it; `one`: they go through it one at a time, and on to the next after each act.

    `words` are searched in names and texts, or are the whole of an e-mail address; `level` may be "unscanned";
    `language` is that of the page on which somebody wrote.
    """

    lane: Lane = Lane.CARE
    words: str = ""
    article: int | None = None
    level: str = ""
    language: str = ""
    person: int | None = None
    mine: bool = False
    one: bool = False

    @property
    def asks_for_address(self) -> bool:
        """True when the words are an e-mail address, of whoever wrote."""
        return is_address(self.words)

    @property
    def narrowed(self) -> bool:
        """True when not all of the lane is shown."""
        return bool(self.words or self.article or self.level or self.language or self.person or self.mine)

    def query(self, **changes: str) -> dict[str, Any]:
        """Return what stands for it in an address, some of it changed; an empty text takes a part away."""
        parts = {
            "lane": self.lane.value,
            "q": self.words,
            "article": str(self.article or ""),
            "level": self.level,
            "language": self.language,
            "person": str(self.person or ""),
            "mine": "1" if self.mine else "",
            "one": "1" if self.one else "",
            **changes,
        }
        return {name: value for name, value in parts.items() if value}


def is_address(words: str) -> bool:
    """Tell whether words that are searched for are read as a whole e-mail address."""
    return "@" in words and " " not in words


def read_place(values: Mapping[str, str]) -> Place:
    """Return the place that an address or a form names; what makes no sense in it is left out."""
    lane, level = values.get("lane", ""), values.get("level", "")
    return Place(
        lane=Lane(lane) if lane in list(Lane) else Lane.CARE,
        words=" ".join(values.get("q", "").split())[:LONGEST_SEARCH],
        article=read_id(values.get("article", "")),
        level=level if level in LEVELS else "",
        language=_read_language(values.get("language", "")),
        person=read_id(values.get("person", "")),
        mine=values.get("mine") == "1",
        one=values.get("one") == "1",
    )


def _read_language(code: str) -> str:
    return code if len(code) in (2, 3) and code.isascii() and code.islower() and code.isalpha() else ""
