"""A feed of comments as Atom (RFC 4287), written by an XML library, so that no word can break out of it (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One comment in a feed; `html` are its safe words."""

    url: str
    title: str
    author: str
    html: str
    published: datetime
    updated: datetime


@dataclass(frozen=True)
class Feed:
    """A feed: what it is called, where it lies, the page that it belongs to, and since when there is nothing newer."""

    title: str
    url: str
    page: str
    language: str
    updated: datetime


def atom(feed: Feed, entries: Iterable[Entry]) -> str:
    """Return the feed as an XML document."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": feed.language.replace("_", "-")})
    _put(root, "id", feed.url)
    _put(root, "title", feed.title)
    _put(root, "updated", _moment(feed.updated))
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed.url})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    for entry in entries:
        _enter(root, entry)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")


def _enter(root: Element, entry: Entry) -> None:
    item = SubElement(root, "entry")
    _put(item, "id", entry.url)
    _put(item, "title", entry.title)
    _put(SubElement(item, "author"), "name", entry.author)
    _put(item, "published", _moment(entry.published))
    _put(item, "updated", _moment(entry.updated))
    SubElement(item, "link", {"rel": "alternate", "type": "text/html", "href": entry.url})
    _put(item, "content", entry.html).set("type", "html")


def _put(parent: Element, name: str, words: str) -> Element:
    child = SubElement(parent, name)
    child.text = words
    return child


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
