"""The comments of a page of another site: who may have the frame, what makes an article, and what comes back."""

from html import unescape
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.articles.actions import set_mode
from service.articles.models import Article, Mode
from service.comments.models import Comment
from service.core.db import db
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import CALM, Cast, screen, token_in
from tests.hostile.look import findings
from tests.hostile.payloads import PAYLOADS

BLOG = "https://blog.example"
PAGE = f"{BLOG}/after-the-storm"
WRITTEN = {"url": PAGE, "title": "After the storm", "name": "Lena", "body": CALM}


@pytest.fixture(autouse=True)
def allowed(cast: Cast) -> None:
    """The owner lets the comments stand on the pages of one blog."""
    assert cast.article
    change(current_site(), embed_origins=BLOG)
    db.session.commit()


def outside() -> list[Article]:
    db.session.expire_all()
    return list(db.session.scalars(select(Article).where(Article.canonical_url.is_not(None))))


def show_all(article: Article) -> None:
    """Have what waits screened, on a page where calm words show at once."""
    set_mode(article, Mode.OPEN)
    db.session.commit()
    for comment in db.session.scalars(select(Comment).where(Comment.article_id == article.id)).all():
        screen(comment)


def frame(client: FlaskClient, url: str = PAGE, **headers: str) -> str:
    answer = client.get("/embed", query_string={"url": url, "title": "After the storm"}, headers=headers)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.db
def test_the_first_comment_makes_the_page_an_article_and_looking_makes_none(cast: Cast) -> None:
    browser = cast.browser()
    assert "Nobody has written here yet" in frame(browser)
    assert outside() == []
    sent = browser.post("/embed/comments", data=WRITTEN | {"url": f"{PAGE}?utm_source=mail#top"})
    assert sent.status_code == 303, sent.text
    assert sent.location.startswith("/my/")
    (article,) = outside()
    assert (article.title, article.canonical_url, article.html) == ("After the storm", PAGE, "")
    again = cast.browser().post("/embed/comments", data=WRITTEN | {"body": "And I read it too."})
    assert again.status_code == 303
    assert len(outside()) == 1


def test_what_is_shown_stands_in_the_frame_and_on_a_page_of_our_own(cast: Cast) -> None:
    cast.browser().post("/embed/comments", data=WRITTEN)
    (article,) = outside()
    show_all(article)
    drawn = frame(cast.browser())
    assert CALM in unescape(drawn)
    assert f"/articles/{article.slug}/comments#answer" in drawn
    assert "answer=" in drawn
    own = cast.browser().get(f"/articles/{article.slug}")
    assert CALM in unescape(own.text)
    assert f'href="{PAGE}"' in own.text
    assert article.title not in cast.browser().get("/").text
    assert article.title in cast.browser(cast.ines).get("/moderation/articles").text


def test_only_the_page_s_own_site_may_have_the_frame_on_it(cast: Cast) -> None:
    answer = cast.browser().get("/embed", query_string={"url": PAGE})
    assert f"frame-ancestors {BLOG};" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    for url, status in (("https://evil.example/", 403), ("", 422), ("javascript:alert(1)", 422)):
        refused = cast.browser().get("/embed", query_string={"url": url})
        assert refused.status_code == status
        assert "frame-ancestors 'none'" in refused.headers["Content-Security-Policy"]
    assert cast.browser().post("/embed/comments", data=WRITTEN | {"url": "https://evil.example/"}).status_code == 403
    assert outside() == []


def test_the_frame_is_everybody_s_whoever_is_signed_in(cast: Cast) -> None:
    cast.browser().post("/embed/comments", data=WRITTEN)
    (article,) = outside()
    show_all(article)
    assert frame(cast.browser(cast.ines)) == frame(cast.browser())
    assert "csrf_token" not in frame(cast.browser(cast.ines))


def test_the_frame_is_kept_until_something_changes(cast: Cast) -> None:
    cast.browser().post("/embed/comments", data=WRITTEN)
    first = cast.browser().get("/embed", query_string={"url": PAGE})
    known = {"If-None-Match": first.headers["ETag"]}
    assert cast.browser().get("/embed", query_string={"url": PAGE}, headers=known).status_code == 304
    (article,) = outside()
    show_all(article)
    assert cast.browser().get("/embed", query_string={"url": PAGE}, headers=known).status_code == 200


def test_whoever_opens_the_frame_by_itself_is_led_to_the_page_of_our_own(cast: Cast) -> None:
    alone = {"Sec-Fetch-Dest": "document"}
    assert "Nobody has written here yet" in frame(cast.browser(), **alone)
    cast.browser().post("/embed/comments", data=WRITTEN)
    (article,) = outside()
    led = cast.browser().get("/embed", query_string={"url": PAGE}, headers=alone)
    assert (led.status_code, led.location) == (302, f"/articles/{article.slug}")


def test_what_is_wrong_gives_every_word_back(cast: Cast) -> None:
    sent = cast.browser().post(
        "/embed/comments", data=WRITTEN | {"name": "", "body": "My long story.", "audience": "author"}
    )
    assert sent.status_code == 422
    assert "My long story." in sent.text
    refused = cast.browser().post("/embed/comments", data=WRITTEN, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert CALM in unescape(refused.text)


def test_staff_say_how_such_a_page_takes_comments_though_it_has_no_text(cast: Cast) -> None:
    cast.browser().post("/embed/comments", data=WRITTEN)
    (article,) = outside()
    ines = cast.browser(cast.ines)
    address = f"/moderation/articles/{article.id}"
    typed = {"title": "Storms", "body": "", "standfirst": "", "content_note": "", "mode": "closed", "closes_on": ""}
    saved = ines.post(
        address, data=typed | {"version": str(article.version), "csrf_token": token_in(ines.get(address))}
    )
    assert saved.status_code == 303
    assert "This page takes no new comments" in frame(cast.browser())


@pytest.mark.db
def test_four_first_comments_at_once_make_one_article(cast: Cast, app: Flask) -> None:
    def write(number: int) -> None:
        sent = WRITTEN | {"name": f"Reader {number}", "body": f"{CALM} {number}"}
        with app.app_context():
            answers.append(browsers[number].post("/embed/comments", data=sent).status_code)

    answers: list[int] = []
    browsers = [cast.browser() for _each in range(4)]
    db.session.rollback()
    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [303] * 4
    assert len(outside()) == 1


@pytest.mark.parametrize("field", ["url", "title", "name", "body"])
def test_hostile_words_stay_words_in_the_frame(cast: Cast, field: str) -> None:
    wrong = []
    for number, payload in enumerate(PAYLOADS[:: max(1, len(PAYLOADS) // 40)]):
        sent = WRITTEN | {"url": f"{PAGE}-{field}-{number}", field: payload.encode("utf-8", "replace").decode()}
        for answer in (
            cast.browser().post("/embed/comments", data=sent),
            cast.browser().get("/embed", query_string=sent),
        ):
            wrong += [f"{payload!r}: {what}" for what in findings(answer)]
    assert not wrong, "\n".join(wrong)


def test_the_script_may_be_used_by_other_sites(cast: Cast) -> None:
    assert cast.article
    script = cast.browser().get("/embed.js")
    assert script.status_code == 200
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "immutable" not in script.headers["Cache-Control"]
