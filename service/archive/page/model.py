"""What a page says: its article, its comments, and the error for a file that is no page."""

from dataclasses import dataclass
from datetime import datetime

SHAPE = (
    "Such a file is the plain text of a WordPress page: a title, a line such as "
    "“By Jane Doe | May 4th, 2014”, the text, and comments under lines such as "
    "“1. Vera May 9, 2014 at 6:45 pm - Reply”."
)


class NotAPage(ValueError):
    """The file cannot be read as a page; the message says what is missing and what such a file looks like."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} {SHAPE}")


@dataclass(frozen=True)
class PageComment:
    """One comment of the page.

    `written_at` is aware UTC, `body` is Markdown source, `depth` counts from 0, `parent` is an index into the page's
    comments (always a smaller one). `key` names the same comment on every import of the page, whatever the timezone
    and whichever comments came later: it is made of name and time as they stand on the page.
    """

    name: str
    written_at: datetime
    body: str
    depth: int
    parent: int | None
    key: str


@dataclass(frozen=True)
class Page:
    """The article and its comments, in the order of the page.

    `author_rule` is a sentence: which rule found the author, or why nobody is. `published_on` is the start of that
    day in the page's timezone, `modified_at` the moment of the last change; both aware UTC. `body` is Markdown source.
    `notes` say in words what was skipped, kept as text or assumed.
    """

    title: str
    author: str | None
    author_rule: str
    published_on: datetime | None
    modified_at: datetime | None
    body: str
    comments: tuple[PageComment, ...]
    comments_open: bool
    notes: tuple[str, ...]
