"""Threads: whole conversations in pages, whatever the size and the depth, at a cost that does not grow."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service.comments.actions import edit, withdraw
from service.comments.models import Comment
from service.comments.queries import (
    CONVERSATION_COMMENTS,
    PAGE_COMMENTS,
    ThreadPage,
    conversation_page,
    place_of,
    thread_page,
)
from service.comments.tree import Node
from service.core.db import begin_write, db
from service.core.errors import NotFound
from service.core.language import format_day
from service.core.text import plain_text
from service.moderation.actions import decide
from service.moderation.models import Act
from tests.cast import CALM, Cast, plant, screen
from tests.conftest import Clock

pytestmark = pytest.mark.db
ROOT: None = None


def test_a_page_holds_whole_conversations_and_at_most_a_hundred_comments(cast: Cast) -> None:
    plant(cast.article, [ROOT, *[0] * 25] * 1)
    plant(cast.article, [ROOT, *[0] * 29])
    plant(cast.article, [ROOT, *[0] * 29])
    plant(cast.article, [ROOT, *[0] * 29])
    page = thread_page(cast.article)
    assert [len(shown(conversation.root)) for conversation in page.conversations] == [26, 30, 30]
    assert page.next_root is not None
    assert [len(shown(it.root)) for it in thread_page(cast.article, from_root=page.next_root).conversations] == [30]


@pytest.mark.parametrize("newest", [False, True])
def test_paging_shows_each_conversation_once_there_and_back(cast: Cast, newest: bool) -> None:
    roots = []
    for size in (1, 40, 3, 99, 1, 1, 60, 200, 2):
        roots.append(plant(cast.article, [ROOT, *[0] * (size - 1)])[0])
    roots += plant(cast.article, [ROOT] * 120)
    expected = sorted(roots, key=lambda id_: (db.session.get_one(Comment, id_).created_at, id_), reverse=newest)
    pages = [thread_page(cast.article, newest=newest)]
    while pages[-1].next_root is not None:
        pages.append(thread_page(cast.article, newest=newest, from_root=pages[-1].next_root))
    assert [root for page in pages for root in roots_of(page)] == expected
    assert all(sum(len(shown(it.root)) for it in page.conversations) <= PAGE_COMMENTS for page in pages)

    back = [pages[-1]]
    while back[0].has_previous:
        back.insert(0, thread_page(cast.article, newest=newest, from_root=back[0].previous_root))
    assert back[0].previous_root is None
    found = [root for page in back for root in roots_of(page)]
    assert list(dict.fromkeys(found)) == expected


def test_thirty_of_a_long_conversation_then_the_rest_by_its_own_pages(cast: Cast) -> None:
    ids = plant(cast.article, [ROOT, *[0] * 411])
    first = thread_page(cast.article).conversations[0]
    assert shown(first.root) == ids[:CONVERSATION_COMMENTS]
    assert first.more == 412 - CONVERSATION_COMMENTS
    seen, conversation = shown(first.root), first
    while conversation.more:
        conversation = conversation_page(cast.article, ids[0], after=conversation.last_id).conversations[0]
        assert conversation.root.line.id == ids[0]
        seen += shown(conversation.root)[1:]
    assert seen == ids


def test_the_cost_of_a_page_does_not_grow_with_the_thread(
    cast: Cast, client: FlaskClient, statements: list[str]
) -> None:
    small, large = cast.article, cast.write_article(slug="large")
    plant(small, [ROOT, 0, 1, ROOT])
    ids = plant(large, [number // 7 if number % 7 else ROOT for number in range(10_000)])
    assert len(ids) == 10_000
    costs = []
    for slug in ("old-maps", "large", "large?order=newest"):
        statements.clear()
        answer = client.get(f"/articles/{slug}")
        assert answer.status_code == 200
        assert 4 <= len(comments_in(answer.text)) <= PAGE_COMMENTS
        costs.append(len(statements))
    assert costs[0] == costs[1] == costs[2] <= 8
    statements.clear()
    client.get(f"/articles/large?page={ids[7000]}")
    assert len(statements) <= costs[0] + 4  # the page before is looked up too


def test_a_permalink_leads_to_a_page_that_shows_the_comment(cast: Cast, client: FlaskClient) -> None:
    flat = plant(cast.article, [ROOT] * 150)
    wide = plant(cast.article, [ROOT, *[0] * 350])
    deep = plant(cast.article, [ROOT, *range(299)])
    mixed = plant(cast.article, [ROOT, *[number // 3 for number in range(300)]], unseen=range(5, 300, 9))
    last_of_pages = [wide[29], wide[30], wide[129], wide[130]]
    for id_ in [flat[0], flat[120], *last_of_pages, wide[-1], deep[28], deep[100], deep[-1], mixed[30], mixed[299]]:
        sent_to = client.get(f"/comments/{id_}").location
        assert sent_to.endswith(f"#comment-{id_}")
        for order in ("oldest", "newest"):
            assert id_ in comments_in(client.get(f"{sent_to.split('#')[0]}&order={order}").text), sent_to


def test_a_permalink_counts_what_stands_on_the_page_and_nothing_else(cast: Cast, still_clock: Clock) -> None:
    ids = plant(cast.article, [ROOT, *[0] * 28])
    still_clock.move(hours=1)
    root = db.session.get_one(Comment, ids[0])
    for _note in range(5):
        cast.says(cast.tove, f"{CALM} {_note}", to=root, audience="author")
    ana = cast.ana
    begin_write()
    for note in db.session.query(Comment).where(Comment.audience == "author"):
        decide(ana, note, Act.APPROVE, version=note.version)
    db.session.commit()
    answer = cast.says(cast.tove, CALM, to=root)
    assert place_of(answer) == {"page": ids[0]}
    assert answer.id in shown(thread_page(cast.article, from_root=ids[0]).conversations[0].root)


@pytest.mark.parametrize("depth", [50, 51, 60, 300])
def test_a_chain_of_any_depth_is_shown_whole_and_in_order(cast: Cast, client: FlaskClient, depth: int) -> None:
    ids = plant(cast.article, [ROOT, *range(depth - 1)])
    assert max(len(comment.path) for comment in db.session.query(Comment)) <= 800
    seen = comments_in(client.get("/articles/old-maps").text)
    conversation = thread_page(cast.article).conversations[0]
    while conversation.more:
        link = f"/articles/old-maps?conversation={ids[0]}&after={conversation.last_id}"
        seen += comments_in(client.get(link).text)[1:]
        conversation = conversation_page(cast.article, ids[0], after=conversation.last_id).conversations[0]
    assert seen == ids


def test_a_closed_fold_says_who_answers_how_often_until_when_and_how_it_begins(
    cast: Cast, client: FlaskClient, still_clock: Clock
) -> None:
    root = cast.says(cast.tove, CALM)
    cast.says(cast.joao, "I read <i>this</i> twice.", to=root, name="João <b>")
    for name in ("Bo", "Ada"):
        cast.says(cast.tove, CALM, to=root, name=name)
    assert "answers-fold" not in client.get("/articles/old-maps").text
    for name in ("Bo", "Cleo", "Dora"):
        still_clock.move(days=1)
        cast.says(cast.tove, CALM, to=root, name=name)
    page = client.get("/articles/old-maps").text
    said = plain_text(page.partition("answers-fold")[2].partition("<summary>")[2].partition("</summary>")[0])
    day = format_day(still_clock().date())
    assert said == f"João <b>, Bo, Ada and 2 more · 6 answers, the last on {day}I read <i>this</i> twice."


def test_whom_an_answer_goes_to_is_known_across_pages(cast: Cast, client: FlaskClient) -> None:
    ids = plant(cast.article, [ROOT, 0, *[1] * 150])
    page = conversation_page(cast.article, ids[0], after=ids[100]).conversations[0]
    assert {node.replying_to.id for node in page.root.answers if node.replying_to} == {ids[1]}
    html = client.get(f"/articles/old-maps?conversation={ids[0]}&after={ids[100]}").text
    assert f'<a class="to" href="/comments/{ids[1]}">' in html


def test_edited_is_said_once_the_new_words_are_public(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM)
    still_clock.move(minutes=1)
    begin_write()
    edit(comment, "Other words, and calm ones.", timedelta(minutes=15))
    db.session.commit()
    assert " · edited" not in client.get("/articles/old-maps").text
    screen(comment)
    assert " · edited" in client.get("/articles/old-maps").text


def test_reading_order_is_depth_first_and_by_time(cast: Cast) -> None:
    first = cast.says(cast.tove, "One.")
    second = cast.says(cast.joao, "Two.", name="João")
    below = cast.says(cast.joao, "One and a half.", to=first, name="João")
    deeper = cast.says(cast.tove, "One and three quarters.", to=below)
    conversations = thread_page(cast.article).conversations
    assert [shown(it.root) for it in conversations] == [[first.id, below.id, deeper.id], [second.id]]


def test_a_comment_that_is_gone_leaves_its_place_where_it_was_answered(cast: Cast, client: FlaskClient) -> None:
    gone = cast.says(cast.tove, "Words that she will take back.")
    answer = cast.says(cast.joao, "I hear you.", to=gone, name="João")
    hidden = cast.says(cast.tove, "Words that staff will hide.", to=answer)
    cast.says(cast.joao, "An answer to that.", to=hidden, name="João")
    alone = cast.says(cast.tove, "Words that nobody answered.")
    ana = cast.ana
    begin_write()
    withdraw(gone)
    withdraw(alone)
    decide(ana, hidden, Act.HIDE, version=hidden.version, reason="not here")
    db.session.commit()
    page = client.get("/articles/old-maps").text
    assert {f"comment-{gone.id}", f"comment-{answer.id}", f"comment-{hidden.id}"} <= ids_in(page)
    assert f"comment-{alone.id}" not in ids_in(page)
    assert "take back." not in page
    assert "staff will hide" not in page
    assert "I hear you." in page
    assert cast.article.comment_count == 2


def test_a_conversation_stays_when_its_beginning_was_hidden_line_by_line(cast: Cast, client: FlaskClient) -> None:
    ids = plant(cast.article, [ROOT, *[0] * 59], unseen=range(45))
    conversation = thread_page(cast.article).conversations[0]
    assert [id_ for id_ in shown(conversation.root) if id_ in ids[45:]] + [0] * conversation.more
    seen = set(comments_in(client.get("/articles/old-maps").text))
    while conversation.more:
        link = f"/articles/old-maps?conversation={ids[0]}&after={conversation.last_id}"
        seen |= set(comments_in(client.get(link).text))
        conversation = conversation_page(cast.article, ids[0], after=conversation.last_id).conversations[0]
    assert seen >= set(ids[45:])


def test_what_waits_is_not_even_counted(cast: Cast, client: FlaskClient) -> None:
    shown_one = cast.says(cast.tove, CALM)
    waiting = cast.says(cast.joao, "Not screened yet.", to=shown_one, name="João", screened=False)
    note = cast.says(cast.joao, "For the author.", to=shown_one, name="João", audience="author")
    page = client.get("/articles/old-maps").text
    assert comments_in(page) == [shown_one.id]
    assert not {f"comment-{waiting.id}", f"comment-{note.id}"} & ids_in(page)
    assert cast.article.comment_count == 1


def test_a_page_of_another_article_is_not_found_here(cast: Cast, client: FlaskClient) -> None:
    elsewhere = cast.says(cast.tove, CALM, article=cast.write_article(slug="elsewhere"))
    with pytest.raises(NotFound):
        thread_page(cast.article, from_root=elsewhere.id)
    with pytest.raises(NotFound):
        conversation_page(cast.article, elsewhere.id)
    assert client.get(f"/articles/old-maps?page={elsewhere.id}").status_code == 404
    assert client.get("/articles/old-maps?page=x").status_code == 404
    assert client.get("/articles/old-maps?conversation=99999999").status_code == 404


def shown(root: Node) -> list[int]:
    """Return the ids of a conversation's shown comments in the order in which they are drawn."""
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if node.line.shown:
            found.append(node.line.id)
        waiting += reversed(node.answers)
    return found


def roots_of(page: ThreadPage) -> list[int]:
    return [conversation.root.line.id for conversation in page.conversations]


def comments_in(html: str) -> list[int]:
    """Return the ids of the comments that a page shows, in its order; without placeholders."""
    return [int(id_) for id_ in re.findall(r'<article class="comment[^"]*" id="comment-(\d+)"', html)]


def ids_in(html: str) -> set[str]:
    return set(re.findall(r'id="([^"]+)"', html))
