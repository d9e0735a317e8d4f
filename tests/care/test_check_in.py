"""Check in: after an answer to a crisis a person comes back into the queue, and silence after it is told by itself."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.accounts.models import User
from service.care.check_ins import close_follow_up, drop_check_in, plan_check_in
from service.care.models import Case
from service.care.queries import case_of, events_of
from service.care.transitions import CaseState
from service.comments.models import Comment
from service.core import clock
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.moderation.actions import decide, reply
from service.moderation.digest import send_digests
from service.moderation.models import Act
from service.moderation.queue.place import Place
from service.moderation.queue.spots import spots
from service.moderation.queue.tallies import tallies
from service.notifications.messages import Sender, compose
from service.notifications.models import Kind, Notification
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading, screen, token_in, version_in
from tests.conftest import START, Clock
from tests.reader.test_letter import my_path

pytestmark = pytest.mark.db


def answers(user: User, comment: Comment) -> Case:
    begin_write()
    reply(user, comment, "I am glad that you wrote. How are you today?")
    db.session.commit()
    return case(comment)


def case(comment: Comment) -> Case:
    found = case_of(comment)
    assert found is not None
    db.session.refresh(found)
    return found


def in_queue(cast: Cast) -> list[int]:
    return [spot.comment_id for spot in spots(cast.ana, Place(), None)]


def queue_page(cast: Cast, user: User) -> str:
    return " ".join(cast.browser(user).get("/moderation").text.replace("<bdi>", "").replace("</bdi>", "").split())


def test_a_check_in_shows_though_its_comment_was_put_off_and_is_late_for_nobody(
    cast: Cast, still_clock: Clock, client: FlaskClient
) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answers(cast.mara, comment)
    still_clock.move(days=3)
    begin_write()
    db.session.get_one(Comment, comment.id).snoozed_until = clock.now() + timedelta(hours=1)
    db.session.commit()
    assert in_queue(cast) == [comment.id]
    page = queue_page(cast, cast.ana)
    card = page[page.index(f'data-comment="{comment.id}"') :]
    assert "Answered; look after them once more" in card
    assert "level-now" not in card
    assert "overdue" not in card
    item = cast.browser(cast.ana).get(f"/moderation/comments/{comment.id}").text
    assert "Answered; look after them once more" in item
    assert "overdue" not in item
    measured = client.get("/metrics").text
    assert "attune_check_ins_due 1.0" in measured
    assert "attune_check_ins_silent 1.0" in measured
    begin_write()
    close_follow_up(case(comment), cast.ana)
    db.session.commit()
    assert "attune_check_ins_due 0.0" in client.get("/metrics").text


def test_after_a_crisis_it_comes_back_after_three_days_and_says_so_to_each_in_their_words(
    cast: Cast, still_clock: Clock
) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answered = answers(cast.mara, comment)
    assert answered.check_in_on == date(2026, 3, 5)
    assert in_queue(cast) == []
    still_clock.move(days=2, hours=14)
    assert in_queue(cast) == []
    still_clock.move(hours=10)
    assert in_queue(cast) == [comment.id]
    assert tallies(cast.ana)[0].number == 1
    assert "Check in with Tove today</strong>; silent for 3 days since your answer." in queue_page(cast, cast.mara)
    assert "since Dr. Mara Lindqvist’s answer" in queue_page(cast, cast.ana)


@pytest.mark.parametrize("text", [LOW, CALM])
def test_below_crisis_nothing_follows(cast: Cast, still_clock: Clock, text: str) -> None:
    comment = cast.says(cast.tove, text, read_as=reading(Level.URGENT if text == CALM else Level.SUPPORT))
    assert answers(cast.mara, comment).follow_at is None
    still_clock.move(days=30)
    assert in_queue(cast) == []


def test_a_site_can_have_it_after_urgent_too_and_none_after_a_crisis(cast: Cast, still_clock: Clock) -> None:
    begin_write()
    current_site().check_in_urgent_days, current_site().check_in_crisis_days = 7, 0
    db.session.commit()
    urgent = cast.says(cast.tove, CALM, read_as=reading(Level.URGENT))
    crisis = cast.says(cast.joao, CRISIS)
    assert answers(cast.mara, urgent).check_in_on == date(2026, 3, 9)
    assert answers(cast.mara, crisis).check_in_on is None
    still_clock.move(days=3)
    assert in_queue(cast) == [crisis.id]
    assert "No sign of Tove</strong>; silent for 3 days since your answer." in queue_page(cast, cast.mara)


def test_who_opens_their_page_is_not_silent_but_the_check_in_stays(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answers(cast.mara, comment)
    cast.browser().get(my_path(comment), headers={"User-Agent": "a scanner of mails"})
    assert case(comment).heard_at is None
    still_clock.move(days=1)
    cast.browser().get(my_path(comment), headers={"Sec-Fetch-Mode": "navigate"})
    assert case(comment).heard_at == still_clock.moment
    assert case(comment).silent_at is None
    still_clock.move(days=2)
    assert "they were here again on 3 March 2026." in queue_page(cast, cast.mara)


def test_without_a_check_in_an_opened_page_ends_it(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answered = answers(cast.mara, comment)
    begin_write()
    drop_check_in(answered, cast.mara)
    db.session.commit()
    cast.browser().get(my_path(comment), headers={"Sec-Fetch-Mode": "navigate"})
    still_clock.move(days=30)
    assert in_queue(cast) == []


def test_writing_anywhere_is_a_sign_and_old_words_are_none(cast: Cast, still_clock: Clock) -> None:
    elsewhere = cast.write_article(slug="elsewhere")
    comment, unread = cast.says(cast.tove, CRISIS), cast.says(cast.tove, CALM, article=elsewhere, screened=False)
    still_clock.move(minutes=5)
    answers(cast.mara, comment)
    screen(unread)
    assert case(comment).heard_at is None
    still_clock.move(days=1)
    cast.says(cast.tove, CALM, article=elsewhere)
    assert case(comment).heard_at == still_clock.moment
    assert case(comment).silent_at is None


def test_writing_again_in_the_conversation_opens_the_case_and_forgets_the_plan(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answers(cast.mara, comment)
    still_clock.move(days=1)
    again = cast.says(cast.tove, CALM, to=comment)
    assert case(comment).state is CaseState.OPEN
    assert case(comment).follow_at is None
    still_clock.move(days=5)
    assert in_queue(cast) == [again.id]


def test_planning_another_day_taking_it_back_and_closing_are_written_down(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answered = answers(cast.mara, comment)
    begin_write()
    plan_check_in(answered, cast.ana, date(2026, 3, 20))
    plan_check_in(answered, cast.ana, date(2026, 3, 20))
    db.session.commit()
    still_clock.move(days=3)
    assert in_queue(cast) == [comment.id]  # silence is told whatever was planned
    begin_write()
    close_follow_up(answered, cast.ana, "Wrote to her sister.")
    close_follow_up(answered, cast.ana)
    db.session.commit()
    assert in_queue(cast) == []
    begin_write()
    plan_check_in(answered, cast.ana, date(2026, 3, 6))
    drop_check_in(answered, cast.mara)
    drop_check_in(answered, cast.mara)
    db.session.commit()
    rows = [(row.event.value, row.user_id, row.reason) for row in events_of(answered)][-4:]
    assert rows == [
        ("check-in set", cast.ana.id, "2026-03-20"),
        ("checked in", cast.ana.id, "Wrote to her sister."),
        ("check-in set", cast.ana.id, "2026-03-06"),
        ("check-in dropped", cast.mara.id, ""),
    ]


def test_a_further_answer_is_the_check_in_when_one_is_due_and_silence_is_watched_anew(
    cast: Cast, still_clock: Clock
) -> None:
    comment = cast.says(cast.tove, CRISIS)
    answers(cast.mara, comment)
    still_clock.move(hours=1)
    assert answers(cast.ana, comment).check_in_on == date(2026, 3, 5)
    still_clock.move(days=3)
    assert in_queue(cast) == [comment.id]
    checked = answers(cast.ana, comment)
    assert checked.check_in_on is None
    assert (events_of(checked)[-1].event.value, events_of(checked)[-1].user_id) == ("checked in", cast.ana.id)
    assert in_queue(cast) == []
    still_clock.move(days=3)
    assert in_queue(cast) == [comment.id]


def test_a_case_that_needs_no_answer_is_not_followed_and_one_that_waits_has_no_check_in(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    with pytest.raises(Conflict):
        plan_check_in(case(comment), cast.ana, date(2026, 3, 5))
    begin_write()
    decide(cast.ana, comment, Act.DISMISS, version=comment.version, reason="A song.")
    db.session.commit()
    assert case(comment).follow_at is None
    with pytest.raises(Conflict):
        plan_check_in(case(comment), cast.ana, date(2026, 3, 5))


def test_a_day_that_is_over_is_refused(cast: Cast) -> None:
    answered = answers(cast.mara, cast.says(cast.tove, CRISIS))
    with pytest.raises(Invalid):
        plan_check_in(answered, cast.ana, date(2026, 3, 1))


def test_the_day_is_chosen_beside_the_reply_and_changed_on_the_case(cast: Cast, still_clock: Clock) -> None:
    comment, browser = cast.says(cast.tove, CRISIS), cast.browser(cast.mara)
    item = f"/moderation/comments/{comment.id}"
    page = browser.get(item)
    assert 'name="check_in" value="2026-03-05"' in page.text
    token = token_in(page)
    form = {"csrf_token": token, "version": version_in(page), "body": "I read this.", "check_in": "2026-03-04"}
    wrong = browser.post(f"{item}/replies", data={**form, "check_in": "soon"})
    assert wrong.status_code == 422
    assert "I read this." in wrong.text
    assert browser.post(f"{item}/replies", data=form).status_code == 303
    answered = case(comment)
    assert answered.check_in_on == date(2026, 3, 4)
    cases = f"/moderation/cases/{answered.id}"
    assert browser.post(f"{cases}/check-ins", data={"csrf_token": token, "check_in": "2026-03-01"}).status_code == 422
    assert browser.post(f"{cases}/check-ins", data={"csrf_token": token, "check_in": "2026-03-06"}).status_code == 303
    assert "Check in with <bdi>Tove</bdi> on 6 March 2026" in browser.get(item).text
    assert browser.post(f"{cases}/check-in-removals", data={"csrf_token": token}).status_code == 303
    assert "No check-in is planned" in browser.get(item).text
    still_clock.move(days=3)
    assert "Looked after" in browser.get(item).text
    assert browser.post(f"{cases}/checks", data={"csrf_token": token, "words": "Rang her."}).status_code == 303
    page = browser.get(item)
    assert "Rang her." in page.text
    assert "Looked after" not in page.text
    stranger = cast.browser(cast.other_author)
    assert (
        stranger.post(f"{cases}/checks", data={"csrf_token": token_in(stranger.get("/moderation/team"))}).status_code
        == 404
    )


def test_an_empty_day_beside_the_reply_is_none_but_silence_is_told(cast: Cast, still_clock: Clock) -> None:
    comment, browser = cast.says(cast.tove, CRISIS), cast.browser(cast.mara)
    item = f"/moderation/comments/{comment.id}"
    page = browser.get(item)
    form = {"csrf_token": token_in(page), "version": version_in(page), "body": "I read this.", "check_in": ""}
    assert browser.post(f"{item}/replies", data=form).status_code == 303
    assert case(comment).check_in_on is None
    still_clock.move(days=3)
    assert in_queue(cast) == [comment.id]


def test_the_digest_says_with_whom_to_check_in(cast: Cast, still_clock: Clock) -> None:
    answers(cast.mara, cast.says(cast.tove, CRISIS))
    still_clock.move(days=3)
    begin_write()
    send_digests(cast.site_id)
    db.session.commit()
    sent = db.session.scalars(select(Notification).where(Notification.kind == Kind.DIGEST)).all()
    assert {row.recipient_id for row in sent} >= {cast.mara.id}
    assert [row.details["check_ins"] for row in sent] == [1] * len(sent)
    mail = compose(sent[0], "mara@example.org", Sender("Old maps", "site@example.org", "https://x.example"), START)
    assert "1 person to check in with." in mail.get_body(("plain",)).get_content()
