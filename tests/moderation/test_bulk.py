"""Many comments at once: only what was seen, never whoever may need a person, and one undo for all of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.comments.actions import edit
from service.comments.models import Comment, Status
from service.comments.wishes import tell_wish
from service.core.db import begin_write, db
from service.core.errors import Conflict, Forbidden, Invalid, NotFound
from service.moderation.actions import decide
from service.moderation.bulk import actions
from service.moderation.bulk.actions import Choice, Which, confirm, forget_old_choices, undo_all
from service.moderation.bulk.models import Bulk, BulkState
from service.moderation.bulk.queries import bulk_for, progress_of
from service.moderation.bulk.running import run
from service.moderation.bulk.sparing import Facts, Spared, spared
from service.moderation.models import Act
from service.moderation.queries import decisions_on
from service.moderation.queue.place import Lane, Place
from service.moderation.snoozing import snooze
from service.site.queries import current_site
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, plant
from tests.conftest import START, Clock
from tests.moderation.bulk import SPAM, chosen, done, held, statuses, taken_back


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
