"""The figures page: what is counted, what is left out, through whose eyes, and what a spreadsheet gets of it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from service.accounts.models import User
from service.care.actions import dismiss, heed
from service.care.models import Case, CaseEventRow
from service.care.queries import case_of
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.moderation.actions import decide, give_feedback, reply
from service.moderation.figures import queries
from service.moderation.figures.look import Look
from service.moderation.figures.period import Wanted, read_wanted
from service.moderation.figures.queries import Judged
from service.moderation.figures.sections import SECTIONS, head
from service.moderation.figures.tables import Of
from service.moderation.models import Act, Decision, Verdict
from service.moderation.queries import decisions_on
from service.moderation.undoing import undo
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.queries import latest_scan
from tests.cast import CALM, CRISIS, LOW, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.db
WINDOW = timedelta(seconds=30)
HOUR = 3_600
KIND = "I read this twice, and I am glad you wrote."


def test_a_wait_lasts_from_the_first_word_to_the_first_human_answer(cast: Cast, still_clock: Clock) -> None:
    first, second = cast.says(cast.tove, LOW), cast.says(cast.joao, CRISIS)
    still_clock.move(hours=2)
    answer(cast.ana, first)
    answer(cast.ana, second, private=True)
    still_clock.move(hours=1)
    answer(cast.ana, first, "And one thing more.")
    waits = {wait.level: wait for wait in queries.answers_given(cast.ana, wanted())}
    assert waits[Level.SUPPORT].took == 2 * HOUR
    assert (waits[Level.SUPPORT].in_time, waits[Level.CRISIS].in_time) == (True, False)
    assert len(waits) == 2


def test_an_answer_counts_after_retention_has_taken_the_comments_out(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    still_clock.move(hours=1)
    answer(cast.ana, comment)
    begin_write()
    db.session.execute(update(CaseEventRow).values(comment_id=None, user_id=None, reason=""))
    db.session.commit()
    assert [wait.took for wait in queries.answers_given(cast.ana, wanted())] == [HOUR]


def test_each_opening_of_a_case_is_a_wait_of_its_own(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    still_clock.move(hours=1)
    answer(cast.ana, comment)
    still_clock.move(days=8)
    again = cast.says(cast.tove, LOW + " Still.", to=comment)
    still_clock.move(hours=3)
    answer(cast.ana, again)
    waits = queries.answers_given(cast.ana, wanted(day=10))
    assert [wait.took for wait in waits] == [HOUR, 3 * HOUR]


def test_whoever_is_overdue_counts_and_whoever_is_not_yet_does_not(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, LOW)
    still_clock.move(hours=23)
    assert queries.answers_given(cast.ana, wanted()) == []
    still_clock.move(hours=2)
    (late,) = queries.answers_given(cast.ana, wanted())
    assert (late.took, late.in_time, late.level) == (None, False, Level.SUPPORT)


def test_what_needs_no_answer_or_came_in_quietly_is_left_out(cast: Cast, still_clock: Clock) -> None:
    needless, quiet = cast.says(cast.tove, LOW), cast.says(cast.joao, CALM)
    begin_write()
    dismiss(case(needless), cast.ana, "A quotation.")
    heed(quiet, Level.SUPPORT, muted=True)
    db.session.commit()
    still_clock.move(days=2)
    assert queries.answers_given(cast.ana, wanted()) == []


def test_an_answer_that_was_taken_back_is_none(cast: Cast, still_clock: Clock) -> None:
    comment, ana = cast.says(cast.tove, LOW), cast.ana
    still_clock.move(hours=1)
    answer(ana, comment)
    begin_write()
    undo(ana, decisions_on(comment)[-1], window=WINDOW)
    db.session.commit()
    assert queries.answers_given(ana, wanted()) == []
    still_clock.move(hours=4)
    answer(ana, comment, "Better words.")
    assert [wait.took for wait in queries.answers_given(ana, wanted())] == [5 * HOUR]


def test_held_comments_wait_for_the_first_decision_that_stands(cast: Cast, still_clock: Clock) -> None:
    note = [cast.says(cast.reader(), CALM, audience="author", name=name) for name in ("Tove", "Joao")]
    still_clock.move(hours=6)
    begin_write()
    done = decide(cast.ana, note[0], Act.HIDE, version=note[0].version, reason="Names a neighbour.")
    undo(cast.ana, done, window=WINDOW)
    db.session.commit()
    assert queries.held_decided(cast.ana, wanted()) == []
    still_clock.move(hours=19)
    begin_write()
    decide(cast.ana, note[0], Act.APPROVE, version=note[0].version)
    db.session.commit()
    decided, late = queries.held_decided(cast.ana, wanted())
    assert (decided.took, decided.in_time) == (25 * HOUR, False)
    assert (late.took, late.in_time) == (None, False)


def test_who_waits_now_is_counted_by_age_and_level(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.reader(), CRISIS)
    still_clock.move(hours=2)
    cast.says(cast.reader(), CRISIS)
    cast.says(cast.reader(), LOW)
    still_clock.move(minutes=20)
    now = queries.waiting_now(cast.ana, wanted())
    assert now.ages == {Level.CRISIS: [1, 1, 0, 0, 0, 0], Level.SUPPORT: [1, 0, 0, 0, 0, 0]}
    assert now.overdue == {Level.CRISIS: 1, Level.SUPPORT: 0}
    assert queries.waiting_now(cast.ana, wanted(level="support")).number == 1


def test_the_last_standing_word_on_a_comment_counts(cast: Cast) -> None:
    low, crisis, calm = cast.says(cast.reader(), LOW), cast.says(cast.reader(), CRISIS), cast.says(cast.reader(), CALM)
    judge(cast.ana, low, Verdict.NEEDED)
    judge(cast.ines, low, Verdict.NOT_NEEDED)
    judge(cast.ana, calm, Verdict.MISSED, Level.URGENT)
    judge(cast.ana, crisis, Verdict.NEEDED)
    taken_back = judge(cast.ana, crisis, Verdict.NOT_NEEDED)
    begin_write()
    undo(cast.ana, db.session.merge(taken_back), window=WINDOW)
    db.session.commit()
    assert queries.judged(cast.ana, wanted()) == {
        Level.SUPPORT: Judged(not_needed=1),
        Level.CRISIS: Judged(needed=1),
        Level.NONE: Judged(missed=1),
    }
    assert set(queries.judged(cast.ana, wanted(level="crisis"))) == {Level.CRISIS}


def test_authors_see_the_figures_of_their_own_articles(cast: Cast, still_clock: Clock) -> None:
    theirs = cast.write_article(slug="other", author=cast.other_author)
    mine = cast.says(cast.reader(), LOW)
    other = cast.says(cast.reader(), LOW, article=theirs)
    notes = [cast.says(cast.reader(), CALM, audience="author", article=at) for at in (cast.article, theirs)]
    still_clock.move(hours=1)
    for comment in (mine, other):
        judge(cast.ana, comment, Verdict.NOT_NEEDED)
        answer(cast.ana, comment)
    for comment in notes:
        answer(cast.ana, comment)
    for user, number in ((cast.mara, 1), (cast.other_author, 1), (cast.ana, 2), (cast.ines, 2)):
        assert len(queries.answers_given(user, wanted())) == number
        assert len(queries.held_decided(user, wanted())) == number
        assert sum(each.not_needed for each in queries.judged(user, wanted()).values()) == number
    still_clock.move(hours=1)
    cast.says(cast.reader(), LOW, article=theirs)
    assert [queries.waiting_now(user, wanted()).number for user in (cast.mara, cast.other_author, cast.ana)] == [
        0,
        1,
        1,
    ]
    assert queries.waiting_now(cast.mara, wanted(article=str(theirs.id))).number == 0


def test_the_page_shows_every_section_and_the_csv_gives_the_same_table(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, LOW)
    still_clock.move(hours=2)
    answer(cast.ana, comment)
    browser = cast.browser(cast.ana)
    page = browser.get("/moderation/figures?weeks=4&level=support").text
    assert "1 of 1" in page
    assert "Half waited at most 2.0 hours" in page
    assert "style=" not in page.partition("<main")[2]
    for section in SECTIONS:
        name = section.__name__.replace("_", "-")
        assert f'id="{name}"' in page
        assert f"/moderation/figures/{name}.csv?weeks=4&amp;level=support" in page
    answer_csv = browser.get("/moderation/figures/first-answers.csv?weeks=4")
    assert answer_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="attune-first-answers-2026-02-09-2026-03-02.csv"' in answer_csv.headers["Content-Disposition"]
    lines = answer_csv.data.decode("utf-8-sig").splitlines()
    assert lines[:2] == ['week of,number,"median, hours","90th percentile, hours"', "2026-03-02,1,2.0,2.0"]
    assert len(lines) == 6
    assert browser.get("/moderation/figures/nothing.csv").status_code == 404


def test_an_empty_site_is_told_kindly_and_days_that_make_no_sense_are_said(cast: Cast) -> None:
    browser = cast.browser(cast.ana)
    page = browser.get("/moderation/figures").text
    assert "Nobody waited" in page
    assert "Nothing to draw yet" in page
    assert '<svg class="chart' not in page
    assert "These days make no sense together." in browser.get("/moderation/figures?from=2026-03-09&to=2026-03-01").text
    assert browser.get("/moderation/figures?from=x&to=y&level=z&article=-1&weeks=99").status_code == 200


def test_its_statements_do_not_grow(cast: Cast, still_clock: Clock, statements: list[str]) -> None:
    browser = cast.browser(cast.ana)
    counts = []
    for _round in range(2):
        for comment in [cast.says(cast.reader(), LOW) for _each in range(3)]:
            judge(cast.ana, comment, Verdict.NEEDED)
        still_clock.move(hours=30)
        answer(cast.ana, comment)
        statements.clear()
        assert browser.get("/moderation/figures?weeks=52").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_numbers_at_the_head_agree_with_the_tables(cast: Cast, still_clock: Clock) -> None:
    for number in range(3):
        comment = cast.says(cast.reader(), LOW)
        still_clock.move(hours=number + 1)
        answer(cast.ana, comment)
    cast.says(cast.reader(), CRISIS)
    still_clock.move(hours=1)
    look = Look(cast.ana, current_site(), wanted())
    first, nine = head(look).half, head(look).nine_in_ten
    assert (first, nine) == (timedelta(hours=2), None)  # the fourth is overdue: longer than all who have an answer
    assert (head(look).in_time, head(look).waiting, head(look).overdue) == (Of(3, 4), 1, 1)
    tables = {section(look).name: section(look).table for section in SECTIONS}
    assert tables["first-answers"].rows[-1] == ["All", 4, first, nine]
    assert tables["in-time"].rows[0][1:] == [Of(0, 1), Of(0, 0), Of(3, 3)]


def wanted(day: int = 2, **values: str) -> Wanted:
    return read_wanted({"weeks": "52", **values}, date(2026, 3, day) + timedelta(days=3), ZoneInfo("UTC"))


def answer(user: User, comment: Comment, words: str = KIND, *, private: bool = False) -> None:
    begin_write()
    reply(user, comment, words, private=private)
    db.session.commit()


def judge(user: User, comment: Comment, verdict: Verdict, level: Level | None = None) -> Decision:
    begin_write()
    scan = latest_scan(comment.id)
    assert scan is not None
    decision = give_feedback(user, comment, scan.id, verdict, level)
    db.session.commit()
    return decision


def case(comment: Comment) -> Case:
    found = case_of(comment)
    assert found is not None
    return found
