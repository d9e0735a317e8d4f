"""The shortest way to a page answers as the application does, byte by byte and header by header, or not at all."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.articles.actions import set_closing
from service.core import clock
from service.core.db import begin_write, db
from service.reader.anonymous import Anonymous
from tests.cast import CALM, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.db
PATH = "/articles/old-maps"


@pytest.fixture
def passed_on(app: Flask) -> Iterator[list[str]]:
    """The paths that the application had to answer."""
    front = app.wsgi_app
    assert isinstance(front, Anonymous)
    passed, inner = [], front._app

    def note(environ, start_response):  # type: ignore[no-untyped-def]
        passed.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    front._app = note
    yield passed
    front._app = inner


@pytest.mark.parametrize("encoding", ["gzip, br", "identity", None])
@pytest.mark.parametrize("again", [False, True])
def test_it_answers_as_the_application_does(
    cast: Cast, client: FlaskClient, passed_on: list[str], encoding: str | None, again: bool
) -> None:
    cast.says(cast.tove, CALM)
    headers = {"Accept-Encoding": encoding} if encoding else {}
    first = client.get(PATH, headers=headers)
    if again:
        headers["If-None-Match"] = first.headers["ETag"]
    passed_on.clear()
    quick = client.get(PATH, headers=headers)
    assert passed_on == []
    whole = client.get(PATH, headers=headers, query_string="unknown=1")
    assert passed_on == [PATH]
    assert (quick.status, quick.data) == (whole.status, whole.data)
    assert sorted(quick.headers) == sorted(whole.headers)
    assert quick.status_code == (304 if again else 200)


def test_what_needs_more_is_passed_on(cast: Cast, client: FlaskClient, passed_on: list[str]) -> None:
    assert cast.article
    client.get(PATH)
    passed_on.clear()
    client.set_cookie("attune-guest", "somebody")
    client.get(PATH)
    assert passed_on == []
    staff = cast.browser()
    staff.set_cookie("attune", "signed in")
    for call in (
        lambda: staff.get(PATH),
        lambda: client.get(PATH, query_string="order=newest"),
        lambda: client.head(PATH),
        lambda: client.get("/articles/nowhere"),
        lambda: client.get(f"{PATH}/"),
    ):
        call()
        assert len(passed_on) == 1
        passed_on.clear()


def test_a_page_closes_at_its_hour(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    article = cast.article
    begin_write()
    set_closing(article, clock.now().replace(hour=12))
    db.session.commit()
    open_page = client.get(PATH).data
    still_clock.move(hours=2)
    assert client.get(PATH).data == open_page
    still_clock.move(hours=2)
    assert b"takes no new comments" in client.get(PATH).data


def test_a_lost_connection_is_the_applications_to_say(
    cast: Cast, client: FlaskClient, app: Flask, passed_on: list[str]
) -> None:
    assert cast.article
    client.get(PATH)
    front = app.wsgi_app
    assert isinstance(front, Anonymous)
    for connection in front._ask._idle:
        connection.close()
    passed_on.clear()
    assert client.get(PATH).status_code == 200
    assert passed_on == [PATH]
    assert client.get(PATH).status_code == 200
    assert passed_on == [PATH]
