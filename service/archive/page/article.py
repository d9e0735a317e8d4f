"""Reads what stands above the comments: title, byline, the article's text, sign-off and references."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from service.archive.page.dates import iso_within, stamp_within
from service.archive.page.lines import Line, blocks
from service.archive.page.phrases import after_by, comments_header, is_references_header, without_reply_link
from service.archive.page.prose import as_markdown, escaped

# A byline stands near the top, below what a theme puts over the title.
_NEAR_TOP = 30
_LONGEST_BYLINE = 400
_WORDS_WITH_DATE = 16
_WORDS_WITHOUT_DATE = 6
# A date on a line of its own is a byline only among the first lines below the title.
_DATE_ALONE = 3
_LONGEST_HEADING = 90
_WORDS_OF_HEADING = 14
_WORDS_OF_SIGN_OFF = 8
# More short lines than this one after another are a poem or an address, not headings.
_HEADINGS_IN_A_ROW = 2

_FIELDS = re.compile(r"\s*[|•·]\s*")
_DATE_WORDS = re.compile(
    r"(?:posted|published|publicado|last updated|updated)?\s?(?:on|el|at)?\s?:?\s?$", re.IGNORECASE
)
_BY_INSIDE = re.compile(r"(?:^|\s)(?:by|por|von|par)\s+(?P<name>\S.*)$", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"\s*(?:\d+ (?:comments?|comentarios?)|(?:leave|deja) .*|in .*|en .*)$", re.IGNORECASE)
_AFTER_SIGN_OFF = re.compile(r"(?:p\.?\s?s\.?|p\.?\s?d\.?)[\s:.]", re.IGNORECASE)
_REFERENCE_YEAR = re.compile(
    r"\((?:19|20)\d\d[a-z]?\b[^)]{0,20}\)|\b(?:19|20)\d\d[a-z]?[.;:]|doi[:.]|https?://", re.IGNORECASE
)
_SIGN_OFF_PARTS = re.compile(r"\s*[,~–—]\s*|\s+-\s+|^-\s*")


@dataclass(frozen=True)
class Byline:
    """What the line (or two) below the title says; `line` and `last` are their indexes."""

    line: int
    last: int
    name: str | None = None
    published_on: datetime | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True)
class Body:
    """The article as Markdown, and the short lines of its end that may be a sign-off, the last one first."""

    markdown: str
    sign_offs: tuple[str, ...]


def read_byline(lines: Sequence[Line], timezone: ZoneInfo) -> Byline | None:
    """The byline near the top ("By NAME | 2018-01-05T08:30:00+00:00 October 11th, 2017|"); None without one."""
    words = [index for index, line in enumerate(lines) if not line.blank][: _NEAR_TOP + 1]
    lines_found = (_byline(lines[n].text, n, timezone, near=place < _DATE_ALONE) for place, n in enumerate(words[1:]))
    found = [byline for byline in lines_found if byline][:2]
    if not found:
        return _byline(lines[words[0]].text, words[0], timezone, near=False) if words else None
    first, second = found[0], found[-1]
    together = second is not first and all(lines[index].blank for index in range(first.line + 1, second.line))
    if together and not (first.name and second.name) and not (first.published_on and second.published_on):
        return replace(
            first,
            last=second.line,
            name=first.name or second.name,
            published_on=first.published_on or second.published_on,
            modified_at=first.modified_at or second.modified_at,
        )
    return first


def read_body(lines: Sequence[Line]) -> Body:
    """The article's text: headings as `## `, paragraphs, lists, and references below the sign-off as a list."""
    groups = blocks(lines)
    while groups and len(groups[-1]) == 1 and comments_header(groups[-1][0].text):
        groups.pop()
    references = _references(groups)
    text, tail = groups[: len(groups) - references], groups[len(groups) - references :]
    headings = _headings(text)
    parts = _with_headings(text, headings)
    if tail:
        parts += ["---", "\n".join("- " + escaped(" ".join(line.text for line in group)) for group in tail)]
    return Body("\n\n".join(parts), _sign_offs(text, headings))


