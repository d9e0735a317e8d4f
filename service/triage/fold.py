"""Fold a stranger's text to plain lower-case letters and keep the way back to the original positions.

Everything here takes time linear in the length of the text.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_APOSTROPHES = "'\u2019\u2018\u02bc\u02b9\u00b4\u0060\u2032\uff07\u201b"
_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u201f\uff02\u2033\u300c\u300d'
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_BLOCK_TAGS = frozenset(("p", "br", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"))
# A tag of at most 300 characters, or an entity of at most 12: what is looked at twice stays bounded.
_MARKUP = re.compile(r"<(?=[/!]|[^\W\d_])[^>]{0,298}>|&[^;&<]{1,10};")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `offsets[i]` is where its i-th character stood in the original (None: at i itself)."""

    text: str
    offsets: Sequence[int] | None
    quoted: tuple[tuple[int, int], ...]

    def origin(self, index: int) -> int:
        """Return the position in the original of the folded character at `index`."""
        return index if self.offsets is None else self.offsets[index]


def fold(text: str) -> Folded:
    """Return `text` without markup, accents, invisible characters and capitals; never raises."""
    quoted = _quoted_lines(text)
    if text.isascii() and "<" not in text and "&" not in text:
        return Folded(text.lower(), None, quoted)
    stripped, offsets = text, None
    if "<" in text or "&" in text:
        stripped, offsets, blocks = _without_markup(text)
        quoted = tuple(sorted(quoted + blocks))
    folded, kept = _fold_characters(stripped)
    if kept is not None:
        offsets = kept if offsets is None else [offsets[index] for index in kept]
    return Folded(folded, offsets, quoted)


def fold_word(word: str) -> str:
    """Fold one word of a lexicon exactly as readers' text is folded."""
    return _fold_characters(word)[0]


def _quoted_lines(text: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges of lines that begin with `>`: somebody else's words in Markdown."""
    if ">" not in text:
        return ()
    ranges, start = [], 0
    for line in text.split("\n"):
        if line.lstrip().startswith(">"):
            ranges.append((start, start + len(line)))
        start += len(line) + 1
    return tuple(ranges)


def _without_markup(text: str) -> tuple[str, list[int], tuple[tuple[int, int], ...]]:
    """Return the text without tags and entities, where each character stood, and the block quotes."""
    pieces: list[str] = []
    offsets: list[int] = []
    blocks: list[tuple[int, int]] = []
    opened = -1
    at = 0
    for found in _MARKUP.finditer(text):
        start, end = found.span()
        written, tag = _plain(found.group())
        pieces += (text[at:start], written)
        offsets.extend(range(at, start))
        offsets.extend([start] * len(written))
        at = end
        if tag == "blockquote" and opened < 0:
            opened = end
        elif tag == "/blockquote" and opened >= 0:
            blocks.append((opened, start))
            opened = -1
    pieces.append(text[at:])
    offsets.extend(range(at, len(text)))
    return "".join(pieces), offsets, tuple(blocks)


def _plain(markup: str) -> tuple[str, str]:
    """Return what a tag or an entity reads as, and the name of the tag."""
    if markup[0] == "&":
        return html.unescape(markup), ""
    words = markup[1:-1].lower().split(None, 1)
    name = words[0] if words else ""
    return ("\n" if name.strip("/") in _BLOCK_TAGS else ""), name.rstrip("/") or name


class _Table(dict[int, str]):
    """What each code point folds to; filled on demand and emptied when a hostile text fills it."""

    MOST = 8192

    def __missing__(self, point: int) -> str:
        if len(self) >= self.MOST:
            self.clear()
        folded = self[point] = _fold_character(chr(point))
        return folded


_PLAIN = {
    variant: plain
    for plain, variants in (
        ("'", _APOSTROPHES),
        ('"', _QUOTES),
        ("-", _DASHES),
        (".", "\u2026\u3002"),
        ("\n", "\n\r\u2028"),
    )
    for variant in variants
}


def _fold_character(character: str) -> str:
    plain = _PLAIN.get(character)
    if plain is not None:
        return plain
    if character.isalpha() and not "\uac00" <= character <= "\ud7a3":  # the syllables that only NFKD takes apart
        lowered = character.casefold()
        if len(lowered) == 1 and not unicodedata.decomposition(lowered):
            return lowered
    kept = "".join(
        part
        for part in unicodedata.normalize("NFKD", character.casefold())
        if unicodedata.category(part) not in ("Mn", "Me", "Cf", "Cs", "Cc")
    ).casefold()
    if not kept and unicodedata.category(character) == "Cc":
        return " "
    return " " if kept.isspace() else kept


_TABLE = _Table()


def _fold_characters(text: str) -> tuple[str, list[int] | None]:
    """Fold each character; the second value is where each came from, None when nothing moved."""
    characters = set(text)
    if len(characters) <= _Table.MOST and all(len(_TABLE[ord(character)]) == 1 for character in characters):
        return text.translate(_TABLE), None
    pieces: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text):
        piece = _TABLE[ord(character)]
        pieces.append(piece)
        if len(piece) == 1:
            offsets.append(index)
        else:
            offsets.extend([index] * len(piece))
    return "".join(pieces), offsets
