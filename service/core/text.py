"""Takes in what people type and, once, makes of it the HTML that pages show."""

import html as entities
import re
import unicodedata
from collections.abc import Callable
from itertools import groupby, islice

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from service.core.errors import N_, Invalid
from service.core.links import URL_LIMIT, article_link, outside_link
from service.core.markdown import markdown
from service.core.sanitizer import sanitize

__all__ = [
    "ARTICLE_LIMIT",
    "COMMENT_LIMIT",
    "HARD_LIMIT",
    "NAME_LIMIT",
    "SANITIZER_VERSION",
    "URL_LIMIT",
    "as_markup",
    "clean_line",
    "clean_name",
    "clean_source",
    "plain_text",
    "render_article",
    "render_comment",
    "summary",
    "typed",
]

# Stored beside the HTML; raise it with every change of markdown.py, links.py, sanitizer.py or their libraries,
# and what is stored is rendered again.
SANITIZER_VERSION = 1

# Characters. No comment is longer than HARD_LIMIT, whatever the settings say.
COMMENT_LIMIT = 5_000
HARD_LIMIT = 10_000
ARTICLE_LIMIT = 200_000
NAME_LIMIT = 80

COMMENT_TAGS = frozenset(
    {"p", "br", "b", "strong", "i", "em", "a", "code", "pre", "blockquote", "ul", "ol", "li", "del", "hr"}
)
ARTICLE_TAGS = COMMENT_TAGS | {"h2", "h3", "h4"}

# Decomposed letters and CRLF make a text longer than it counts in the end, but never by more than this in any language.
_ROOM = 4
# More marks than any language puts on one letter (UAX #15, stream-safe text); sorting long runs takes quadratic time.
_MARKS = 30
_REPLACEMENT = "\ufffd"
_LINE_END = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
# What XML, and so a feed, cannot hold.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BLANK_HEAD = re.compile(r"\A(?:[^\S\n]*\n)+")
# Letters and marks by their category, but drawn as nothing at all.
_BLANK_SIGNS = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_BLOCK_END = re.compile(r"</(?:p|li|h[2-4]|pre|blockquote)>|<[bh]r>")

_comment = markdown(headings=False, may_link=outside_link)
_article = markdown(headings=True, may_link=article_link)


def typed(raw: str) -> str:
    """Text as it was typed, fit to be kept anywhere: in NFC, without controls but tabs and line ends."""
    return _normal(raw)


def clean_source(raw: str, *, limit: int) -> str:
    """The text as typed, in NFC with \\n line ends, without controls and without blank lines around it.

    Invalid (field "body") when it has more than `limit` characters or is nothing but white space. Text of signs that
    nobody can see is kept as one replacement sign, so that staff see that something was sent.
    """
    _refuse_longer("body", raw, limit * _ROOM)
    if not raw.strip():
        raise Invalid(N_("Please write something first."), field="body")
    text = _BLANK_HEAD.sub("", _normal(_LINE_END.sub("\n", raw))).rstrip()
    _refuse_longer("body", text, limit)
    return text if _can_be_seen(text) else _REPLACEMENT


def clean_name(raw: str) -> str:
    """A person's name: one line of at most `NAME_LIMIT` characters, or Invalid (field "name")."""
    return clean_line(raw, limit=NAME_LIMIT, field="name")


def clean_line(raw: str, *, limit: int, field: str) -> str:
    """One line of NFC without controls and formatting signs, or Invalid (for `field`).

    At most `limit` characters; at least one letter, digit or sign that can be seen.
    """
    _refuse_longer(field, raw, limit * _ROOM)
    seen = (c for c in " ".join(raw.split()) if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn"))
    # Composed last: what stood between a letter and its marks is gone by then.
    line = " ".join(_normal(_BLANK_SIGNS.sub("", "".join(seen))).split())
    _refuse_longer(field, line, limit)
    if not _can_be_seen(line):
        message = N_("Please give a name that can be read.") if field == "name" else N_("This must not be empty.")
        raise Invalid(message, field=field)
    return line


def render_comment(source: str) -> str:
    """Safe HTML of a comment's Markdown (already through `clean_source`).

    The costliest 5,000 characters known take .25 s of CPU; ordinary ones 1 ms (tests/core/test_text_cost.py).
    """
    return _render(source, _comment, COMMENT_TAGS, outside_link, rel="nofollow ugc noopener")


def render_article(source: str) -> str:
    """Safe HTML of an article's Markdown: as comments, and headings h2 to h4 and links within the site besides."""
    return _render(source, _article, ARTICLE_TAGS, article_link, rel="noopener")


def plain_text(html: str) -> str:
    """The words of HTML that a render function made, one line for each block or break, as plain text (not HTML)."""
    words = entities.unescape(nh3.clean(_BLOCK_END.sub(r"\g<0>\n", html), tags=set()))
    lines = (line.strip() for line in words.splitlines())
    return "\n".join(line for line in lines if line)


def summary(source: str, length: int = 200) -> str:
    """The first words of Markdown `source` in one line of plain text: at most `length` characters, whole words."""
    words = " ".join(plain_text(render_article(source[:HARD_LIMIT])).split())
    if len(words) <= length:
        return words
    head = words[:length]
    return (head.rpartition(" ")[0] or head[:-1]).rstrip(" ,;:.-") + "…"


def excerpt(html: str, length: int = 220) -> str:
    """The first words of HTML that a render function made, in one line: at most `length` characters, whole words."""
    words = " ".join(plain_text(html).split())
    if len(words) <= length:
        return words
    head = words[:length]
    return (head.rpartition(" ")[0] or head[:-1]) + " …"


def as_markup(html: str) -> Markup:
    """Tell the template that `html` is safe; for the filter `words` alone, on stored output of the render functions.

    Sound because nothing else writes those columns: every writer goes through `render_comment` or `render_article`,
    whose output holds only the allowed elements, closes what it opens, and is stored with its SANITIZER_VERSION.
    """
    return Markup(html)  # noqa: S704


def _render(source: str, parser: MarkdownIt, tags: frozenset[str], may_link: Callable[[str], bool], *, rel: str) -> str:
    """The safe HTML of `source`, which is shown as typed where its marks would swallow every word of it."""
    html = sanitize(parser.render(source), tags=tags, may_link=may_link, rel=rel)
    if plain_text(html):
        return html
    return sanitize(f"<p>{entities.escape(source, quote=False)}</p>", tags=tags, may_link=may_link, rel=rel)


def _refuse_longer(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(
            N_("This is too long: %(count)s characters, and at most %(limit)s fit."),
            field=field,
            count=len(text),
            limit=limit,
        )


def _normal(text: str) -> str:
    """NFC without controls, lone surrogates and towers of marks."""
    text = _SURROGATES.sub(_REPLACEMENT, _CONTROLS.sub("", text))
    if text.isascii():
        return text
    runs = groupby(text, key=lambda c: unicodedata.category(c)[0] == "M")
    return unicodedata.normalize("NFC", "".join("".join(islice(run, _MARKS) if marks else run) for marks, run in runs))


def _can_be_seen(text: str) -> bool:
    """Whether a letter, number, sign or symbol is in the text."""
    return any(unicodedata.category(c)[0] in "LNPS" for c in _BLANK_SIGNS.sub("", text))
