"""Turns plain lines into Markdown source that shows the same words: paragraphs and lists stay, signs are escaped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.archive.page.lines import Line, Marker, marker_of

# A program that breaks lines leaves them about this long, and each so full that the next word would not have fitted.
_WRAPPED = range(50, 121)
_DEEPEST = 4
# Signs that nobody types at the head of a paragraph that is no list.
_SURE_BULLETS = "•◦▪‣⁃∙●○■□▸►"

_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_INLINE = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|&(?=#?\w{1,40};)")
_LEADING = re.compile(r"(?:#{1,6}(?=\s|$)|>|[+-](?=\s|$)|=+\s*$|[-|:][-|:\s]*$)")
_LEADING_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


@dataclass
class _Item:
    column: int
    marker: Marker
    lines: list[str]
    source: list[Line]


@dataclass
class _Segment:
    """A paragraph (`lines`) or a list (`items`)."""

    lines: list[Line] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)


def as_markdown(lines: Sequence[Line]) -> str:
    """Markdown source of plain lines, with blank lines between paragraphs and lists.

    Rendered, it shows the words of the lines in their order; bullets and numbers of lists become lists.
    """
    parts: list[str] = []
    counted = ""
    for segment in _checked(_segments(lines)):
        if segment.items:
            # A second numbered list right after the first would go on counting, were its sign the same.
            counted = ")" if counted == "." else "."
            parts.append(_list(segment.items, counted))
        else:
            counted = ""
            parts.append(_paragraph([line.text for line in segment.lines]))
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    """One line of plain text as Markdown that shows exactly these signs."""
    parts: list[str] = []
    position = 0
    for address in _ADDRESS.finditer(text):
        parts += [_INLINE.sub(r"\\\g<0>", text[position : address.start()]), address[0]]
        position = address.end()
    line = "".join(parts) + _INLINE.sub(r"\\\g<0>", text[position:])
    if _LEADING.match(line):
        return "\\" + line
    return _LEADING_NUMBER.sub(r"\1\\\2", line, count=1) if _LEADING_NUMBER.match(line) else line


def _segments(lines: Sequence[Line]) -> list[_Segment]:
    found: list[_Segment] = []
    apart = True
    for line in lines:
        if line.blank:
            apart = True
            continue
        marker = _item_marker(line)
        last = found[-1] if found else _Segment()
        if marker:
            item = _Item(line.column, marker, [line.text[marker.width :]], [line])
            if last.items and _belongs(item, last.items):
                last.items.append(item)
            else:
                found.append(_Segment(items=[item]))
        elif last.items and not apart and line.column > last.items[-1].column:
            last.items[-1].lines.append(line.text)
            last.items[-1].source.append(line)
        elif last.lines and not apart:
            last.lines.append(line)
        else:
            found.append(_Segment(lines=[line]))
        apart = False
    return found


def _item_marker(line: Line) -> Marker | None:
    marker = line.marker
    if marker is None or marker.width >= len(line.text) or (marker.number or 0) > 999:
        return None
    return marker


def _belongs(item: _Item, items: Sequence[_Item]) -> bool:
    base = items[0]
    if item.column > base.column:
        return True
    if item.column < base.column or item.marker.sign != base.marker.sign:
        return False
    last = next(other for other in reversed(items) if other.column == base.column)
    return item.marker.number is None or item.marker.number == (last.marker.number or 0) + 1


def _checked(segments: Sequence[_Segment]) -> list[_Segment]:
    """The segments, with lists that Markdown would show otherwise than typed turned back into lines."""
    found: list[_Segment] = []
    for segment in segments:
        if segment.items and not _is_list(segment.items):
            found.append(_Segment(lines=[line for item in segment.items for line in item.source]))
        else:
            found.append(segment)
    return found


def _is_list(items: Sequence[_Item]) -> bool:
    """Numbers count from 1 on each level, levels are few, and a single dash or number is no list."""
    if len(items) == 1 and items[0].marker.sign not in _SURE_BULLETS:
        return False
    levels: list[_Item] = []
    for item in items:
        while levels and levels[-1].column > item.column:
            levels.pop()
        before = levels.pop() if levels and levels[-1].column == item.column else None
        if before and (before.marker.number is None) != (item.marker.number is None):
            return False
        if item.marker.number not in (None, (before.marker.number or 0) + 1 if before else 1):
            return False
        levels.append(item)
        if len(levels) > _DEEPEST:
            return False
    return True


def _list(items: Sequence[_Item], sign: str) -> str:
    lines: list[str] = []
    levels: list[tuple[int, int]] = []
    for item in items:
        while levels and levels[-1][0] >= item.column:
            levels.pop()
        head = f"{item.marker.number}{sign} " if item.marker.number is not None else "- "
        indent = " " * sum(width for _, width in levels)
        levels.append((item.column, len(head)))
        first, *rest = [escaped(text) for text in item.lines]
        lines.append(indent + head + first)
        lines += [indent + " " * len(head) + text for text in rest]
    return "\n".join(lines)


def _paragraph(texts: Sequence[str]) -> str:
    if _are_wrapped(texts):
        return escaped(" ".join(texts))
    return "\n".join(escaped(text) for text in texts)


def _are_wrapped(texts: Sequence[str]) -> bool:
    """Whether a program broke these lines, so that their ends mean nothing."""
    width = max(map(len, texts))
    if len(texts) < 3 or width not in _WRAPPED or any(marker_of(text) for text in texts):
        return False
    return all(len(line) + 1 + len(following.split(maxsplit=1)[0]) > width for line, following in pairwise(texts))
