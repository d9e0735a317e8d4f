"""Feeds: valid Atom of what everyone may read, packed, kept and answered with 304."""

import re
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask.testing import FlaskClient

from service.comments.actions import withdraw
from service.core.db import begin_write, db
from tests.cast import CALM, CRISIS, LOW, Cast

pytestmark = pytest.mark.db
ATOM = "{http://www.w3.org/2005/Atom}"
ODD = "Words with ]]> & <b>signs</b> \u202e \u0007 and an emoji \U0001f331"


def test_a_feed_holds_what_everyone_may_read_newest_first(cast: Cast, client: FlaskClient) -> None:
    first = cast.says(cast.tove, ODD, name="T & <Ove>")
    cast.says(cast.joao, CRISIS)
    cast.says(cast.joao, "A note.", audience="author")
    second = cast.says(cast.joao, LOW, to=first, name="João")
    for path in ("/comments.atom", "/articles/old-maps/comments.atom"):
        answer = client.get(path)
        assert answer.mimetype == "application/atom+xml"
        feed = valid(answer.text)
        links = [entry.find(f"{ATOM}link").get("href") for entry in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
        assert links == [f"http://localhost:8000/comments/{number}" for number in (second.id, first.id)]
        assert [name.text for name in feed.iter(f"{ATOM}name")] == ["João", "T & <Ove>"]
        assert feed.findall(f"{ATOM}entry")[1].findtext(f"{ATOM}content") == db.session.merge(first).public.html  # type: ignore[union-attr]
        for word in ("crisis", "urgent", "support", "held", "level"):
            assert word not in answer.text.casefold().replace(LOW.casefold(), "")


def test_a_feed_that_has_not_changed_is_not_sent_again(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    for path in ("/comments.atom", "/articles/old-maps/comments.atom"):
        first = client.get(path)
        known = {"If-None-Match": first.headers["ETag"]}
        assert client.get(path, headers=known).status_code == 304
        assert "Set-Cookie" not in first.headers
    begin_write()
    withdraw(db.session.merge(comment))
    db.session.commit()
    for path in ("/comments.atom", "/articles/old-maps/comments.atom"):
        assert CALM not in client.get(path).text
        assert list(valid(client.get(path).text).iter(f"{ATOM}entry")) == []


def test_an_empty_site_has_an_empty_feed_and_an_unknown_article_none(cast: Cast, client: FlaskClient) -> None:
    assert list(valid(client.get("/comments.atom").text).iter(f"{ATOM}entry")) == []
    assert client.get("/articles/nowhere/comments.atom").status_code == 404


def test_pages_name_their_feeds(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    found = r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)">'
    assert re.findall(found, client.get("/articles/old-maps").text) == ["/articles/old-maps/comments.atom"]
    assert re.findall(found, client.get("/").text) == ["/comments.atom"]


def valid(text: str) -> Element:
    """Return a feed that has what RFC 4287 asks for: ids that differ, titles, moments, and an author of each entry."""
    feed = fromstring(text.encode())
    assert feed.tag == f"{ATOM}feed"
    parts = [feed, *feed.findall(f"{ATOM}entry")]
    for part in parts:
        assert part.findtext(f"{ATOM}title")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", part.findtext(f"{ATOM}updated") or "")
    assert len({part.findtext(f"{ATOM}id") for part in parts}) == len(parts)
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in parts[1:])
    assert feed.find(f"{ATOM}link[@rel='self']") is not None
    return feed
