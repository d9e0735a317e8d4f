"""Reports: they bring a person and hide nothing; a worry goes to care."""

from datetime import timedelta

import pytest

from service.care.models import Case
from service.care.queries import case_of, events_of
from service.care.transitions import CaseState
from service.comments.models import Comment, Status
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.moderation.reports.actions import ALL_WORDS_LIMIT, report, unsettle
from service.moderation.reports.models import Reason, Report
from service.moderation.reports.queries import reported, reports_on
from service.notifications.queries import bell
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, Cast, reading
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db


def test_ten_reports_leave_a_comment_where_it_is(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    for number in range(10):
        tell(comment, Reason.SPAM, key=f"reader {number}")
    assert comment.shown
    assert comment.held_at is None
    assert case_of(comment) is None
    [row] = db.session.execute(reported(cast.site_id))
    assert (row.comment_id, row.id) == (comment.id, reports_on(comment)[0].id)


def test_a_worry_opens_a_case_that_is_due_from_now_on(cast: Cast, still_clock: Clock, outbox: Outgoing) -> None:
    people = [cast.mara, cast.ana]
    comment = cast.says(cast.tove, CALM)
    still_clock.move(days=90)
    told = tell(comment, Reason.WORRIED, "She has not written for weeks.")
    case = waiting(comment)
    assert (case.level, case.state, case.waiting_since) == (Level.SUPPORT, CaseState.OPEN, still_clock.moment)
    assert case.due_at == still_clock.moment + timedelta(hours=24)
    assert [row.event.value for row in events_of(case)] == ["opened", "worried"]
    assert told.case_id == case.id
    assert [len(bell(person.id)) for person in people] == [1, 1]
    assert outbox.take("notifications.deliver") == []
    assert db.session.execute(reported(cast.site_id)).all() == []  # it waits in care, not among the reports
    assert comment.shown


def test_a_worry_is_mailed_at_once_where_the_owner_wants_it(cast: Cast, outbox: Outgoing) -> None:
    assert cast.ana
    comment = cast.says(cast.tove, CALM)
    begin_write()
    current_site().worry_wakes = True
    db.session.commit()
    tell(comment, Reason.WORRIED)
    assert waiting(comment).level is Level.URGENT
    assert len(outbox.take("notifications.deliver")) == 1


def test_a_worry_raises_and_never_lowers(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT))
    publish(cast, comment)
    before = len(bell(cast.mara.id))
    tell(comment, Reason.WORRIED)
    case = waiting(comment)
    assert case.level is Level.URGENT
    assert events_of(case)[-1].event.value == "worried"
    assert len(bell(cast.mara.id)) == before


def test_a_worry_opens_a_case_again_that_was_answered(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, read_as=reading(Level.SUPPORT))
    still_clock.move(hours=1)
    begin_write()
    answer = reply(cast.mara, comment, "I read here again on Thursday.")
    db.session.commit()
    assert case_of(comment, locked=False).ended  # type: ignore[union-attr]
    still_clock.move(days=2)
    tell(comment, Reason.WORRIED)
    case = waiting(comment)
    assert (case.state, case.opening, case.waiting_since) == (CaseState.OPEN, 2, still_clock.moment)
    begin_write()
    again = reply(cast.mara, comment, "Tove, how are you today?")
    db.session.commit()
    assert case.ended
    assert again.id != answer.id


