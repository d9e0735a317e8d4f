"""Looks at an answer as a browser, a feed reader, a spreadsheet or a mail program would, and says what broke out."""

import csv
import io
import json
import re
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default as mail_policy
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from werkzeug.test import TestResponse

from service.core.text import ARTICLE_TAGS
from tests.hostile.forms import parse
from tests.hostile.payloads import MARK

TEMPLATES = Path(__file__).parents[2] / "templates"
IMPLIED = {"html", "head", "body", "tbody"}
WORDS_ATTRIBUTES = set(
    "value href title aria-label placeholder content alt data-news data-drafts data-slug action formaction".split()
)
# Written by macros, which the templates alone do not show.
PLAIN = {"aria-describedby", "aria-invalid", "required", "checked", "selected", "disabled", "readonly"}
SCHEMES = {"http", "https", "mailto", "tel", "sms"}
ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href", "cite", "background"}


@cache
def vocabulary() -> frozenset[tuple[str, str]]:
    """Return each element of our templates with each attribute that it has there; nothing else can stand on a page."""
    known = {(tag, "") for tag in IMPLIED | ARTICLE_TAGS} | {("a", "href"), ("a", "title"), ("a", "rel")}
    for path in TEMPLATES.rglob("*.html"):
        source = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(), flags=re.DOTALL)
        markup = re.sub(r"\{\{.*?\}\}", "x", source, flags=re.DOTALL)
        for element in parse(markup).iter():
            if isinstance(element.tag, str):
                known |= {(element.tag, name) for name in ["", *element.attrib]}
        reader = _Marks()
        reader.feed(markup)
        known |= {(tag, name) for tag, attributes in reader.marks for name in ["", *attributes]}
    return frozenset(known)


def findings(answer: TestResponse, *, whole: bool = False) -> list[str]:
    """Return what is wrong with an answer, whatever it is; `whole`: as a browser would build it, which takes longer."""
    found = [] if answer.status_code < 500 else [f"status {answer.status_code}"]
    found += _in_headers(answer)
    if MARK not in answer.text.casefold():
        return found
    kind = answer.mimetype
    if kind == "text/html":
        return found + (in_page(answer.text) if whole else in_marks(answer.text))
    if kind in ("application/atom+xml", "application/xml"):
        return found + in_feed(answer.text)
    if kind == "text/csv":
        return found + in_sheet(answer.text)
    if kind == "application/json":
        json.loads(answer.text)
        return found
    return found if kind == "text/plain" else [*found, f"{MARK} in an answer of kind {kind}"]


def in_page(page: str) -> list[str]:
    """Return what stands in a page that no template of ours writes."""
    tree = parse(page)
    found = ["a control sign"] if re.search(r"[\x00-\x08\x0b\x0e-\x1f]", page) else []
    for element in tree.iter():
        found += _in_element(element.tag, element.attrib) if isinstance(element.tag, str) else []
    body = tree.find("body")
    outside = [child.tag for child in body if child.tag not in BODY] if body is not None else ["no body"]
    return found + [f"<{tag}> stands outside the page" for tag in outside]


BODY = {"a", "header", "main", "footer", "nav", "div", "script", "svg", "dialog", "aside", "p", "noscript", "section"}


def in_marks(page: str) -> list[str]:
    """Return the same for a page read mark by mark, without building it: nine times as quick."""
    reader = _Marks()
    reader.feed(page)
    reader.close()
    return [found for tag, attributes in reader.marks for found in _in_element(tag, attributes)]


class _Marks(HTMLParser):
    """Collects every opening mark of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one."""
        self.marks.append((tag, {name: value or "" for name, value in attrs}))


