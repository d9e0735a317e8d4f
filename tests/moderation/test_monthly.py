"""The monthly check: what is drawn and what is not, what people say of it, and what that says of all the others."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from service.accounts.models import User
from service.care.queries import case_of
from service.comments.actions import withdraw
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict, NotFound
from service.moderation.figures.look import Look
from service.moderation.figures.missed import missed, missed_words
from service.moderation.figures.period import read_wanted
from service.moderation.figures.tables import Of
from service.moderation.models import Decision, Verdict
from service.moderation.monthly.drawing import choose, draw_month, how_many, is_drawn, last_month
from service.moderation.monthly.models import MonthlyDraw, MonthlyPick
from service.moderation.monthly.picks import Counted, counted, judge, left, next_pick
from service.moderation.undoing import undo
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.queries import latest_scan
from tests.cast import CALM, LOW, Cast, token_in
from tests.conftest import Clock
from workers.schedule import _draw_month

pytestmark = pytest.mark.db


def draw() -> int:
    begin_write()
    drawn = draw_month(current_site())
    db.session.commit()
    return drawn


def say(user: User, comment: Comment, level: Level | None) -> Decision:
    begin_write()
    decision = judge(user, comment, latest_scan(comment.id).id, level)  # type: ignore[union-attr]
    db.session.commit()
    return decision


def picked() -> list[int]:
    return list(db.session.scalars(select(MonthlyPick.comment_id).order_by(MonthlyPick.comment_id)))


def calm(cast: Cast, number: int) -> list[Comment]:
    return [cast.says(cast.reader(), f"{CALM} {each}") for each in range(number)]


def test_one_in_a_hundred_and_twenty_at_least_are_drawn_and_the_same_again() -> None:
    assert [how_many(number) for number in (0, 7, 20, 1_999, 2_001, 50_000)] == [0, 7, 20, 20, 21, 500]
    ids = list(range(5_000))
    first = choose(ids, "1:2026-02")
    assert first == choose(list(reversed(ids)), "1:2026-02")
    assert len(set(first)) == 50
    assert first != choose(ids, "1:2026-03")
    assert last_month(date(2026, 1, 31)) == (date(2025, 12, 1), date(2026, 1, 1))


def test_each_comment_is_as_likely_as_any_other() -> None:
    """Over 2,000 months of 100 comments each is drawn about 400 times: 20 of 100."""
    times = [0] * 100
    for month in range(2_000):
        for which in choose(range(100), str(month)):
            times[which] += 1
    assert min(times) > 300
    assert max(times) < 500


def test_last_months_comments_in_which_nothing_was_found_are_drawn_once(cast: Cast, still_clock: Clock) -> None:
    quiet = calm(cast, 3)
    cast.says(cast.tove, LOW)
    begin_write()
    gone = cast.says(cast.joao, CALM)
    begin_write()
    withdraw(gone)
    db.session.commit()
    assert draw() == 0  # of February, in which nobody wrote
    still_clock.move(days=31)
    calm(cast, 1)  # of April
    assert not is_drawn(current_site())
    _draw_month()
    assert picked() == sorted(comment.id for comment in quiet)
    assert draw() == 0
    _draw_month()
    assert picked() == sorted(comment.id for comment in quiet)
    found = db.session.scalars(select(MonthlyDraw).order_by(MonthlyDraw.month)).all()
    assert [(each.month, each.population, each.drawn) for each in found] == [("2026-02", 0, 0), ("2026-03", 3, 3)]


def test_whoever_was_missed_gets_a_case_and_the_others_teach(cast: Cast, still_clock: Clock) -> None:
    first, second = calm(cast, 2)
    still_clock.move(days=31)
    draw()
    assert left(cast.ana) == 2
    decision = say(cast.ana, first, Level.URGENT)
    assert (decision.verdict, decision.level) == (Verdict.MISSED, Level.URGENT)
    assert case_of(first).level is Level.URGENT  # type: ignore[union-attr]
    assert case_of(first).next_step_at is not None  # type: ignore[union-attr]
    assert say(cast.mara, second, None).verdict is Verdict.NOT_NEEDED
    assert case_of(second) is None
    assert next_pick(cast.ana) is None
    assert counted(cast.ana, "2026-03", "2026-03") == [Counted("2026-03", 2, 2, 2, 1)]


def test_twice_is_once_and_a_colleague_who_was_faster_is_named(cast: Cast, still_clock: Clock) -> None:
    [comment] = calm(cast, 1)
    still_clock.move(days=31)
    draw()
    assert say(cast.ana, comment, None).id == say(cast.ana, comment, None).id
    with pytest.raises(Conflict, match="has read this"):
        say(cast.mara, comment, Level.SUPPORT)
    db.session.rollback()
    assert case_of(comment) is None


def test_a_word_that_is_taken_back_counts_no_more(cast: Cast, still_clock: Clock) -> None:
    [comment] = calm(cast, 1)
    still_clock.move(days=31)
    draw()
    decision = say(cast.ana, comment, Level.SUPPORT)
    begin_write()
    undo(cast.ana, decision, window=timedelta(seconds=30))
    db.session.commit()
    assert left(cast.ana) == 1
    assert counted(cast.ana, "2026-03", "2026-03") == [Counted("2026-03", 1, 1, 0, 0)]
    say(cast.mara, comment, None)
    assert left(cast.ana) == 0


def test_authors_read_what_stands_on_their_own_articles(cast: Cast, still_clock: Clock) -> None:
    [comment] = calm(cast, 1)
    other = cast.write_article(slug="elsewhere", author=cast.other_author)
    theirs = cast.says(cast.tove, CALM, article=other)
    still_clock.move(days=31)
    draw()
    assert (left(cast.ana), left(cast.mara), left(cast.other_author)) == (2, 1, 1)
    assert next_pick(cast.other_author).comment.id == theirs.id  # type: ignore[union-attr]
    assert counted(cast.mara, "2026-03", "2026-03") == [Counted("2026-03", None, 1, 0, 0)]
    browser = cast.browser(cast.other_author)
    token = token_in(browser.get("/moderation/phrases"))
    form = {"csrf_token": token, "scan": "1", "said": "no"}
    assert browser.post(f"/moderation/monthly/comments/{comment.id}", data=form).status_code == 404


def test_what_was_not_drawn_cannot_be_judged_so(cast: Cast) -> None:
    [comment] = calm(cast, 1)
    with pytest.raises(NotFound):
        say(cast.ana, comment, Level.SUPPORT)


def test_what_is_found_meanwhile_still_counts_as_missed_in_the_check(cast: Cast, still_clock: Clock) -> None:
    [comment] = calm(cast, 1)
    still_clock.move(days=31)
    draw()
    latest_scan(comment.id).level = Level.SUPPORT  # type: ignore[union-attr]  # as after a changed phrase
    db.session.commit()
    assert say(cast.ana, comment, Level.SUPPORT).verdict is Verdict.NEEDED
    assert counted(cast.ana, "2026-03", "2026-03")[0].needed == 1


def test_words_that_are_gone_are_not_asked_about(cast: Cast, still_clock: Clock) -> None:
    first, _second = calm(cast, 2)
    still_clock.move(days=31)
    draw()
    begin_write()
    withdraw(db.session.get_one(Comment, first.id))
    db.session.commit()
    assert left(cast.ana) == 1


def test_the_estimate_has_a_margin_and_the_counts_that_it_rests_on() -> None:
    assert missed_words(Counted("2026-03", 10_000, 100, 100, 2)) == "200 (55–700) of 10,000"
    assert missed_words(Counted("2026-03", 10_000, 100, 50, 0)) == "0 (0–713) of 10,000"
    assert missed_words(Counted("2026-03", 12, 12, 12, 1)) == "1 of 12"  # all were read
    assert missed_words(Counted("2026-03", 12, 12, 0, 0)) is None
    assert missed_words(Counted("2026-03", None, 12, 12, 1)) is None


def test_the_figures_show_it(cast: Cast, still_clock: Clock) -> None:
    first, second, _third = calm(cast, 3)
    still_clock.move(days=31)
    draw()
    say(cast.ana, first, Level.SUPPORT)
    say(cast.ana, second, None)
    site = current_site()
    look = Look(cast.ana, site, read_wanted({}, date(2026, 4, 2), ZoneInfo("UTC")))
    [row] = missed(look).table.rows
    assert row[0] == "2026-03"
    assert row[1] == Of(1, 2)
    assert row[3] == "2 (1–3) of 3"
    assert "Of 2026-03 2 of 3 drawn are read." in missed(look).table.note
    assert missed(look).chart is not None
    page = cast.browser(cast.ana).get("/moderation/figures").text
    assert "What the screening misses" in page
    assert "/moderation/monthly" in page
    assert "missed about" in cast.browser(cast.mara).get("/moderation/figures/missed.csv").text


def test_one_after_another_in_a_browser(cast: Cast, still_clock: Clock) -> None:
    calm(cast, 2)
    still_clock.move(days=31)
    draw()
    browser = cast.browser(cast.ana)
    assert 'href="/moderation/monthly"' in browser.get("/moderation").text
    page = browser.get("/moderation/monthly").text
    assert "2 are left for you, of 2." in page
    now = next_pick(cast.ana)
    assert now is not None
    token = token_in(browser.get("/moderation/monthly"))
    address, form = f"/moderation/monthly/comments/{now.comment.id}", {"csrf_token": token, "scan": str(now.scan.id)}
    assert browser.post(address, data=form).status_code == 422
    assert browser.post(address, data={**form, "said": "none"}).status_code == 422
    assert browser.post(address, data={**form, "said": "crisis"}).location == "/moderation/monthly"
    page = browser.get("/moderation/monthly").text
    assert "This is the last one for you." in page
    assert "Undo" in page
    again = browser.post(address, data={**form, "said": "no"})
    assert again.status_code == 409
    following = next_pick(cast.ana)
    assert following is not None
    form["scan"] = str(following.scan.id)
    browser.post(f"/moderation/monthly/comments/{following.comment.id}", data={**form, "said": "no"})
    assert "Everything for you is read." in browser.get("/moderation/monthly").text
