"""Submit: kept as it was typed, once, and never public before it was screened."""

import pytest

from service.accounts.models import Commenter
from service.articles.actions import set_mode
from service.articles.models import Article, Mode
from service.comments.actions import Sent, draft, find_repeat, submit, withdraw
from service.comments.models import Audience, Comment, Screening, Status
from service.core.db import begin_write, db
from service.core.errors import Forbidden, Invalid
from service.core.signing import new_token
from tests.cast import CALM, Cast
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db


def test_it_is_kept_pending_with_source_and_html(cast: Cast, outbox: Outgoing) -> None:
    comment = cast.says(cast.tove, "A *quiet* word.\r\n\r\nAnd <b>another</b>.", screened=False)
    assert (comment.status, comment.latest.screening) == (Status.PENDING, Screening.WAITING)
    assert comment.latest.source == "A *quiet* word.\n\nAnd <b>another</b>."
    assert "<em>quiet</em>" in comment.latest.html
    assert "<b>" not in comment.latest.html
    assert comment.public_revision_id is None
    assert cast.article.comment_count == 0
    assert outbox.take("moderation.screen") == [comment.id]


def test_an_answer_stands_in_the_conversation_of_what_it_answers(cast: Cast) -> None:
    root = cast.says(cast.tove, CALM)
    answer = cast.says(cast.joao, "Yes.", to=root, name="João")
    deeper = cast.says(cast.tove, "And more.", to=answer)
    assert (root.root_id, root.depth) == (root.id, 0)
    assert (answer.root_id, answer.parent_id, answer.depth) == (root.id, root.id, 1)
    assert (deeper.root_id, deeper.parent_id, deeper.depth) == (root.id, answer.id, 2)
    assert root.path < answer.path < deeper.path


def test_nothing_is_sent_when_the_transaction_fails(cast: Cast, outbox: Outgoing) -> None:
    article, tove = cast.article, cast.tove
    begin_write()
    submit(article, tove, draft("Tove", CALM))
    db.session.rollback()
    assert outbox.take("moderation.screen") == []
    assert db.session.query(Comment).count() == 0


def test_the_same_again_within_ten_minutes_is_the_same_comment(cast: Cast, still_clock: Clock) -> None:
    first = send(cast, repeat_key="same")
    still_clock.move(minutes=9, seconds=59)
    assert send(cast, repeat_key="same").id == first.id
    assert send(cast, repeat_key="other").id != first.id
    still_clock.move(seconds=2)
    assert send(cast, repeat_key="same").id != first.id


def test_the_same_key_is_the_same_comment_at_any_time(cast: Cast, still_clock: Clock) -> None:
    first = send(cast, idempotency_key="key")
    still_clock.move(days=30)
    assert send(cast, idempotency_key="key").id == first.id
    assert send(cast, idempotency_key="other key").id != first.id


def test_a_repeat_is_recognised_although_the_page_was_closed_meanwhile(cast: Cast) -> None:
    first = send(cast, repeat_key="same")
    close(cast.article)
    assert send(cast, repeat_key="same").id == first.id


def test_what_was_taken_back_can_be_said_again(cast: Cast) -> None:
    first = send(cast, repeat_key="same")
    begin_write()
    withdraw(first)
    db.session.commit()
    assert send(cast, repeat_key="same").id != first.id


@pytest.mark.parametrize("how", ["mode", "date"])
def test_a_closed_article_takes_nothing(cast: Cast, still_clock: Clock, how: str) -> None:
    article = cast.article
    if how == "mode":
        close(article)
    else:
        begin_write()
        article.closes_at = still_clock.moment
        db.session.commit()
    with pytest.raises(Forbidden, match="takes no new comments"):
        send(cast)
    assert db.session.query(Comment).count() == 0


@pytest.mark.parametrize(
    ("name", "body", "audience", "field"),
    [
        ("Tove", "", "everyone", "body"),
        ("Tove", " \n\t ", "everyone", "body"),
        ("Tove", "x" * 5001, "everyone", "body"),
        ("", CALM, "everyone", "name"),
        ("x" * 81, CALM, "everyone", "name"),
        ("Tove", CALM, "writer", "audience"),
        ("Tove", CALM, "nobody", "audience"),
    ],
)
def test_what_cannot_be_taken_says_which_field(name: str, body: str, audience: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        draft(name, body, audience)
    assert refused.value.field == field


def test_the_longest_comment_fits() -> None:
    assert len(draft("Tove", "x" * 5000).source) == 5000
    assert draft("Tove", CALM, "author").audience is Audience.AUTHOR


def send(cast: Cast, *, repeat_key: str | None = None, idempotency_key: str | None = None) -> Comment:
    article: Article = cast.article
    tove: Commenter = cast.tove
    begin_write()
    sent = Sent(repeat_key or new_token(), idempotency_key)
    comment = find_repeat(article.site_id, sent) or submit(article, tove, draft("Tove", CALM), sent=sent)
    db.session.commit()
    return comment


def close(article: Article) -> None:
    begin_write()
    set_mode(article, Mode.CLOSED)
    db.session.commit()
