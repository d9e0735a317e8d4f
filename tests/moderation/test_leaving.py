"""Before going home: what the page shows, handing over in one act and taking it back, notes for whoever comes next."""

from datetime import date, timedelta

import pytest

from service.accounts.actions import add_absence, add_shift
from service.accounts.models import User
from service.care.claims import acknowledge, claim
from service.care.models import Case
from service.care.queries import case_of
from service.comments.models import Comment
from service.config import Settings
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid, NotFound
from service.delivery import deliver
from service.moderation.actions import reply
from service.moderation.leaving.actions import Handed, hand_all, take_all_back
from service.moderation.leaving.notes import forget_old_passing_notes, leave_note, notes_by, notes_for, say_read
from service.moderation.leaving.queries import left_by, next_on_duty
from service.moderation.notes import add_note
from service.moderation.queries import comment_for
from service.moderation.replies.drafts import keep_draft
from service.moderation.snoozing import snooze
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Channel, Kind, Notification
from service.notifications.queries import due_ids
from service.notifications.storm import STORM_AFTER
from tests.cast import CALM, CRISIS, LOW, Cast, token_in
from tests.conftest import START, Clock

pytestmark = pytest.mark.db
PAGE = "/moderation/hand-over"
WINDOW = timedelta(seconds=30)


def test_it_shows_what_is_mine_and_nothing_of_others(cast: Cast, still_clock: Clock) -> None:
    ana, ines = cast.ana, cast.ines
    claimed, taken_up, others = (cast.says(cast.reader(), LOW, name=name) for name in ("Tove", "Joao", "Other"))
    answered = cast.says(cast.reader(), CRISIS, name="Minna")
    later, begun = cast.says(cast.reader(), LOW, name="Later"), cast.says(cast.reader(), LOW, name="Begun")
    begin_write()
    claim(case(claimed), ana)
    acknowledge(case(taken_up), ana.id, 1, 0)
    claim(case(others), ines)
    reply(ana, answered, "I read this twice, and I am glad you wrote.", private=True)
    snooze(ana, later, START + timedelta(hours=3), version=later.version, reason="Asks Mara first.")
    add_note(ana, claimed, "Prefers to be called T.")
    keep_draft(ana, begun, "Half an answer")
    db.session.commit()
    left = left_by(ana)
    assert {each.comment.name for each in left.cases} == {"Tove", "Joao"}
    assert [each.comment.name for each in left.check_ins] == ["Minna"]
    assert [each.comment.name for each in left.unseen] == ["Minna"]
    assert [(each.comment.name, each.decision.reason) for each in left.put_off] == [("Later", "Asks Mara first.")]
    assert [(note.text, at) for note, at in left.notes] == [("Prefers to be called T.", claimed.id)]
    assert [(draft.body, comment.name) for draft, comment, _article in left.drafts] == [("Half an answer", "Begun")]
    assert left_by(cast.mara).empty
    page = cast.browser(ana).get(PAGE).text
    for words in ("Tove", "Joao", "due in 1 d", "Check in with", "Asks Mara first.", "Half an answer", "not yet seen"):
        assert words in page
    assert "Other" not in page
    still_clock.move(hours=25)
    assert left_by(ana).put_off == []


def test_all_go_to_a_colleague_in_one_act_and_come_back_as_one(cast: Cast) -> None:
    ana, ines = cast.ana, cast.ines
    mine = claimed(cast, 3)
    done = hand(ana, mine, ines.id)
    assert (len(done.decisions), done.stayed) == (3, 0)
    assert {case(comment).owner_id for comment in mine} == {ines.id}
    assert len(told(ines)) == 6  # bell and mail for each, as for one alone
    begin_write()
    take_all_back(ana, done.decisions[0].id, window=WINDOW)
    db.session.commit()
    assert {case(comment).owner_id for comment in mine} == {ana.id}
    assert all(case(comment).acknowledged_by == ana.id for comment in mine)
    assert [bell.read_at is not None for bell in told(ines) if bell.channel is Channel.IN_APP] == [True] * 3


