"""The budget for comments that sound very low: whom it puts further back, whom never, and what it leaves as it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.accounts.models import User
from service.care.actions import heed_worry
from service.care.models import Case
from service.care.queries import case_of
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict, Forbidden, Invalid
from service.moderation.actions import reply
from service.moderation.calibration.bar import Past, bar_for, may_stand_back, outlook
from service.moderation.calibration.budget import budget_of, outlook_of, renew_bar, set_budget
from service.moderation.calibration.models import SupportBudget
from service.moderation.phrases.tallies import needed_among
from service.moderation.queue.lanes import Lane
from service.moderation.queue.place import Place
from service.moderation.queue.spots import spots
from service.notifications.models import Notification
from service.triage.levels import Level
from service.triage.phrases.phrase import Counting, own_phrase
from service.triage.phrases.queries import shipped
from service.triage.scanner import Finding, Match, scan
from tests.cast import LOW, Cast, token_in
from tests.conftest import START, Clock
from tests.moderation.test_phrase_runs import answer, save

pytestmark = pytest.mark.db
WEAK = "I just can't cope."


def at(score: float) -> Callable[[str], Finding]:
    """Return a reader of words that finds weak words alone, with this score."""
    return lambda text: replace(scan(WEAK), score=score)


def low(cast: Cast, score: float) -> Comment:
    return cast.says(cast.reader(), f"{WEAK} {score}", read_as=at(score))


def a_month(cast: Cast, still_clock: Clock) -> None:
    """Ten days with two comments each, one of .3 and one of .6."""
    for _ in range(10):
        low(cast, 0.3)
        low(cast, 0.6)
        still_clock.move(days=1)


def budget(user: User, number: int | None, *, seen: int | None = None, why: str = "We are two.") -> SupportBudget:
    begin_write()
    last = budget_of(user.site_id)
    row = set_budget(user, number, why, seen=seen if seen is not None else last.id if last else 0)
    db.session.commit()
    return row


def told() -> int:
    number = db.session.scalar(select(func.count(Notification.id)))
    db.session.rollback()
    return number or 0


def case(comment: Comment) -> Case:
    found = case_of(comment)
    assert found is not None
    return found


def in_care(user: User) -> list[int]:
    found = [spot.comment_id for spot in spots(user, Place(Lane.CARE), None, limit=100)]
    db.session.rollback()
    return found


def test_a_low_score_stands_further_back_and_nothing_else_of_it_changes(cast: Cast, still_clock: Clock) -> None:
    plain = low(cast, 0.3)
    before = case(plain)
    a_month(cast, still_clock)
    assert budget(cast.ana, 1).bar == 0.6
    known = told()
    weak = low(cast, 0.3)
    of_weak = told() - known
    still_clock.move(hours=6)
    strong = low(cast, 0.6)
    assert case(weak).stands_back
    assert not case(strong).stands_back
    assert in_care(cast.ana)[-2:] == [strong.id, weak.id]
    now = case(weak)
    assert now.level is Level.SUPPORT
    assert (now.due_at - now.waiting_since) == (before.due_at - before.waiting_since)
    assert (now.next_step_at - now.waiting_since) == (before.next_step_at - before.waiting_since)  # type: ignore[operator]
    assert told() - known == 2 * of_weak > 0


def test_nobody_comes_before_them_who_wrote_more_than_half_a_days_wait_later(cast: Cast, still_clock: Clock) -> None:
    a_month(cast, still_clock)
    budget(cast.ana, 1)
    weak = low(cast, 0.3)
    still_clock.move(hours=11)
    soon = low(cast, 0.6)
    still_clock.move(hours=2)
    late = low(cast, 0.6)
    assert in_care(cast.ana)[-3:] == [soon.id, weak.id, late.id]


def test_what_is_urgent_and_grave_or_hurts_or_was_added_here_never_stands_back(cast: Cast) -> None:
    book = dict(shipped())
    weak = [(match.family, match.key) for match in scan(WEAK).matches]
    assert may_stand_back(Level.SUPPORT, (), weak, book)
    assert may_stand_back(Level.SUPPORT, (), [("model", "")], book)
    grave = next(phrase for phrase in book.values() if phrase.now.level is Level.CRISIS)
    own = own_phrase("en", "exhaustion", "cloud sits", Counting(Level.SUPPORT, 1.0))
    assert not may_stand_back(Level.URGENT, (), weak, book)
    assert not may_stand_back(Level.CRISIS, (), weak, book)
    assert not may_stand_back(Level.SUPPORT, ("attack",), weak, book)
    assert not may_stand_back(Level.SUPPORT, (), [*weak, (grave.family, grave.key)], book)
    milder = replace(grave, now=replace(grave.now, level=Level.SUPPORT))
    assert not may_stand_back(Level.SUPPORT, (), [(grave.family, grave.key)], book | {grave.key: milder})
    assert not may_stand_back(Level.SUPPORT, (), [(own.family, own.key)], book | {own.key: own})
    assert not may_stand_back(Level.SUPPORT, (), [("exhaustion", "gone")], book)
    assert not may_stand_back(Level.SUPPORT, (), [*weak, ("history", "")], book)


def test_a_grave_comment_with_the_lowest_score_stands_in_front(cast: Cast, still_clock: Clock) -> None:
    a_month(cast, still_clock)
    budget(cast.ana, 1)
    for level in (Level.URGENT, Level.CRISIS):
        match = Match("can't cope", "exhaustion", level, 0, 10, ())
        found = Finding(level, 0.01, (), (match,), "1")
        assert not case(cast.says(cast.reader(), WEAK, read_as=lambda _text, found=found: found)).stands_back


def test_another_word_and_a_readers_worry_bring_them_forward(cast: Cast, still_clock: Clock) -> None:
    a_month(cast, still_clock)
    budget(cast.ana, 1)
    writer = cast.reader()
    first = cast.says(writer, WEAK, read_as=at(0.3))
    assert case(first).stands_back
    cast.says(writer, "Still.", to=first, read_as=at(0.2))
    assert not case(first).stands_back
    other = low(cast, 0.3)
    begin_write()
    heed_worry(other, Level.SUPPORT)
    db.session.commit()
    assert not case(other).stands_back


def test_without_a_budget_or_a_past_nobody_stands_back(cast: Cast, still_clock: Clock) -> None:
    assert not case(low(cast, 0.1)).stands_back
    still_clock.move(days=6)
    low(cast, 0.5)
    assert budget(cast.ana, 1).bar is None
    assert not case(low(cast, 0.1)).stands_back
    a_month(cast, still_clock)
    begin_write()
    renew_bar(cast.site_id)
    db.session.commit()
    assert case(low(cast, 0.1)).stands_back
    budget(cast.ana, None)
    assert not case(low(cast, 0.1)).stands_back


def test_the_line_is_drawn_so_that_about_the_number_are_left() -> None:
    past = [Past(START - timedelta(days=9), (each % 100) / 100, may_stand_back=True) for each in range(900)]
    found = outlook(20, past, START)
    assert (found.days, found.all, found.front, found.back) == (9, 900, 180, 720)
    assert outlook(100, past, START).back == 0
    fixed = [Past(START - timedelta(days=9), 0.01, may_stand_back=False)] * 100
    assert outlook(20, [*past, *fixed], START).front == 181  # 100 fixed, 80 places, one tie
    assert bar_for(None, past, START) is None
    assert outlook(1, [], START).bar is None


def test_the_outlook_says_who_would_have_been_read_later(cast: Cast, still_clock: Clock) -> None:
    a_month(cast, still_clock)
    weak = [
        comment
        for comment in db.session.scalars(select(Comment).order_by(Comment.id))
        if "0.3" in comment.latest.source
    ]
    db.session.rollback()
    answer(cast, weak[0])
    begin_write()
    reply(cast.ana, db.session.get_one(Comment, weak[1].id), "I read this twice, and I am glad you wrote.")
    db.session.commit()
    assert needed_among([weak[0].id, weak[1].id]) == {weak[0].id: False, weak[1].id: True}
    found = outlook_of(cast.site_id, 1)
    assert (found.all, found.front, found.back, found.judged, found.needed) == (20, 10, 10, 2, 1)


def test_a_phrase_that_was_added_here_stands_in_front(cast: Cast, still_clock: Clock) -> None:
    a_month(cast, still_clock)
    budget(cast.ana, 1)
    save(cast.ana, own_phrase("en", "exhaustion", "cloud sits", Counting(Level.SUPPORT, 1.0)))
    assert not case(cast.says(cast.joao, "The cloud sits here.")).stands_back


def test_only_moderators_one_at_a_time_with_a_reason(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        budget(cast.mara, 5)
    for number, why in ((0, "No."), (1001, "No."), (5, " ")):
        with pytest.raises(Invalid):
            budget(cast.ana, number, why=why)
    db.session.rollback()
    first = budget(cast.ana, 5)
    with pytest.raises(Conflict, match=cast.ana.name):
        budget(cast.ines, 6, seen=0)
    db.session.rollback()
    with pytest.raises(Invalid):
        budget(cast.ines, 5, seen=first.id)


def test_shown_in_words_saved_and_taken_back_in_a_browser(cast: Cast, still_clock: Clock) -> None:
    a_month(cast, still_clock)
    browser, path = cast.browser(cast.ana), "/moderation/phrases/calibration"
    assert path in browser.get("/moderation/phrases").text
    assert "20 comments of the last 10 days sound very low." in browser.get(path).text
    shown = browser.get(f"{path}?number=1")
    assert "10 would have stood in front, and 10 further back (a score below 0.60)" in shown.text
    assert budget_of(cast.site_id) is None
    assert browser.get(f"{path}?number=none").status_code == 422
    form = {"csrf_token": token_in(shown), "number": "1", "seen": "0"}
    assert browser.post(f"{path}/budgets", data=form).status_code == 422
    assert "at most 1 a day" not in browser.get(path).text
    saved = browser.post(f"{path}/budgets", data={**form, "why": "We are <b>two</b>."})
    assert saved.status_code == 303
    assert "We are &lt;b&gt;two&lt;/b&gt;." in browser.get(saved.location).text
    assert browser.post(f"{path}/budgets", data={**form, "number": "2", "why": "Late."}).status_code == 409
    low(cast, 0.3)
    assert "Low score, over the day’s budget" in browser.get("/moderation").text
    row = budget_of(cast.site_id)
    assert row is not None
    undone = browser.post(f"{path}/budgets/{row.id}/undos", data={"csrf_token": form["csrf_token"]})
    assert undone.status_code == 303
    assert browser.post(f"{path}/budgets/{row.id}/undos", data={"csrf_token": form["csrf_token"]}).status_code == 409
    assert [change.number for change in db.session.scalars(select(SupportBudget).order_by(SupportBudget.id))] == [
        1,
        None,
    ]
    db.session.rollback()
    assert not case(cast.says(cast.tove, LOW)).stands_back
    author = cast.browser(cast.mara)
    assert "Save this budget" not in author.get(f"{path}?number=1").text
