"""The page cache: never an old page, never somebody else's page."""

import gzip
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service.articles.actions import set_author, set_mode
from service.articles.models import Article, Mode
from service.comments.actions import edit, withdraw
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.reader.cache import Page, PageCache, finish
from tests.cast import CALM, Cast, screen
from tests.conftest import Clock

PATH = "/articles/old-maps"


def publish(cast: Cast, comment: Comment) -> None:
    cast.says(cast.joao, "Another voice.", name="João")


def edit_it(cast: Cast, comment: Comment) -> None:
    edit(comment, "Other words, as calm as before.", timedelta(minutes=15))
    db.session.commit()
    screen(comment)


def hide(cast: Cast, comment: Comment) -> None:
    decide(cast.ana, comment, Act.HIDE, version=comment.version, reason="test")


def answer(cast: Cast, comment: Comment) -> None:
    reply(cast.mara, comment, "Thank you.")


def take_back(cast: Cast, comment: Comment) -> None:
    withdraw(comment)


def close(cast: Cast, comment: Comment) -> None:
    set_mode(cast.article, Mode.CLOSED)


def rename(cast: Cast, comment: Comment) -> None:
    set_author(cast.article, None, "Somebody else")


@pytest.mark.db
@pytest.mark.parametrize("change", [publish, edit_it, hide, answer, take_back, close, rename])
def test_a_change_is_seen_by_the_next_reader(
    cast: Cast, client: FlaskClient, change: Callable[[Cast, Comment], None]
) -> None:
    comment = cast.says(cast.tove, CALM)
    before = client.get(PATH)
    assert client.get(PATH).data == before.data
    begin_write()
    change(cast, comment)
    db.session.commit()
    after = client.get(PATH, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.data != before.data


@pytest.mark.db
def test_a_page_that_has_not_changed_is_not_sent_again(cast: Cast, client: FlaskClient) -> None:
    cast.says(cast.tove, CALM)
    first = client.get(PATH)
    again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_packed_page_is_the_same_page(cast: Cast, client: FlaskClient) -> None:
    cast.says(cast.tove, CALM)
    plain, packed = client.get(PATH), client.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_the_page_closes_by_the_clock(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    article: Article = cast.article
    article.closes_at = still_clock.moment + timedelta(hours=1)
    db.session.commit()
    assert b'name="body"' in client.get(PATH).data
    still_clock.move(hours=2)
    assert b'name="body"' not in client.get(PATH).data


def test_every_place_has_a_page_of_its_own(cast: Cast, client: FlaskClient) -> None:
    first = cast.says(cast.tove, CALM)
    cast.says(cast.joao, "Another voice.", name="João")
    pages = {client.get(PATH + place).data for place in ("", "?order=newest", f"?conversation={first.id}")}
    assert len(pages) == 3


def test_staff_get_a_page_of_their_own_that_nobody_keeps(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    everybody = client.get(PATH)
    mine = cast.browser(cast.mara).get(f"{PATH}?answer={comment.id}")
    assert b"csrf_token" in mine.data
    assert "no-store" in mine.headers["Cache-Control"]
    assert client.get(PATH).data == everybody.data
    assert b"csrf_token" not in everybody.data


def test_a_guest_who_has_posted_gets_the_same_bytes(cast: Cast, client: FlaskClient) -> None:
    cast.says(cast.tove, CALM)
    stranger = client.get(PATH).data
    client.post(f"{PATH}/comments", data={"name": "Lio", "body": "A word of mine."})
    assert client.get(PATH).data == stranger


def test_the_least_recently_used_page_makes_room() -> None:
    cache = PageCache(room=3 * size_of("a"))
    for key in ("a", "b", "c"):
        cache.page(key, lambda: "x" * 400)
    cache.page("a", never)
    cache.page("d", lambda: "x" * 400)
    cache.page("a", never)
    with pytest.raises(AssertionError):
        cache.page("b", never)


def test_a_page_that_is_larger_than_the_room_is_given_and_not_kept() -> None:
    cache = PageCache(room=100)
    assert cache.page("a", lambda: "x" * 400).body == b"x" * 400
    with pytest.raises(AssertionError):
        cache.page("a", never)


def size_of(_key: str) -> int:
    page: Page = finish("x" * 400)
    return page.size


def never() -> str:
    raise AssertionError("rendered although it was here")