def test_of_many_the_colleague_gets_one_mail(cast: Cast, settings: Settings, still_clock: Clock) -> None:
    hand(cast.ana, claimed(cast, STORM_AFTER + 1), cast.ines.id)
    for _minute in range(2):
        still_clock.move(minutes=1)
        for number in due_ids(limit=100):
            deliver(number)
    [mail] = [mail for mail in list_mail(settings.data_dir) if mail.to == "ines@example.org"]
    assert f"{STORM_AFTER + 1} who sound very low" in read_mail(settings.data_dir, mail.name).body


def test_what_has_changed_meanwhile_stays_and_the_rest_goes(cast: Cast) -> None:
    ana, ines = cast.ana, cast.ines
    first, second = claimed(cast, 2)
    begin_write()
    done = hand_all(
        ana, {case(first).id: first.version, case(second).id: second.version + 1}, ines.id, note="", window=WINDOW
    )
    db.session.commit()
    assert (len(done.decisions), done.stayed) == (1, 1)
    assert [case(comment).owner_id for comment in (first, second)] == [ines.id, ana.id]
    begin_write()
    with pytest.raises(Conflict):
        hand_all(ana, {case(second).id: second.version + 1}, ines.id, note="", window=WINDOW)


def test_nobody_hands_over_what_is_not_theirs(cast: Cast) -> None:
    (theirs,) = claimed(cast, 1)
    for user, refusal in ((cast.ines, Conflict), (cast.other_author, NotFound)):
        begin_write()
        with pytest.raises(refusal):
            hand_all(user, {case(theirs).id: theirs.version}, cast.mara.id, note="", window=WINDOW)
    done = hand(cast.ana, [theirs], cast.ines.id)
    begin_write()
    with pytest.raises(NotFound):
        take_all_back(cast.ines, done.decisions[0].id, window=WINDOW)
    begin_write()
    with pytest.raises(Invalid):
        hand_all(cast.ana, {}, cast.ines.id, note="", window=WINDOW)


def test_whoever_is_on_duty_next_gets_what_they_can_see(cast: Cast) -> None:
    ana, mara, olga, ines = cast.ana, cast.mara, cast.other_author, cast.ines
    mine = claimed(cast, 1)
    begin_write()
    with pytest.raises(Invalid, match="Nobody who could take it is on duty"):
        hand_all(ana, {case(mine[0]).id: mine[0].version}, None, note="", window=WINDOW)
    assert (next_on_duty(ana).planned, len(next_on_duty(ana).users)) == (False, 3)
    begin_write()
    add_shift(ana, 0, 8, 17)
    add_shift(olga, 0, 17, 23)
    add_shift(mara, 0, 17, 23)
    db.session.commit()
    duty = next_on_duty(ana)
    assert ([user.id for user in duty.users], duty.begins) == ([mara.id, olga.id], START + timedelta(hours=8))
    hand(ana, mine, None)
    assert case(mine[0]).owner_id == mara.id  # Olga cannot see this page
    begin_write()
    add_absence(mara, date(2026, 3, 2), date(2026, 3, 2), ines.id)
    db.session.commit()
    assert ines.id in [user.id for user in next_on_duty(ana).users]


def test_the_page_warns_when_nobody_comes_next(cast: Cast) -> None:
    ana = cast.ana
    begin_write()
    add_shift(ana, 0, 8, 17)
    db.session.commit()
    assert "Nobody else is on duty within a day." in cast.browser(ana).get(PAGE).text


def test_the_journey_in_a_browser_with_undo(cast: Cast) -> None:
    ana, ines = cast.ana, cast.ines
    first, second = claimed(cast, 2)
    browser = cast.browser(ana)
    page = browser.get(PAGE)
    browser.post(
        f"/moderation/comments/{first.id}/decisions",
        data={"csrf_token": token_in(page), "version": first.version, "act": "note", "note": "Calls herself T."},
    )
    assert 'class="toast"' in browser.get(PAGE).text
    assert "Before you go home" in browser.get("/moderation").text
    assert PAGE in browser.get("/moderation/team").text
    form = {f"version-{case(comment).id}": str(comment.version) for comment in (first, second)}
    wrong = browser.post(PAGE, data={"csrf_token": token_in(page), "to": "", "reason": "Kept words", **form})
    assert wrong.status_code == 422
    assert "Kept words" in wrong.text
    sent = browser.post(
        PAGE,
        data={
            "csrf_token": token_in(page),
            "to": str(ines.id),
            "reason": "You know both.",
            "case": [str(case(first).id), str(case(second).id)],
            **form,
        },
    )
    assert sent.status_code == 303
    page = browser.get(sent.location)
    assert "2 cases are handed over." in page.text
    assert 'class="toast"' not in page.text, "what was done before that is no longer the last thing done"
    assert "You know both." in cast.browser(ines).get(f"/moderation/comments/{first.id}").text
    decision_id = page.text.partition(f"{PAGE}/")[2].partition("/")[0]
    back = browser.post(f"{PAGE}/{decision_id}/undoings", data={"csrf_token": token_in(page)})
    assert "2 cases are yours again." in browser.get(back.location).text
    assert case(comment_for(ana, first.id)).owner_id == ana.id


