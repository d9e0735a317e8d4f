"""Puts a page together: where title, article and comments stand, and what the page says about itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from service.archive.page.article import Body, Byline, read_body, read_byline
from service.archive.page.author import find_author
from service.archive.page.comments import read_comments
from service.archive.page.decode import SIZE_LIMIT
from service.archive.page.headings import Heading, find_headings
from service.archive.page.lines import Line, read_lines
from service.archive.page.model import NotAPage, Page, PageComment
from service.archive.page.phrases import (
    comments_header,
    ends_comments,
    is_closed,
    is_form,
    is_pings_header,
    leads_to_other_pages,
)
from service.archive.page.thread import Thread, read_thread

_TAG = re.compile(
    r"<(?:!doctype|html|head|body|div|article|section|main|p|span|meta|script|link|header|h[1-6]|\?xml)\b", re.I
)
_HTML_HEAD = 4_000
_MOST_NOTES = 50


@dataclass
class _Frame:
    """The parts of the page as line numbers: the article before `end`, the comments, and what follows from `after`."""

    start: int
    end: int
    after: int


def parse_page(text: str, *, timezone: ZoneInfo, author: str | None = None) -> Page:
    """The page that `text` shows, its times read in `timezone`; `author` overrides what the page says.

    NotAPage when title, byline or text cannot be found, or the text is something else (HTML, XML, far too long).
    """
    _refuse_other_formats(text)
    lines = read_lines(text)
    byline = read_byline(lines, timezone)
    title = _title_line(lines, byline)
    start = max(title, byline.last if byline else title) + 1
    headings = find_headings(lines, start)
    thread = read_thread(lines, headings)
    if thread is None:
        _refuse_what_has_no_frame(headings, byline)
    frame = _frame(lines, start, headings, thread)
    notes = _notes_above(lines, title, byline)
    comments: tuple[PageComment, ...] = ()
    if thread:
        comments, found = read_comments(lines, thread, timezone, complete=_is_complete(lines, frame))
        notes += found
    else:
        notes += [_skipped(heading) for heading in headings if heading.ping and heading.first >= frame.end]
    body, header = _article(lines, frame)
    if not body.markdown and not comments:
        raise NotAPage("There is no text below the title.")
    comments_open, about_end = _state(lines, frame, header)
    name, rule = find_author(author, byline.name if byline else None, body.sign_offs, comments)
    return Page(
        title=" ".join(lines[title].text.split()),
        author=name,
        author_rule=rule,
        published_on=byline.published_on if byline else None,
        modified_at=byline.modified_at if byline else None,
        body=body.markdown,
        comments=comments,
        comments_open=comments_open,
        notes=(*_few(notes), *_count_note(header, comments, notes), *about_end),
    )


def _refuse_other_formats(text: str) -> None:
    if len(text) > SIZE_LIMIT:
        raise NotAPage(
            f"The text has more than {SIZE_LIMIT // 1024 // 1024} million characters, which no single page has."
        )
    if not text.strip("\ufeff \t\r\n"):
        raise NotAPage("The file is empty.")
    head = text[:_HTML_HEAD].lstrip("\ufeff \t\r\n")
    if head.lower().startswith(("<?xml", "<rss")):
        raise NotAPage("The file is XML, not the text of a page.")
    if head.startswith("<") and (len(_TAG.findall(head)) >= 2 or head.lower().startswith(("<!doctype", "<html"))):
        raise NotAPage("The file is HTML source: open the page in a browser and save it, or copy it, as plain text.")


def _title_line(lines: Sequence[Line], byline: Byline | None) -> int:
    """The line right above the byline, or the first one."""
    above = [index for index, line in enumerate(lines[: byline.line] if byline else lines) if not line.blank]
    if not above:
        raise NotAPage("There is no title above the byline.")
    return above[-1] if byline else above[0]


def _refuse_what_has_no_frame(headings: Sequence[Heading], byline: Byline | None) -> None:
    if any(heading.reply and not heading.shape for heading in headings):
        raise NotAPage("There are links to answer comments, but no date on them that can be read.")
    if byline is None:
        raise NotAPage("There is neither a byline nor a list of comments.")


def _frame(lines: Sequence[Line], start: int, headings: Sequence[Heading], thread: Thread | None) -> _Frame:
    if thread:
        return _Frame(start, thread.start, thread.stop)
    end = _form_line(lines, start)
    pings = [heading.first for heading in headings if heading.ping and heading.marker]
    return _Frame(start, min([end, *pings]), end)


def _form_line(lines: Sequence[Line], start: int) -> int:
    """On a page without comments: where the last form (or "closed") begins; its lines stand close together."""
    end = len(lines)
    for index in range(len(lines) - 1, start - 1, -1):
        line = lines[index]
        if line.column <= 1 and line.text and (is_form(line.text) or is_closed(line.text)):
            if end < len(lines) and sum(not line.blank for line in lines[index:end]) > 3:
                break
            end = index
    return end


def _is_complete(lines: Sequence[Line], frame: _Frame) -> bool:
    return any(line.text and ends_comments(line.text) for line in lines[frame.after :])


def _article(lines: Sequence[Line], frame: _Frame) -> tuple[Body, list[str]]:
    """The article, and the lines between it and the comments ("4 Comments")."""
    end = frame.end
    header: list[str] = []
    for index in range(frame.end - 1, frame.start - 1, -1):
        text = lines[index].text
        if not text:
            continue
        if not (comments_header(text) or is_pings_header(text) or is_closed(text) or leads_to_other_pages(text)):
            break
        header.append(text)
        end = index
    return read_body(lines[frame.start : end]), header


def _state(lines: Sequence[Line], frame: _Frame, header: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether the page takes comments, and notes about what stands around them."""
    after = [line.text for line in lines[frame.after :] if line.text]
    notes: list[str] = []
    end = next((n for n, text in enumerate(after) if ends_comments(text)), None)
    if end is None:
        end = 0
        notes.append(
            "The page ends without a form and without “comments are closed”: it may be cut off; taken as open."
        )
    if any(leads_to_other_pages(text) for text in [*header, *after]):
        notes.append(
            "The page links to older or newer comments; they stand on other pages and have to be imported too."
        )
    foreign = after[:end] if any(map(ends_comments, after)) else after
    if foreign:
        notes.append(f"Lines below the last comment that were skipped: {len(foreign)}, from “{foreign[0][:60]}” on.")
    return not any(map(is_closed, [*header, *after])), notes


def _notes_above(lines: Sequence[Line], title: int, byline: Byline | None) -> list[str]:
    notes = []
    skipped = sum(not line.blank for line in lines[:title])
    if skipped:
        notes.append(f"Lines above the title that were skipped: {skipped}.")
    if byline is None:
        notes.append("There is no byline; the first line is taken as the title.")
    elif byline.published_on is None:
        notes.append("The byline has no date that can be read: the day of publication stays open.")
    return notes


def _count_note(header: Sequence[str], comments: Sequence[PageComment], notes: Sequence[str]) -> list[str]:
    matches = [match for text in header if (match := comments_header(text))]
    counts = [int(number) for match in matches if (number := match["count"] or match["counted"])]
    if not counts or counts[-1] == len(comments) or any("ingback" in note for note in notes):
        return []
    return [f"The page says {counts[-1]} comments, {len(comments)} were found."]


def _few(notes: list[str]) -> list[str]:
    more = len(notes) - _MOST_NOTES
    return [*notes[:_MOST_NOTES], f"And {more} more of such notes."] if more > 0 else notes


def _skipped(ping: Heading) -> str:
    return f"Skipped, not a comment but a pingback or trackback: “{ping.name}”."
