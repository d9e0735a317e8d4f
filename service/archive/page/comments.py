"""Makes comments of the entries of a thread: names, times, texts, keys; pingbacks and empty ones are left out."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from service.archive.page.headings import names_without_links
from service.archive.page.lines import Line
from service.archive.page.model import PageComment
from service.archive.page.phrases import is_reply_link
from service.archive.page.prose import as_markdown
from service.archive.page.thread import Entry, Thread

_EXCERPT = ("[…]", "[...]", "[&#8230;]")
_NOBODY = "Anonymous"
# For a comment without text (a picture, say) that somebody answered.
_NO_TEXT = "…"


def read_comments(
    lines: Sequence[Line], thread: Thread, timezone: ZoneInfo, *, complete: bool
) -> tuple[tuple[PageComment, ...], list[str]]:
    """The comments of a thread and notes on what was skipped; `complete` says that the page's end was seen."""
    entries = thread.entries
    texts = _texts(lines, entries)
    answered = {entry.parent for entry in entries}
    notes = list(thread.notes)
    skipped: set[int] = set()
    for index, (entry, text) in enumerate(zip(entries, texts, strict=True)):
        last = index == len(entries) - 1
        reason = _reason_to_skip(entry, text, has_answers=index in answered, cut=last and not complete)
        if reason:
            skipped.add(index)
            notes.append(reason)
    comments = _comments(entries, texts, skipped, timezone, notes)
    return comments, notes


def _texts(lines: Sequence[Line], entries: Sequence[Entry]) -> list[list[Line]]:
    """The lines of each text; where the theme writes its link to answer below each of them, without that link."""
    texts = [_without_blank_end(lines[entry.first : entry.stop]) for entry in entries]
    people = [text for entry, text in zip(entries, texts, strict=True) if not entry.heading.ping]
    linked = sum(len(text) > 1 and is_reply_link(text[-1].text) for text in people)
    if linked * 2 <= len(people) or any(entry.heading.reply for entry in entries):
        return texts
    return [_without_blank_end(text[:-1]) if text and is_reply_link(text[-1].text) else text for text in texts]


def _without_blank_end(lines: Sequence[Line]) -> list[Line]:
    stop = len(lines)
    while stop and lines[stop - 1].blank:
        stop -= 1
    return list(lines[:stop])


def _reason_to_skip(entry: Entry, text: Sequence[Line], *, has_answers: bool, cut: bool) -> str | None:
    name = entry.heading.name
    words = [line.text for line in text if not line.blank]
    excerpt = words and words[0].startswith(_EXCERPT) and words[-1].endswith(_EXCERPT) and words != [words[0][:5]]
    if entry.heading.ping or excerpt:
        return f"Skipped, not a comment but a pingback or trackback: “{name}”."
    if words or has_answers:
        return None
    why = "the file ends right behind its heading" if cut else "it has no text"
    return f"Skipped the comment of “{name}” (line {entry.heading.first + 1}): {why}."


def _comments(
    entries: Sequence[Entry], texts: Sequence[list[Line]], skipped: set[int], timezone: ZoneInfo, notes: list[str]
) -> tuple[PageComment, ...]:
    kept = [index for index in range(len(entries)) if index not in skipped]
    names = names_without_links([entries[index].heading.name for index in kept])
    new_index: dict[int, int | None] = {}
    same: Counter[tuple[str, datetime | None]] = Counter()
    found: list[PageComment] = []
    for index, entry in enumerate(entries):
        parent = new_index[entry.parent] if entry.parent is not None else None
        if index in skipped:
            new_index[index] = parent
            continue
        new_index[index] = len(found)
        when = entry.heading.when
        name = names[len(found)] or _NOBODY
        same[name, when] += 1
        found.append(
            PageComment(
                name=name,
                written_at=_moment(when, timezone) if when else _guess(found, timezone),
                body=as_markdown(texts[index]) or _NO_TEXT,
                depth=found[parent].depth + 1 if parent is not None else 0,
                parent=parent,
                key=_key(name, when, same[name, when]),
            )
        )
        if when is None:
            notes.append(f"The date of the comment of “{name}” cannot be read: that of the comment above it was taken.")
    return tuple(found)


def _moment(when: datetime, timezone: ZoneInfo) -> datetime:
    return when.replace(tzinfo=timezone).astimezone(UTC)


def _guess(found: Sequence[PageComment], timezone: ZoneInfo) -> datetime:
    return found[-1].written_at if found else datetime(1970, 1, 1, tzinfo=timezone).astimezone(UTC)


def _key(name: str, when: datetime | None, nth: int) -> str:
    """From the page's own words alone: neither the timezone nor later comments nor a changed text alter it."""
    words = f"{name}\n{when.isoformat() if when else ''}\n{nth}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]