def _byline(text: str, index: int, timezone: ZoneInfo, *, near: bool) -> Byline | None:
    if len(text) > _LONGEST_BYLINE:
        return None
    rest, modified = iso_within(text, timezone)
    rest = " ".join(rest.split())
    stamp = stamp_within(rest)
    named = after_by(rest)
    if named is None and stamp is None:
        return None
    fields = _FIELDS.split(rest)
    first = fields[0]
    published = stamp.when.replace(hour=0, minute=0, tzinfo=timezone).astimezone(UTC) if stamp and stamp.when else None
    if named is not None:
        longest = _WORDS_WITH_DATE if stamp else _WORDS_WITHOUT_DATE
        if "|" not in rest and (len(rest.split()) > longest or rest.endswith((".", ":", "?", "!", ","))):
            return None
        name = after_by(first) or ""
        if (own := stamp_within(name)) is not None:
            name = _DATE_WORDS.sub("", name[: own.start])
        return Byline(index, index, _name(name), published, modified)
    if stamp is None or not _DATE_WORDS.match(rest[: stamp.start]):
        return None
    below = _BY_INSIDE.search(rest[stamp.end :].replace("|", " "))
    if below is None and (not near or len(rest) > stamp.end + 60):
        return None
    name = _NOT_A_NAME.sub("", _FIELDS.split(below["name"])[0]) if below else ""
    return Byline(index, index, _name(name), published, modified)


def _name(text: str) -> str | None:
    return text.strip(" ,-–—") or None


def _references(groups: Sequence[list[Line]]) -> int:
    """How many of the last blocks are references; they must follow a sign-off, "P.S." or a heading of their own."""
    count = 0
    while count < len(groups) and _is_reference(groups[-1 - count]):
        count += 1
    if count == 0 or count == len(groups):
        return 0
    above = groups[-1 - count]
    text = above[-1].text
    is_after = _is_short(above) or _AFTER_SIGN_OFF.match(text) or is_references_header(text)
    return count if is_after else 0


def _is_reference(group: Sequence[Line]) -> bool:
    text = " ".join(line.text for line in group[:4])
    return len(group) <= 4 and group[0].marker is None and _REFERENCE_YEAR.search(text[:1000]) is not None


def _headings(groups: Sequence[list[Line]]) -> set[int]:
    """The blocks that are headings: short, alone, without final punctuation, with text below, not in a sign-off."""
    shaped = [_has_shape_of_heading(group) for group in groups]
    found: set[int] = set()
    for index, group in enumerate(groups):
        if is_references_header(group[0].text) and len(group) == 1 and index > 0:
            found.add(index)
        if not shaped[index] or (index == 0 and len(groups) == 1):
            continue
        if index and _closes(groups[index - 1]):
            continue
        row = 1
        while row <= _HEADINGS_IN_A_ROW and index + row < len(groups) and shaped[index + row]:
            row += 1
        above = 0
        while above <= _HEADINGS_IN_A_ROW and index - above > 0 and shaped[index - above - 1]:
            above += 1
        below = groups[index + row] if index + row < len(groups) else None
        if (
            row + above <= _HEADINGS_IN_A_ROW
            and below
            and not _AFTER_SIGN_OFF.match(below[0].text)
            and not _closes(below)
        ):
            found.add(index)
    return found


def _has_shape_of_heading(group: Sequence[Line]) -> bool:
    line = group[0]
    text = line.text
    return (
        len(group) == 1
        and line.column <= 1
        and (line.marker is None or line.marker.number is not None)
        and len(text) <= _LONGEST_HEADING
        and len(text.split()) <= _WORDS_OF_HEADING
        and (text[-1].isalnum() or text[-1] in ")]”\"’'»")
        and not text[:-1].rstrip().endswith((".", "!", "?"))
        and text[0] not in '~–—-“"«('
        and not text[0].islower()
        and not without_reply_link(text)[1]
    )


def _closes(group: Sequence[Line]) -> bool:
    """Whether a block is the closing of a letter: "With love," or "To your health ~"."""
    text = group[-1].text
    return _is_short(group) and text[-1] in "~,–—-"


def _is_short(group: Sequence[Line]) -> bool:
    return all(len(line.text.split()) <= _WORDS_OF_SIGN_OFF and len(line.text) <= _LONGEST_HEADING for line in group)


def _with_headings(groups: Sequence[list[Line]], headings: set[int]) -> list[str]:
    parts: list[str] = []
    pending: list[Line] = []
    for index, group in enumerate(groups):
        if index not in headings:
            pending += [*group, Line(0, "")]
            continue
        if pending:
            parts.append(as_markdown(pending))
            pending = []
        parts.append("## " + escaped(group[0].text))
    return [*parts, as_markdown(pending)] if pending else parts


def _sign_offs(groups: Sequence[list[Line]], headings: set[int]) -> tuple[str, ...]:
    """Short lines outside headings and lists, the last one first, whole and by their parts ("Warmly, Dr. Jo")."""
    found: list[str] = []
    for index in range(len(groups) - 1, -1, -1):
        if index in headings or not _is_short(groups[index]):
            continue
        for line in reversed(groups[index]):
            whole = line.text.strip(" ,.~–—-")
            found += [text for text in (whole, _SIGN_OFF_PARTS.split(line.text.rstrip(" ,~–—-"))[-1].strip()) if text]
    return tuple(dict.fromkeys(found))
