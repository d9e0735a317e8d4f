"""The real page, when it lies beside the checkout; nothing of its text stands here, only digests."""

import hashlib
from pathlib import Path

import pytest

from service.archive.page import Page, decode_page, parse_page
from tests.archive.page_text import UTC, shape, shown

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "inputs" / "attachment-trauma-page.txt"

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the real page does not lie beside the checkout")


@pytest.fixture(scope="module")
def page() -> Page:
    return parse_page(decode_page(REAL.read_bytes()), timezone=UTC)


def test_article_and_author(page: Page) -> None:
    assert page.title == REAL.read_text().split("\n", 1)[0]
    assert page.author == "Dr. Aimie Apigian"
    assert "sign-off" in page.author_rule
    assert f"{page.published_on}" == "2017-10-11 00:00:00+00:00"
    assert f"{page.modified_at}" == "2017-11-12 20:21:47+00:00"
    assert page.comments_open
    assert page.notes == ()


def test_four_comments_in_two_exchanges(page: Page) -> None:
    assert shape(page) == [
        (0, None, "Liza Webb", "2017-10-13 01:17"),
        (1, 0, "Dr. Aimie Apigian", "2017-10-23 16:28"),
        (0, None, "Nina", "2017-12-08 23:03"),
        (1, 2, "Dr. Aimie Apigian", "2017-12-10 20:31"),
    ]


def test_texts_are_those_of_the_file(page: Page) -> None:
    lines = {line.strip() for line in REAL.read_text().split("\n")}
    assert all(comment.body in lines for comment in page.comments)
    digest = hashlib.sha256("\n".join(comment.body for comment in page.comments).encode()).hexdigest()
    assert digest == "cbc984dc8ce384ed72a54816225b53451095e0682c743c9be2bdade2857cb202"


def test_every_word_of_the_article_is_shown(page: Page) -> None:
    text = REAL.read_text()
    article = text[text.index("2017|") + 5 : text.index("  1. ")].replace("•", " ")
    assert shown(page.body).split() == article.split()
    assert page.body.count("\n## ") == 8
    assert page.body.count("\n- ") == 7 + 2
