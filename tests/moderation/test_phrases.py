"""The list of phrases: what is looked for, how often it was right, and words tried."""

import html

import pytest
from werkzeug.test import TestResponse

from service.comments.models import Comment
from service.core.db import begin_write, db
from service.moderation import actions
from service.moderation.models import Act, Verdict
from service.moderation.phrases.listing import Narrowed, listing
from service.moderation.phrases.tallies import count_phrases, examples_of, keep_tallies, tallies
from service.triage.queries import latest_scan
from tests.cast import CALM, CRISIS, LOW, Cast, token_in
from tests.conftest import Clock

pytestmark = pytest.mark.db


def count() -> None:
    counted = count_phrases()
    begin_write()
    keep_tallies(counted)
    db.session.commit()


def keys_in(comment: Comment) -> set[str]:
    scan = latest_scan(comment.id)
    assert scan is not None
    return {match["key"] for match in scan.matches if match["key"] and match["level"] != "none"}


def judge(cast: Cast, comment: Comment, verdict: Verdict) -> None:
    scan = latest_scan(comment.id)
    assert scan is not None
    begin_write()
    actions.give_feedback(cast.ana, comment, scan.id, verdict)
    db.session.commit()


def test_a_phrase_is_counted_where_it_was_found_and_judged(cast: Cast, still_clock: Clock) -> None:
    old = cast.says(cast.tove, LOW)
    still_clock.move(days=91)
    comments = [cast.says(cast.reader(), LOW, name=f"Reader {n}") for n in range(3)]
    judge(cast, comments[0], Verdict.NEEDED)
    judge(cast, comments[1], Verdict.NOT_NEEDED)
    count()
    for key in keys_in(comments[0]):
        tally = tallies()[key]
        assert (tally.found, tally.right, tally.wrong, tally.judged, tally.percent) == (3, 1, 1, 2, 50)
    assert keys_in(old) == keys_in(comments[0]) != set()


def test_what_was_undone_says_nothing_and_a_verdict_outranks_an_act(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    [*_, key] = keys_in(comment)
    begin_write()
    dismissed = actions.decide(cast.ana, comment, Act.DISMISS, version=comment.version, reason="A quotation.")
    db.session.commit()
    count()
    assert (tallies()[key].right, tallies()[key].wrong) == (0, 1)
    judge(cast, comment, Verdict.NEEDED)
    count()
    assert (tallies()[key].right, tallies()[key].wrong) == (1, 0)
    assert dismissed.id


def test_words_that_are_taken_back_are_counted_no_more(cast: Cast) -> None:
    from service.triage.actions import forget

    comment = cast.says(cast.tove, LOW)
    count()
    assert tallies()
    begin_write()
    forget(comment.id)
    db.session.commit()
    count()
    assert tallies() == {}


def test_examples_are_of_comments_that_one_may_see(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    [*_, key] = keys_in(comment)
    assert [example.comment.id for example in examples_of(cast.mara, key)] == [comment.id]
    assert examples_of(cast.other_author, key) == []


def test_the_list_is_narrowed_down(cast: Cast) -> None:
    every = listing(Narrowed())
    assert every.number > 1500
    assert len(every.rows) == 50
    assert listing(Narrowed(page=10_000)).rows
    spanish = listing(Narrowed(language="es", family="intent"))
    assert {(row.phrase.language, row.phrase.family) for row in spanish.rows} == {("es", "intent")}
    said = listing(Narrowed(words="I can’t cope any more"))
    assert any("cope" in row.phrase.pattern for row in said.rows)
    assert listing(Narrowed(words="zwirn")).number == 0
    assert listing(Narrowed(state="off")).number == listing(Narrowed(state="own")).number == 0


def test_what_is_found_most_often_comes_first(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    count()
    first = {row.phrase.key for row in listing(Narrowed()).rows[: len(keys_in(comment))]}
    assert first == keys_in(comment)


def test_the_page_shows_phrases_to_authors_and_moderators(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    judge(cast, comment, Verdict.NEEDED)
    count()
    for person in (cast.mara, cast.ana):
        page = cast.browser(person).get("/moderation/phrases?language=en&family=carer").text
        assert "All phrases" in page
        assert "Worn out from caring" in page
    page = cast.browser(cast.ana).get("/moderation/phrases").text
    assert "1 of 1" in page
    assert "page 1 of" in page
    assert "No phrase is like that." in cast.browser(cast.ana).get("/moderation/phrases?q=zwirn").text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (CRISIS, "Someone may be in danger now"),
        (LOW, "Sounds very low"),
        (CALM, "Triage would find nothing."),
        ("I was not suicidal.", "denied: not"),
        ("You are worthless, go and die.", "A person looks at it before it is shown."),
        ("<b>I want to die</b>", "&lt;b&gt;I <mark>want to die</mark>&lt;/b&gt;"),
    ],
)
def test_words_can_be_tried(cast: Cast, words: str, said: str) -> None:
    sent = try_(cast, words)
    assert said in sent.text
    assert words in html.unescape(sent.text)
    assert db.session.query(Comment).count() == 0


def test_a_trial_says_what_the_model_makes_of_it(cast: Cast) -> None:
    page = html.unescape(try_(cast, LOW).text)
    assert "The model of words adds" in page
    assert "Up:" in page
    assert "The model of words takes" in html.unescape(try_(cast, CALM).text)


def try_(cast: Cast, words: str) -> TestResponse:
    browser = cast.browser(cast.mara)
    page = browser.get("/moderation/phrases")
    return browser.post("/moderation/phrases/trials", data={"csrf_token": token_in(page), "body": words})
