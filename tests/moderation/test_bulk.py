"""Many comments at once: only what was seen, never whoever may need a person, and one undo for all of it."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from service.accounts.actions import give_email
from service.accounts.models import User
from service.articles.models import Article, Mode
from service.comments.actions import edit
from service.comments.models import Comment, Status
from service.comments.wishes import tell_wish
from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import Conflict, Forbidden, Invalid, NotFound
from service.moderation.actions import decide
from service.moderation.bulk import actions, steps
from service.moderation.bulk.actions import Choice, Which, confirm, forget_old_choices, prepare, stop, take, undo_all
from service.moderation.bulk.models import Bulk, BulkState
from service.moderation.bulk.queries import bulk_for, due_bulks, progress_of
from service.moderation.bulk.running import run
from service.moderation.bulk.sparing import Facts, Spared, spared
from service.moderation.decision_log import decision_log
from service.moderation.models import Act, Decision
from service.moderation.queries import decisions_on
from service.moderation.queue.place import Lane, Place
from service.moderation.snoozing import snooze
from service.notifications.models import Kind, Notification, NotificationState
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, plant, token_in
from tests.conftest import START, Clock, Outgoing
from workers.bulk import carry_on, sweep_bulks

HELD, SPAM = Place(Lane.HELD), Place(Lane.SPAM)
ALL = Choice(Which.ALL)


def held(cast: Cast, number: int, *, words: str = CALM) -> list[Comment]:
    """Have so many readers write what is held, because every comment on the article is read first."""
    begin_write()
    db.session.get_one(Article, cast.article.id).mode = Mode.MODERATED
    db.session.commit()
    return [cast.says(cast.reader(), f"{words} {each}", name=f"Reader {each}") for each in range(number)]


def chosen(user: User, act: Act, choice: Choice = ALL, place: Place = HELD) -> Bulk:
    begin_write()
    bulk = prepare(user, place, act, choice)
    db.session.commit()
    return bulk


def done(user: User, act: Act, choice: Choice = ALL, place: Place = HELD) -> Bulk:
    """Choose, confirm and do it."""
    bulk = chosen(user, act, choice, place)
    begin_write()
    confirm(user, bulk, "an advertisement")
    db.session.commit()
    run(bulk.id, 60)
    db.session.refresh(bulk)
    return bulk


def taken_back(user: User, bulk: Bulk) -> None:
    begin_write()
    undo_all(user, bulk)
    db.session.commit()
    run(bulk.id, 60)
    db.session.refresh(bulk)


def statuses(comments: list[Comment]) -> list[Status]:
    db.session.expire_all()
    return [comment.status for comment in comments]


@pytest.mark.db
def test_all_that_match_are_published_and_undone_as_one(cast: Cast) -> None:
    comments, version = held(cast, 22), cast.article.thread_version
    before = [(comment.held_at, comment.held_reason, comment.public_revision_id) for comment in comments]
    bulk = done(cast.ana, Act.APPROVE)
    assert (bulk.state, set(statuses(comments))) == (BulkState.DONE, {Status.PUBLISHED})
    assert cast.article.comment_count == 22
    assert cast.article.thread_version > version, "pages that are kept in memory must change"
    assert [row.act for row in decisions_on(comments[7])] == [Act.APPROVE]
    taken_back(cast.ines, bulk)
    assert (bulk.state, set(statuses(comments))) == (BulkState.UNDONE, {Status.PENDING})
    assert cast.article.comment_count == 0
    assert [(comment.held_at, comment.held_reason, comment.public_revision_id) for comment in comments] == before
    assert [(row.act, row.user.name) for row in decisions_on(comments[7])][1] == (Act.UNDO, "Ines Varga")
    assert progress_of(bulk).undone == 22


@pytest.mark.db
def test_whoever_may_need_a_person_is_passed_over(cast: Cast) -> None:
    calm = held(cast, 2)
    low, crisis = cast.says(cast.tove, LOW), cast.says(cast.joao, CRISIS)
    of_tove = cast.says(cast.tove, CALM)  # waits in another conversation
    answer = cast.says(cast.reader(), CALM, to=crisis)
    note = cast.says(cast.reader(), CALM, audience="author")
    abused = cast.says(cast.reader(), "My husband hits me every night and I am so afraid of him.")
    unread = cast.says(cast.reader(), CALM)
    begin_write()
    unread.latest.screening = type(unread.latest.screening).FAILED
    db.session.commit()
    bulk = done(cast.ana, Act.APPROVE)
    spared_ones = [low, crisis, of_tove, answer, note, abused, unread]
    assert statuses(calm) == [Status.PUBLISHED] * 2
    assert set(statuses(spared_ones)) == {Status.PENDING}
    assert progress_of(bulk).spared == {
        Spared.LEVEL: 3,
        Spared.UNREAD: 1,
        Spared.WAITS: 1,
        Spared.NOTE: 1,
        Spared.IN_DANGER: 1,
    }


@pytest.mark.parametrize("act", [Act.APPROVE, Act.HIDE, Act.SPAM])
def test_no_act_on_many_touches_a_level_above_none(cast: Cast, act: Act) -> None:
    held(cast, 1)
    crisis = cast.says(cast.tove, CRISIS)
    begin_write()
    decide(cast.ana, crisis, Act.DISMISS, version=crisis.version, reason="a quotation")
    db.session.commit()
    done(cast.ana, act)
    assert statuses([crisis]) == [Status.PENDING]


def test_a_writers_no_stands(cast: Cast) -> None:
    calm, kept = held(cast, 2)
    begin_write()
    kept.wish = type(kept.wish).OPEN
    tell_wish(kept, "keep")
    db.session.commit()
    bulk = done(cast.ana, Act.APPROVE)
    assert statuses([calm, kept]) == [Status.PUBLISHED, Status.PENDING]
    assert progress_of(bulk).spared == {Spared.WISH: 1}


@pytest.mark.db
def test_only_what_matched_when_it_was_chosen(cast: Cast) -> None:
    first = held(cast, 2)
    bulk = chosen(cast.ana, Act.APPROVE)
    later = held(cast, 1)
    begin_write()
    edit(first[1], "Buy maps here instead.", timedelta(minutes=15))
    confirm(cast.ana, bulk, "")
    db.session.commit()
    run(bulk.id, 60)
    assert statuses([*first, *later]) == [Status.PUBLISHED, Status.PENDING, Status.PENDING]
    assert progress_of(bulk).spared == {Spared.CHANGED: 1}


def test_what_has_changed_since_the_page_was_drawn_is_passed_over(cast: Cast) -> None:
    assert cast.ines
    same, edited, decided, put_off = held(cast, 4)
    seen = {comment.id: comment.version for comment in (same, edited, decided, put_off)}
    begin_write()
    edit(edited, "Other words than those on the page.", timedelta(minutes=15))
    decide(cast.ines, decided, Act.HIDE, version=decided.version, reason="names a street")
    wanted = START + timedelta(hours=1)
    snooze(cast.ines, put_off, wanted, version=put_off.version, reason="waits for the author")
    db.session.commit()
    bulk = done(cast.ana, Act.APPROVE, Choice(Which.TICKED, seen))
    assert statuses([same, edited, decided, put_off]) == [
        Status.PUBLISHED,
        Status.PENDING,
        Status.HIDDEN,
        Status.PENDING,
    ]
    assert progress_of(bulk).spared == {Spared.CHANGED: 3}


@pytest.mark.db
def test_a_colleague_who_is_faster_is_left_alone(app: Flask, cast: Cast) -> None:
    comments, ines = held(cast, 12), cast.ines.id
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    numbers, bulk_id = [comment.id for comment in comments], bulk.id
    late = []

    def decide_single_ones() -> None:
        with app.app_context():
            for number in numbers[::-1]:
                try:
                    begin_write()
                    comment = db.session.get_one(Comment, number)
                    decide(db.session.get_one(User, ines), comment, Act.HIDE, version=2, reason="one by one")
                    db.session.commit()
                except Conflict:
                    late.append(number)
                    db.session.rollback()

    colleague = threading.Thread(target=decide_single_ones)
    colleague.start()
    run(bulk_id, 60)
    colleague.join()
    db.session.expire_all()
    progress = progress_of(bulk)
    assert progress.done == len(late)
    assert progress.done + progress.passed_over == 12
    for comment in comments:
        assert len(decisions_on(comment)) == 1, "each was decided once, by whoever came first"


def test_filters_of_the_address_are_honoured(cast: Cast) -> None:
    comments = held(cast, 3)
    other = cast.says(cast.reader(), "A lamp for sale.", name="Lamps")
    done(cast.ana, Act.SPAM, place=Place(Lane.HELD, words="lamp for"))
    assert statuses([*comments, other]) == [Status.PENDING] * 3 + [Status.SPAM]


def test_spam_is_published_or_kept_private_and_never_deleted(cast: Cast) -> None:
    comments = held(cast, 3)
    done(cast.ana, Act.SPAM)
    assert set(statuses(comments)) == {Status.SPAM}
    one = {comments[0].id: comments[0].version}
    done(cast.ana, Act.RESTORE, Choice(Which.TICKED, one), SPAM)
    done(cast.ana, Act.HIDE, place=SPAM)
    assert statuses(comments) == [Status.PUBLISHED, Status.HIDDEN, Status.HIDDEN]
    with pytest.raises(Invalid):
        chosen(cast.ana, Act.SPAM, place=SPAM)
    with pytest.raises(Invalid):
        chosen(cast.ana, Act.APPROVE, place=Place(Lane.CARE))


@pytest.mark.db
def test_an_author_acts_on_own_pages_alone(cast: Cast) -> None:
    comments = held(cast, 2)
    with pytest.raises(Invalid):
        chosen(cast.other_author, Act.APPROVE)
    with pytest.raises(Invalid):
        chosen(cast.other_author, Act.APPROVE, Choice(Which.TICKED, {comment.id: 2 for comment in comments}))
    bulk = done(cast.mara, Act.APPROVE)
    assert set(statuses(comments)) == {Status.PUBLISHED}
    with pytest.raises(NotFound):
        bulk_for(cast.other_author, bulk.id)
    with pytest.raises(Forbidden):
        undo_all(cast.other_author, bulk)
    draft = chosen(cast.mara, Act.APPROVE, Choice(Which.TICKED, {comments[0].id: 1}))
    with pytest.raises(NotFound):
        bulk_for(cast.ana, draft.id)
    with pytest.raises(Forbidden):
        confirm(cast.ana, draft, "")
    with pytest.raises(Conflict):
        confirm(cast.mara, draft, "")


def test_who_is_an_author_no_longer_ends_what_they_began(cast: Cast) -> None:
    comments = held(cast, 2)
    bulk = chosen(cast.mara, Act.APPROVE)
    begin_write()
    confirm(cast.mara, bulk, "")
    db.session.get_one(Article, cast.article.id).author_id = cast.other_author.id
    db.session.commit()
    run(bulk.id, 60)
    assert set(statuses(comments)) == {Status.PENDING}


@pytest.mark.db
def test_a_worker_that_is_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    cast: Cast, still_clock: Clock, outbox: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "STEP", 3)
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    comments = held(cast, 8)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    assert outbox.take("moderation.carry_on") == [bulk.id]
    done_so_far = steps.step
    calls = []

    def dies(*arguments: object) -> bool:
        calls.append(arguments)
        more = done_so_far(*arguments)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise SystemExit("killed before it could commit")
        return more

    monkeypatch.setattr("service.moderation.bulk.running.step", dies)
    with pytest.raises(SystemExit):
        carry_on(bulk.id)
    db.session.rollback()
    assert statuses(comments).count(Status.PUBLISHED) == 3
    carry_on(bulk.id)
    assert statuses(comments).count(Status.PUBLISHED) == 3, "whoever died still holds the lease"
    assert due_bulks() == []
    still_clock.move(seconds=31)
    sweep_bulks()
    carry_on(bulk.id)
    assert set(statuses(comments)) == {Status.PUBLISHED}
    assert all(len(decisions_on(comment)) == 1 for comment in comments)
    assert cast.article.comment_count == 8


def test_readers_who_write_have_their_turn_between_two_steps(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(steps, "STEP", 2)
    monkeypatch.setattr("service.moderation.bulk.running.time.sleep", pauses.append)
    held(cast, 5)
    done(cast.ana, Act.APPROVE)
    assert pauses == [0.1, 0.1]


def test_a_slice_of_time_ends_and_asks_for_the_rest(cast: Cast, outbox: Outgoing) -> None:
    comments = held(cast, 2)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    run(bulk.id, 0)
    assert outbox.take("moderation.carry_on") == [bulk.id]
    assert set(statuses(comments)) == {Status.PENDING}
    assert due_bulks() == [bulk.id]


def wanting(cast: Cast, number: int) -> list[Comment]:
    """Have so many answers held, to somebody who wants to hear of them."""
    asked = cast.says(cast.tove, "How do you all sleep?", name="Tove")
    begin_write()
    give_email(cast.tove, "tove@example.org", current_keys())
    cast.tove.email_confirmed_at = START
    asked.wants_answers = True
    db.session.get_one(Article, cast.article.id).mode = Mode.MODERATED
    db.session.commit()
    return [cast.says(cast.reader(), f"{CALM} {each}", name=f"Reader {each}", to=asked) for each in range(number)]


def mails() -> list[Notification]:
    db.session.expire_all()
    return list(db.session.scalars(select(Notification).where(Notification.kind == Kind.ANSWER)))


@pytest.mark.db
def test_mail_waits_until_all_of_it_is_done_and_can_no_longer_be_undone(
    cast: Cast, still_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "STEP", 2)
    wanting(cast, 5)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    window = timedelta(seconds=30)
    for _ in range(2):
        begin_write()
        assert steps.step(bulk, window)
        db.session.commit()
        still_clock.move(minutes=2)
    assert len(mails()) == 4
    assert min(mail.not_before for mail in mails()) > START + timedelta(minutes=30), (
        "while it is under way none goes out"
    )
    begin_write()
    assert not steps.step(bulk, window)
    db.session.commit()
    ended = START + timedelta(minutes=4)
    assert {mail.not_before for mail in mails()} == {ended + window}, "all of them, when it is over"
    begin_write()
    undo_all(cast.ana, bulk)
    db.session.commit()
    assert min(mail.not_before for mail in mails()) > ended + timedelta(minutes=30), "nor while it is being undone"
    run(bulk.id, 60)
    assert {mail.state for mail in mails()} == {NotificationState.WITHDRAWN}


@pytest.mark.db
def test_mail_about_what_was_done_before_it_was_stopped_goes_out_after_the_time_to_undo(
    cast: Cast, still_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "STEP", 2)
    wanting(cast, 3)
    bulk = chosen(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    steps.step(bulk, timedelta(seconds=30))
    db.session.commit()
    begin_write()
    stop(cast.ana, bulk)
    db.session.commit()
    assert [mail.not_before for mail in mails()] == [START + timedelta(seconds=30)] * 2


@pytest.mark.db
def test_it_can_be_stopped_and_what_is_done_undone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "STEP", 2)
    comments = held(cast, 5)
    bulk = chosen(cast.ana, Act.HIDE)
    begin_write()
    confirm(cast.ana, bulk, "an advertisement")
    db.session.commit()
    with pytest.raises(Conflict):
        undo_all(cast.ana, bulk)
    begin_write()
    token = take(bulk.id)
    assert token is not None
    steps.step(bulk, timedelta())
    db.session.commit()
    for _click in range(2):
        begin_write()
        stop(cast.ana, bulk)
        db.session.commit()
    begin_write()
    assert actions.keep(bulk.id, token) is None, "whoever was at it notices"
    run(bulk.id, 60)
    assert statuses(comments).count(Status.HIDDEN) == 2
    taken_back(cast.ana, bulk)
    assert set(statuses(comments)) == {Status.PENDING}


@pytest.mark.db
def test_undoing_leaves_what_somebody_has_decided_since(cast: Cast) -> None:
    comments = held(cast, 3)
    bulk = done(cast.ana, Act.APPROVE)
    begin_write()
    decide(cast.ines, comments[1], Act.HIDE, version=comments[1].version, reason="names a street")
    db.session.commit()
    taken_back(cast.ana, bulk)
    assert statuses(comments) == [Status.PENDING, Status.HIDDEN, Status.PENDING]
    assert (progress_of(bulk).undone, progress_of(bulk).kept) == (2, 1)


def test_confirming_and_undoing_twice_is_once(cast: Cast) -> None:
    comments = held(cast, 2)
    bulk = done(cast.ana, Act.APPROVE)
    begin_write()
    confirm(cast.ana, bulk, "")
    db.session.commit()
    run(bulk.id, 60)
    for _click in range(2):
        taken_back(cast.ana, bulk)
    assert [row.act for row in decisions_on(comments[0])] == [Act.APPROVE, Act.UNDO]


def test_a_reason_where_it_harms(cast: Cast) -> None:
    held(cast, 1)
    bulk = chosen(cast.ana, Act.SPAM)
    with pytest.raises(Invalid):
        confirm(cast.ana, bulk, " ")


def test_there_is_a_most_and_it_is_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    held(cast, 3)
    bulk = chosen(cast.ana, Act.APPROVE)
    assert (bulk.more, progress_of(bulk).waiting) == (True, 2)


def test_what_was_never_confirmed_is_forgotten(cast: Cast, still_clock: Clock) -> None:
    held(cast, 1)
    draft, kept = chosen(cast.ana, Act.HIDE), done(cast.ana, Act.HIDE)
    number, kept_id = draft.id, kept.id
    still_clock.move(days=2)
    begin_write()
    forget_old_choices(current_site())
    db.session.commit()
    assert db.session.scalars(select(Bulk.id)).all() == [kept_id]
    assert number != kept_id
    still_clock.move(days=current_site().keep_audit_days + 1)
    begin_write()
    forget_old_choices(current_site())
    db.session.commit()
    assert db.session.scalars(select(Bulk.reason)).all() == [""]


def test_an_address_that_was_searched_for_is_kept_nowhere(cast: Cast) -> None:
    comment = held(cast, 1)[0]
    begin_write()
    assert comment.commenter is not None
    give_email(comment.commenter, "reader@example.org", current_keys())
    db.session.commit()
    bulk = chosen(cast.ana, Act.APPROVE, place=Place(Lane.HELD, words="reader@example.org"))
    assert (progress_of(bulk).waiting, bulk.place) == (1, {"lane": "held"})


@pytest.mark.db
def test_the_log_has_one_line_for_all_of_it(cast: Cast) -> None:
    comments = held(cast, 4)
    single = comments.pop()
    begin_write()
    decide(cast.ana, single, Act.HIDE, version=single.version, reason="names a street")
    db.session.commit()
    bulk = done(cast.ana, Act.APPROVE)
    log = decision_log(cast.ana, by=cast.ana.id)
    assert [row.act for row in log.decisions] == [Act.APPROVE, Act.HIDE]
    assert [group.number for group in log.groups.values()] == [3]
    taken_back(cast.ana, bulk)
    for who in (cast.ana, cast.mara):
        assert [row.act for row in decision_log(who).decisions] == [Act.UNDO, Act.APPROVE, Act.HIDE]
    assert decision_log(cast.other_author).decisions == []


def test_statements_do_not_grow_with_what_is_chosen(cast: Cast, statements: list[str]) -> None:
    assert cast.ana
    held(cast, 2)
    counts = []
    for parents in ([None], [None], [None] * 60):
        ids = plant(cast.article, parents)
        begin_write()
        for comment in db.session.scalars(select(Comment).where(Comment.id.in_(ids))):
            comment.held_at, comment.status = START, Status.PENDING
        db.session.commit()
        statements.clear()
        bulk = chosen(cast.ana, Act.APPROVE)
        progress_of(bulk)
        counts.append(len(statements))
    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts(Status.PENDING, 2), None),
        (None, Spared.CHANGED),
        (Facts(Status.PENDING, 3), Spared.CHANGED),
        (Facts(Status.WITHDRAWN, 2), Spared.CHANGED),
        (Facts(Status.PENDING, 2, level=Level.SUPPORT, unread=True), Spared.LEVEL),
        (Facts(Status.PENDING, 2, harm=True), Spared.LEVEL),
        (Facts(Status.PENDING, 2, unread=True), Spared.UNREAD),
        (Facts(Status.PENDING, 2, waits=True), Spared.WAITS),
        (Facts(Status.PENDING, 2, kept_back=True), None),
        (Facts(Status.PENDING, 2, note=True), None),
        (Facts(Status.PENDING, 2, in_danger=True), None),
        (Facts(Status.PENDING, 2, gone=True), None),
    ],
)
def test_what_filing_as_spam_passes_over(facts: Facts | None, why: Spared | None) -> None:
    assert spared(Act.SPAM, facts, 2) is why


@pytest.mark.db
def test_the_journey_without_scripts(cast: Cast) -> None:
    comments = held(cast, 3)
    crisis = cast.says(cast.tove, CRISIS)
    ana = cast.browser(cast.ana)
    page = ana.get("/moderation?lane=held")
    ticks = re.findall(r'name="tick" value="(\d+-\d+)"', page.text)
    assert len(ticks) == 4
    form = {"csrf_token": token_in(page), "act": "hide", "which": "ticked"}
    nothing = ana.post("/moderation/bulks?lane=held", data=form)
    assert (nothing.status_code, "Please tick at least one comment." in nothing.text) == (422, True)
    sent = ana.post("/moderation/bulks?lane=held", data={**form, "tick": ticks})
    asked = ana.get(sent.location).text
    assert "Keep 3 comments private?" in asked
    assert "One may be from somebody who is not well" in asked
    assert "pills" not in asked, "the words of who is passed over are not shown"
    assert set(statuses(comments)) == {Status.PENDING}, "nothing is done before it is confirmed"
    begin = f"{sent.location}/confirmations"
    without = ana.post(begin, data={"csrf_token": token_in(page)})
    assert without.status_code == 422
    did = ana.post(begin, data={"csrf_token": token_in(page), "reason": "an advertisement"})
    queue = ana.get(did.location).text
    assert "3 comments were kept private." in queue
    assert "One was passed over." in queue
    assert set(statuses(comments)) == {Status.HIDDEN}
    log = ana.get(f"/moderation/decisions?by={cast.ana.id}").text
    assert log.count("3 comments</summary>") == 1
    undo = re.search(r'action="(/moderation/bulks/\d+/undoings)"', queue)
    assert undo
    back = ana.post(undo[1], data={"csrf_token": token_in(page)})
    assert "Undone: 3 comments are as they were" in ana.get(back.location).text
    assert set(statuses([*comments, crisis])) == {Status.PENDING}


def test_many_are_shown_on_the_queue_while_they_are_done(
    cast: Cast, outbox: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("service.moderation.bulk.actions.AT_ONCE", "service.moderation.bulk_views.AT_ONCE"):
        monkeypatch.setattr(name, 2)
    comments = held(cast, 3)
    ana, ines = cast.browser(cast.ana), cast.browser(cast.ines)
    page = ana.get("/moderation?lane=held")
    token = {"csrf_token": token_in(page)}
    shown = re.search(r'name="shown" value="([^"]+)"', page.text)
    assert shown
    form = {**token, "act": "approve", "which": "page", "shown": shown[1]}
    sent = ana.post("/moderation/bulks?lane=held", data=form)
    begun = ana.post(f"{sent.location}/confirmations", data=token)
    assert begun.location == sent.location
    assert "3 are left." in ana.get(begun.location).text
    assert "Ana Brandt</bdi> has begun it" in ines.get("/moderation").text
    news = ines.get(f"{sent.location}/news")
    assert news.json == {"changed": "3 are left.", "done": 0, "new": ""}
    assert ines.get(f"{sent.location}/news", headers={"If-None-Match": news.headers["ETag"]}).status_code == 304
    (bulk_id,) = outbox.take("moderation.carry_on")
    carry_on(int(bulk_id))
    assert ines.get(f"{sent.location}/news").json == {"changed": "0 are left.", "done": 3, "new": "It has ended."}
    assert set(statuses(comments)) == {Status.PUBLISHED}
    assert "has begun it" not in ines.get("/moderation").text


@pytest.mark.parametrize(
    "change", [{"act": "mask"}, {"act": "nothing"}, {"which": "some"}, {"tick": ["x-1", "1-x", "9" * 30 + "-1"]}]
)
def test_what_makes_no_sense_is_refused(cast: Cast, change: dict[str, object]) -> None:
    held(cast, 1)
    ana = cast.browser(cast.ana)
    form = {"csrf_token": token_in(ana.get("/moderation?lane=held")), "act": "hide", "which": "ticked", **change}
    assert ana.post("/moderation/bulks?lane=held", data=form).status_code == 422
    assert db.session.scalars(select(Bulk)).all() == []


def test_a_failure_with_one_comment_stops_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    comments = held(cast, 3)
    real: Callable[..., Decision] = steps.decide

    def fails(user: User, comment: Comment, *rest: object, **more: object) -> Decision:
        if comment.id == comments[1].id:
            raise RuntimeError("something that nobody foresaw")
        return real(user, comment, *rest, **more)

    monkeypatch.setattr(steps, "decide", fails)
    bulk = done(cast.ana, Act.APPROVE)
    assert statuses(comments) == [Status.PUBLISHED, Status.PENDING, Status.PUBLISHED]
    assert progress_of(bulk).spared == {Spared.FAILED: 1}