def test_a_note_stands_on_the_queue_of_whoever_comes_next_until_it_is_read(cast: Cast, still_clock: Clock) -> None:
    ana, ines, mara = cast.ana, cast.ines, cast.mara
    browser = cast.browser(ana)
    token = token_in(browser.get(PAGE))
    words = "Tove may write again tonight. <b>Please</b> look."
    for _click in range(2):
        assert browser.post(f"{PAGE}/notes", data={"csrf_token": token, "note": words, "for": ""}).status_code == 303
    assert browser.post(f"{PAGE}/notes", data={"csrf_token": token, "note": " "}).status_code == 422
    assert len(notes_by(ana)) == 1
    assert [len(notes_for(user)) for user in (ana, ines, mara)] == [0, 1, 0]
    theirs = cast.browser(ines)
    page = theirs.get("/moderation")
    assert "&lt;b&gt;Please&lt;/b&gt; look." in page.text
    note_id = notes_by(ana)[0].id
    for _click in range(2):
        theirs.post(f"{PAGE}/notes/{note_id}/reads", data={"csrf_token": token_in(page)})
    assert "I have read it" not in theirs.get("/moderation").text
    assert notes_by(ana) != []
    still_clock.move(days=8)
    assert notes_by(ana) == []
    begin_write()
    forget_old_passing_notes()
    db.session.commit()
    with pytest.raises(NotFound):
        say_read(ines, note_id)


def test_a_note_to_somebody_by_name_is_theirs_alone_and_can_be_taken_back(cast: Cast) -> None:
    ana, ines, mara = cast.ana, cast.ines, cast.mara
    begin_write()
    note = leave_note(ana, "The clinic's number is on the page.", mara.id)
    db.session.commit()
    assert [len(notes_for(user)) for user in (ana, ines, mara)] == [0, 0, 1]
    begin_write()
    with pytest.raises(NotFound):
        say_read(ines, note.id)
    for nobody in (ana.id, 999):
        with pytest.raises(Invalid):
            leave_note(ana, "To whom?", nobody)
    browser = cast.browser(ana)
    token = token_in(browser.get(PAGE))
    assert browser.post(f"{PAGE}/notes/{note.id}/removals", data={"csrf_token": token}).status_code == 303
    assert notes_for(mara) == []


def test_its_statements_do_not_grow(cast: Cast, statements: list[str]) -> None:
    browser = cast.browser(cast.ana)
    counts = []
    for _round in range(2):
        claimed(cast, 2)
        statements.clear()
        assert browser.get(PAGE).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_calm_comment_leaves_nothing_behind(cast: Cast) -> None:
    cast.says(cast.tove, CALM)
    page = cast.browser(cast.ana).get(PAGE).text
    assert "Nothing is left behind." in page


def claimed(cast: Cast, number: int) -> list[Comment]:
    comments = [cast.says(cast.reader(), LOW, name=f"Tove {each}") for each in range(number)]
    begin_write()
    for comment in comments:
        claim(case(comment), cast.ana)
    db.session.commit()
    return comments


def hand(user: User, comments: list[Comment], to_id: int | None) -> Handed:
    begin_write()
    picked = {case(comment).id: comment.version for comment in comments}
    done = hand_all(user, picked, to_id, note="You know them.", window=WINDOW)
    db.session.commit()
    return done


def told(user: User) -> list[Notification]:
    query = db.select(Notification).where(Notification.recipient_id == user.id, Notification.kind == Kind.HANDED_OVER)
    return list(db.session.scalars(query))


def case(comment: Comment) -> Case:
    found = case_of(comment)
    assert found is not None
    return found