def _in_element(tag: str, attributes: Mapping[str, str]) -> list[str]:
    tag, attributes = tag.rpartition("}")[2].lower(), {name.lower(): value for name, value in attributes.items()}
    found = [] if (tag, "") in vocabulary() else [f"element <{tag}>"]
    for name, value in attributes.items():
        if (tag, name) not in vocabulary() and name not in PLAIN:
            found.append(f"attribute {name} of <{tag}>")
        if name in ADDRESSES and not _is_harmless(tag, value):
            found.append(f"address {name}={value!r} of <{tag}>")
        if MARK in value.casefold() and name not in WORDS_ATTRIBUTES:
            found.append(f"words in {name}={value!r} of <{tag}>")
    return found


def _is_harmless(tag: str, address: str) -> bool:
    """A place on this site; from a link in somebody's words also one elsewhere, by http, https or mail."""
    if re.search(r"[\x00-\x20\\]", address.strip()):
        return False
    if address.startswith(("data:image/svg+xml;base64,", "data:image/png;base64,")):
        return tag == "img" and MARK not in address
    if re.match(r"(?:/(?!/)|#|\?|[A-Za-z0-9_.%-]+(?:[/?#]|$))", address):
        return True
    return address == "" or (
        tag in ("a", "link") and urlsplit(address).scheme in ("http", "https", "mailto", "tel", "sms")
    )


def in_feed(text: str) -> list[str]:
    """Return what is wrong with a feed and with the pages that its entries hold."""
    found = []
    for element in ElementTree.fromstring(text.encode()).iter():
        if not re.fullmatch(r"\{http://www\.w3\.org/2005/Atom\}[a-z]+", element.tag):
            found.append(f"element <{element.tag}>")
        for name, value in element.attrib.items():
            if MARK in name.casefold() or (name == "href" and urlsplit(value).scheme not in ("http", "https")):
                found.append(f"attribute {name}={value!r}")
        if element.get("type") == "html":
            found += in_page(f"<!doctype html><title>x</title><main>{element.text}</main>")
    return found


def in_sheet(text: str) -> list[str]:
    """Return the cells that a spreadsheet would reckon."""
    rows = csv.reader(io.StringIO(text))
    cells = [cell for row in rows for cell in row if MARK in cell.casefold()]
    return [f"cell {cell!r}" for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))]


def in_mail(data: bytes) -> list[str]:
    """Return what is wrong with a mail: headers that are not ours, anything of a stranger in one, active parts."""
    message = message_from_bytes(data, policy=mail_policy)
    found = [f"header {name}" for name in message if name.lower() not in OUR_HEADERS]
    found += [f"{name} twice" for name in set(message) if len(message.get_all(name, [])) != 1]
    for name, value in message.items():
        if MARK in str(value).casefold() and name not in ("To", "From", "Subject"):
            found.append(f"{name}: {value!r}")
    for part in message.walk():
        if part.get_content_type() == "text/html":
            page = str(part.get_content())
            found += [f"mail: {wrong}" for wrong in _in_mail_page(page)]
        elif part.get_content_type() not in ("text/plain", "multipart/alternative"):
            found.append(f"part {part.get_content_type()}")
    return found


OUR_HEADERS = {
    "subject", "from", "to", "date", "message-id", "auto-submitted", "content-type", "mime-version",
    "content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post",
}  # fmt: skip


def _in_mail_page(page: str) -> list[str]:
    allowed = {"html", "head", "meta", "title", "body", "p", "a", "small"}
    tree = parse(page)
    found = [f"element <{element.tag}>" for element in tree.iter() if element.tag not in allowed]
    links = [element.attrib.get("href", "") for element in tree.iter("a")]
    return found + [f"link {link!r}" for link in links if not link.startswith("http://localhost:8000/")]


def _in_headers(answer: TestResponse) -> list[str]:
    others = [(name, value) for name, value in answer.headers if name != "Location"]
    found = [f"header {name}: {value!r}" for name, value in others if MARK in f"{name}{value}".casefold()]
    location = answer.headers.get("Location")
    if location is not None and not re.match(r"/(?![/\\])[^\s\\]*$", location):
        found.append(f"leads to {location!r}")
    return found
