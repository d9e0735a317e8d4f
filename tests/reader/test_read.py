"""Read: front page, article, permalink; the same for everybody, and nothing is kept about who reads."""

import re

import pytest
from flask.testing import FlaskClient

from service.articles.models import Mode
from service.articles.queries import PAGE_SIZE
from service.comments.actions import withdraw
from service.core.db import begin_write, db
from tests.cast import CALM, CRISIS, LOW, Cast, plant
from tests.conftest import Clock

pytestmark = pytest.mark.db


def test_the_front_page_leads_to_every_article_newest_first(
    cast: Cast, client: FlaskClient, still_clock: Clock
) -> None:
    for number in range(PAGE_SIZE + 5):
        cast.write_article(slug=f"page-{number}")
        if number % 3:
            still_clock.move(hours=1)
    wanted = [f"/articles/page-{number}" for number in reversed(range(PAGE_SIZE + 5))]
    first = client.get("/").text
    older = re.search(r'href="(/\?before=\d+)"', first)
    assert older
    assert articles_in(first) + articles_in(client.get(older[1]).text) == wanted
    assert client.get("/?before=x").status_code == 404


def test_an_empty_site_has_a_front_page(cast: Cast, client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    assert articles_in(client.get("/").text) == []


def test_an_article_shows_its_text_its_thread_and_a_form(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, "The *lamp* helped.")
    page = client.get("/articles/old-maps").text
    assert "A map is corrected by walking." in page
    assert f'id="comment-{comment.id}"' in page
    assert "The <em>lamp</em> helped." in page
    assert {"body", "name", "email", "audience", "key"} <= set(re.findall(r'name="(\w+)"', page))
    assert "csrf_token" not in page


def test_a_closed_article_is_read_without_a_form(cast: Cast, client: FlaskClient) -> None:
    cast.write_article(Mode.CLOSED, slug="closed")
    page = client.get("/articles/closed").text
    assert "<form" not in page


def test_answering_leads_to_a_form_for_that_comment(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    page = client.get(f"/articles/old-maps?answer={comment.id}").text
    assert f'name="parent" value="{comment.id}"' in page
    hidden = cast.says(cast.joao, CRISIS, name="João")
    page = client.get(f"/articles/old-maps?answer={hidden.id}")
    assert page.status_code == 200
    assert 'name="parent"' not in page.text
    assert "kill myself" not in page.text


@pytest.mark.parametrize(
    "path",
    ["/articles/nowhere", "/comments/999", "/my/forged", "/my/", "/nowhere", "/articles/old-maps?page=-1",
     "/articles/old-maps?after=1e9", "/articles/%2e%2e"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(cast: Cast, client: FlaskClient, path: str) -> None:
    assert cast.article
    answer = client.get(path)
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_a_number_that_no_database_holds_is_not_found(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    ana = cast.browser(cast.ana)
    for large in (2**31, 10**15, 10**30):
        for place in ("page", "conversation", "answer"):
            assert client.get(f"/articles/old-maps?{place}={large}").status_code == 404, place
        assert client.get(f"/?before={large}").status_code == 404
        assert client.get(f"/comments/{large}").status_code == 404
        assert ana.get(f"/moderation/comments/{large}").status_code == 404
        assert ana.get(f"/moderation?after=1-{large}-1").status_code == 404


def test_only_what_is_shown_has_a_permalink(cast: Cast, client: FlaskClient) -> None:
    shown, held = cast.says(cast.tove, LOW), cast.says(cast.joao, CRISIS, name="João")
    note = cast.says(cast.joao, "A note.", name="João", audience="author")
    answer = client.get(f"/comments/{shown.id}")
    assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (302, "noindex")
    assert client.get(f"/comments/{held.id}").status_code == 404
    assert client.get(f"/comments/{note.id}").status_code == 404
    begin_write()
    withdraw(shown)
    db.session.commit()
    assert client.get(f"/comments/{shown.id}").status_code == 404


def test_nothing_public_says_that_a_comment_was_flagged(cast: Cast, client: FlaskClient) -> None:
    low = cast.says(cast.tove, LOW)
    calm = cast.says(cast.joao, CALM, name="João")
    page = client.get("/articles/old-maps").text
    [first, second] = re.findall(r'<article class="comment.*?</article>', page, re.DOTALL)
    assert shape(first, low.id) == shape(second, calm.id)
    for word in ("crisis", "urgent", "distress", "flag", "held", "support", "level"):
        assert word not in first.casefold()


def test_reading_leaves_no_cookie_and_no_trace(cast: Cast, client: FlaskClient, statements: list[str]) -> None:
    comment = cast.says(cast.tove, CALM)
    statements.clear()
    for path in ("/", "/articles/old-maps", f"/articles/old-maps?answer={comment.id}", f"/comments/{comment.id}",
                 "/sign-in", "/nowhere"):  # fmt: skip
        assert client.get(path).headers.getlist("Set-Cookie") == [], path
    assert [sent for sent in statements if not sent.startswith(("SELECT", "BEGIN"))] == []


def test_a_request_cannot_put_its_host_into_the_page_of_others(cast: Cast, client: FlaskClient) -> None:
    assert cast.article
    client.get("/articles/old-maps", headers={"Host": "elsewhere.example"})
    page = client.get("/articles/old-maps").text
    assert "elsewhere.example" not in page
    assert 'rel="canonical" href="http://localhost:8000/articles/old-maps"' in page


def test_the_order_is_kept_from_page_to_page(cast: Cast, client: FlaskClient) -> None:
    ids = plant(cast.article, [None] * 150)
    page = client.get("/articles/old-maps?order=newest").text
    assert re.findall(r'id="comment-(\d+)"', page)[0] == str(ids[-1])
    onward = re.search(r'href="(/articles/old-maps\?page=\d+&(?:amp;)?order=newest)#comments" rel="next"', page)
    assert onward
    assert re.findall(r'id="comment-(\d+)"', client.get(onward[1].replace("&amp;", "&")).text)[-1] == str(ids[0])


def articles_in(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="(/articles/[^"#]+)"', page)))


def shape(html: str, number: int) -> str:
    """Return a comment's markup without what differs from comment to comment: id, name, words."""
    bare = re.sub(r"<p>.*?</p>", "<p></p>", html, flags=re.DOTALL)
    return re.sub(rf"Tove|João|(?<=[-=/]){number}(?=\"|/reports\"|/hearts\")|(?<==){number}(?=#)", "", bare)