def test_a_worry_about_words_of_staff_waits_among_the_reports(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    answer = reply(cast.mara, comment, "Thank you.")
    db.session.commit()
    tell(answer, Reason.WORRIED)
    assert [row.comment_id for row in db.session.execute(reported(cast.site_id))] == [answer.id]


def test_once_for_each_reader_and_nothing_told_is_lost(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    tell(comment, Reason.HURTFUL, "The second line.")
    tell(comment, Reason.HURTFUL, "The second line.")
    [told] = reports_on(comment)
    assert told.words == "The second line."
    tell(comment, Reason.WORRIED, "And I worry.")
    tell(comment, Reason.SPAM)
    [told] = reports_on(comment)
    assert (told.reason, told.words) == (Reason.WORRIED, "The second line.\n\nAnd I worry.")
    assert case_of(comment) is not None
    tell(comment, Reason.OTHER, key="somebody else")
    assert len(reports_on(comment)) == 2


@pytest.mark.parametrize(
    ("reason", "words", "field"), [("nothing", "", "reason"), ("", "", "reason"), ("spam", "x" * 1001, "body")]
)
def test_what_cannot_be_taken(cast: Cast, reason: str, words: str, field: str) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    with pytest.raises(Invalid) as refused:
        report(comment, reason, words, "a reader")
    assert refused.value.field == field
    assert reports_on(comment) == []


def test_words_of_one_network_end_somewhere(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    for number in range(10):
        tell(comment, Reason.OTHER, f"{number} " + "x" * 900)
    with pytest.raises(Invalid):
        tell(comment, Reason.OTHER, "y" * 990)
    db.session.rollback()
    assert len(reports_on(comment)[0].words) <= ALL_WORDS_LIMIT


@pytest.mark.parametrize("act", [Act.SETTLE, Act.HIDE, Act.SPAM])
def test_a_decision_deals_with_the_reports_and_can_be_undone(cast: Cast, act: Act) -> None:
    comment = cast.says(cast.tove, CALM)
    tell(comment, Reason.HURTFUL)
    version = comment.version
    begin_write()
    decision = decide(cast.ana, comment, act, version=version, reason="Names a neighbour.")
    db.session.commit()
    assert db.session.execute(reported(cast.site_id)).all() == []
    assert reports_on(comment)[0].decision is decision
    assert comment.shown is (act is Act.SETTLE)
    begin_write()
    with pytest.raises(Conflict, match="Ana Brandt"):
        decide(cast.ines, comment, Act.SETTLE, version=version)
    db.session.rollback()
    begin_write()
    assert unsettle(decision) == 1
    db.session.commit()
    assert len(db.session.execute(reported(cast.site_id)).all()) == 1


def test_there_is_nothing_to_settle_without_reports(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    with pytest.raises(Conflict):
        decide(cast.ana, comment, Act.SETTLE, version=comment.version)


def test_who_tells_more_after_it_was_settled_opens_it_again(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    tell(comment, Reason.HURTFUL)
    begin_write()
    decide(cast.ana, comment, Act.SETTLE, version=comment.version)
    db.session.commit()
    tell(comment, Reason.HURTFUL)
    assert not reports_on(comment)[0].is_open
    tell(comment, Reason.HURTFUL, "It goes on further down.")
    assert reports_on(comment)[0].is_open


def test_the_item_shows_words_and_reason_to_staff_alone(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    tell(comment, Reason.WORRIED, "She has <b>not</b> written for weeks.")
    page = cast.browser(cast.ana).get(f"/moderation/comments/{comment.id}").text
    assert "1 reader told us about it" in page
    assert "She has &lt;b&gt;not&lt;/b&gt; written for weeks." in page
    assert "This person waits in Care because of it" in page
    assert "weeks" not in cast.browser().get("/articles/old-maps").text


def test_a_card_says_what_readers_told(cast: Cast, still_clock: Clock) -> None:
    worried, hurt = cast.says(cast.tove, CALM), cast.says(cast.joao, CALM, name="João")
    tell(worried, Reason.WORRIED, "Not a word for the list.")
    for number in range(2):
        tell(hurt, Reason.HURTFUL, key=f"reader {number}")
    still_clock.move(minutes=7)
    browser = cast.browser(cast.ana)
    lane, care = browser.get("/moderation?lane=reported").text, browser.get("/moderation?lane=care").text
    assert "<strong>It hurts someone</strong> (2)." in lane
    assert "told 7 min ago" in lane
    assert "<strong>A reader is worried</strong>." in care
    assert "Not a word" not in lane + care


def tell(comment: Comment, reason: Reason, words: str = "", key: str = "a reader") -> Report:
    begin_write()
    told = report(comment, reason, words, key)
    db.session.commit()
    return told


def waiting(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case


def publish(cast: Cast, comment: Comment) -> None:
    if comment.status is Status.PUBLISHED:
        return
    begin_write()
    decide(cast.ana, comment, Act.APPROVE, version=comment.version)
    db.session.commit()


def test_a_worry_about_somebody_in_crisis_rings_nobody_twice(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    publish(cast, comment)
    before = len(bell(cast.ana.id))
    tell(comment, Reason.WORRIED)
    assert waiting(comment).level is Level.CRISIS
    assert len(bell(cast.ana.id)) == before
