"""Two at once, each with a connection of their own: one holds, claims, counts or opens; the other is told, or joins."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from service.accounts.models import User
from service.care.actions import dismiss, heed_worry
from service.care.claims import acknowledge, claim, release, take_lease, take_over
from service.care.events import note
from service.care.models import Case
from service.care.queries import case_for, case_of, events_of
from service.care.transitions import CaseEvent
from service.comments.actions import withdraw
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict
from service.moderation.record import begin
from service.moderation.screening import finish_screening, lease_screening
from service.notifications.models import Channel, Kind, Notification
from service.triage.levels import Level
from tests.cast import CALM, Cast, reading

pytestmark = pytest.mark.db
HEAD_START_S = 0.15  # in which the second one comes as far as the first one lets it

Deed = Callable[[], object]
AtOnce = Callable[[Deed, Deed], list[object]]


@pytest.fixture
def at_once(app: Flask) -> AtOnce:
    """Has two people act, the second while the first one has acted and not committed; returns what each got."""

    def run(first: Deed, second: Deed) -> list[object]:
        db.session.commit()
        acted, results = threading.Event(), [None, None]

        def work(number: int, deed: Deed) -> None:
            with app.app_context():
                if number == 1:
                    acted.wait(10)
                begin_write()
                try:
                    results[number] = deed()
                    if number == 0:
                        acted.set()
                        second_came.wait(HEAD_START_S)
                    db.session.commit()
                except Exception as refused:
                    db.session.rollback()
                    results[number] = refused
                db.session.remove()

        second_came = threading.Event()  # never set: the second one waits for the first, and so cannot say that it came
        threads = [threading.Thread(target=work, args=pair) for pair in enumerate((first, second))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        db.session.rollback()
        return results

    return run


def test_one_holds_the_lease_and_the_other_is_told_who(cast: Cast, at_once: AtOnce) -> None:
    case, mara, ana = waiting(cast), cast.mara.id, cast.ana.id
    first, second = at_once(lambda: take_lease(one(case), who(mara)), lambda: take_lease(one(case), who(ana)))
    assert (first.user_id, second.user_id) == (mara, mara)
    assert first.token
    assert second.token == ""
    assert one(case).lease_token == first.token


def test_a_lease_that_is_let_go_at_this_moment_is_taken(cast: Cast, app: Flask, database_kind: str) -> None:
    if database_kind == "sqlite":
        pytest.skip("there nobody else writes between two of its statements")
    case, mara, ana = waiting(cast), cast.mara.id, cast.ana
    begin_write()
    held = take_lease(one(case), who(mara))
    db.session.commit()

    def let_go() -> None:
        with app.app_context():
            begin_write()
            release(one(case), held.token)
            db.session.commit()
            db.session.remove()

    asked: list[str] = []

    def watch(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE cases"):
            asked.append(statement)
            if len(asked) == 2:  # neither hers nor free
                thread = threading.Thread(target=let_go)
                thread.start()
                thread.join(10)

    event.listen(db.engine, "after_cursor_execute", watch)
    begin_write()
    presence = take_lease(one(case), ana)
    db.session.commit()
    event.remove(db.engine, "after_cursor_execute", watch)
    assert (presence.user_id, bool(presence.token)) == (ana.id, True)


def test_one_claims_and_the_other_hears_who_has_it(cast: Cast, at_once: AtOnce) -> None:
    case, mara, ana = waiting(cast), cast.mara.id, cast.ana.id
    first, second = at_once(lambda: claim(one(case), who(ana)), lambda: claim(one(case), who(mara)))
    assert first is None
    assert isinstance(second, Conflict)
    assert str(second) == "Ana Brandt has taken this case already."
    assert one(case).owner_id == ana
    assert happened(case) == ["opened", "claimed"]


def test_of_two_who_take_over_from_the_same_colleague_one_does(cast: Cast, at_once: AtOnce) -> None:
    case, mara, ana, ines = waiting(cast), cast.mara.id, cast.ana.id, cast.ines.id
    begin_write()
    claim(one(case), who(mara))
    db.session.commit()
    first, second = at_once(
        lambda: take_over(one(case), who(ines), mara, "She is asleep."),
        lambda: take_over(one(case), who(ana), mara, "She is on a train."),
    )
    assert first is None
    assert isinstance(second, Conflict)
    assert str(second) == "Ines Varga has taken this case already."
    assert one(case).owner_id == ines
    assert happened(case) == ["opened", "claimed", "taken over"]


@pytest.mark.parametrize("second", ["the same link", "a colleague's"])
def test_an_acknowledgement_counts_once(cast: Cast, at_once: AtOnce, second: str) -> None:
    case, mara = waiting(cast), cast.mara.id
    other = mara if second == "the same link" else cast.ana.id
    counted = at_once(lambda: acknowledge(one(case), mara, 1, 1), lambda: acknowledge(one(case), other, 1, 1))
    assert counted == [True, False]
    assert one(case).acknowledged_by == mara
    assert happened(case) == ["opened", "acknowledged"]


def test_two_screenings_at_once_make_one_case_and_one_ladder(cast: Cast, at_once: AtOnce) -> None:
    mara, moderators = cast.mara.id, {cast.ana.id, cast.ines.id}
    first = cast.says(cast.tove, CALM, screened=False)
    second = cast.says(cast.tove, f"{CALM} Again.", to=first, screened=False)
    results = at_once(screening(first, Level.CRISIS), screening(second, Level.CRISIS))
    assert results == [None, None]
    case = one_case()
    assert happened(case.id) == ["opened", "wrote again"]
    bells = [(row.recipient_id, row.step) for row in alerts(Channel.IN_APP)]
    assert sorted(bells) == sorted([(mara, 1), *((person, 0) for person in moderators)])
    assert [row.recipient_id for row in alerts(Channel.EMAIL)] == [mara]
    assert case_of(second) is case


def test_of_two_screenings_at_once_the_graver_one_counts(cast: Cast, at_once: AtOnce) -> None:
    assert cast.mara
    first = cast.says(cast.tove, CALM, screened=False)
    second = cast.says(cast.tove, f"{CALM} Again.", to=first, screened=False)
    assert at_once(screening(first, Level.SUPPORT), screening(second, Level.CRISIS)) == [None, None]
    case = one_case()
    assert (case.level, case.comment_id) == (Level.CRISIS, second.id)
    assert happened(case.id) == ["opened", "raised"]


def test_a_readers_worry_and_a_screening_at_once(cast: Cast, at_once: AtOnce) -> None:
    assert cast.mara
    said = cast.says(cast.tove, CALM)
    answer = cast.says(cast.tove, f"{CALM} Again.", to=said, screened=False)
    number = said.id
    results = at_once(
        lambda: bool(heed_worry(db.session.get_one(Comment, number), Level.URGENT)), screening(answer, Level.URGENT)
    )
    assert results == [True, None]
    assert happened(one_case().id) == ["opened", "worried", "wrote again"]


def test_who_works_on_words_taken_back_keeps_nobody_from_ending_the_case(
    cast: Cast, app: Flask, database_kind: str
) -> None:
    """Whoever locks a comment may ask for the case next: waiting for them with the case in hand would be a deadlock."""
    if database_kind == "sqlite":
        pytest.skip("there nobody else writes meanwhile")
    case, ana = waiting(cast), cast.ana.id
    first = db.session.get_one(Comment, one(case).comment_id)
    second = cast.says(cast.tove, "Please forget that.", to=first)
    begin_write()
    withdraw(second)
    db.session.commit()

    def end() -> None:
        with app.app_context():
            begin_write()
            dismiss(case_for(1, case, locked=True), who(ana), "A song.")
            db.session.commit()
            db.session.remove()

    begin_write()
    db.session.refresh(second, with_for_update=True)
    thread = threading.Thread(target=end)
    thread.start()
    thread.join(10)
    ended = not thread.is_alive()
    assert case_for(1, case, locked=True).ended is ended is True
    assert second.latest.source == "Please forget that."  # until the nightly task, which deletes what is left
    db.session.commit()


def screening(comment: Comment, level: Level) -> Deed:
    """Return the end of a screening that has been leased already, as by two workers."""
    begin_write()
    work = lease_screening(comment.id)
    db.session.commit()
    assert work is not None
    return lambda: finish_screening(work, reading(level)(""))


def waiting(cast: Cast) -> int:
    comment = cast.says(cast.tove, CALM, read_as=reading(Level.CRISIS))
    case = case_of(comment)
    assert case is not None
    return case.id


def one(case_id: int) -> Case:
    return case_for(1, case_id)


def who(user_id: int) -> User:
    return db.session.get_one(User, user_id)


def one_case() -> Case:
    return db.session.scalars(select(Case)).one()


def happened(case_id: int) -> list[str]:
    return [row.event.value for row in events_of(one(case_id))]


def alerts(channel: Channel) -> list[Notification]:
    query = select(Notification).where(Notification.kind == Kind.CASE, Notification.channel == channel)
    return list(db.session.scalars(query.order_by(Notification.id)))


def test_who_changes_a_case_waits_for_nobody_who_only_writes_about_it(
    cast: Cast, app: Flask, database_kind: str
) -> None:
    """Else each would wait for the other as soon as the second changes it, too."""
    if database_kind == "sqlite":
        pytest.skip("there nobody else writes between two of its statements")
    case, site = waiting(cast), cast.site_id
    comment = one(case).comment_id
    begin_write()
    note(one(case), CaseEvent.ESCALATED, reason="Words about it.")
    db.session.flush()
    failed: list[Exception] = []

    def change() -> None:
        with app.app_context():
            begin_write()
            try:
                db.session.execute(text("SET LOCAL lock_timeout = '2s'"))
                begin(db.session.get_one(Comment, comment))
                case_for(site, case, locked=True).step += 1
                db.session.commit()
            except DBAPIError as error:
                failed.append(error)
            db.session.remove()

    thread = threading.Thread(target=change)
    thread.start()
    thread.join(20)
    db.session.rollback()
    assert failed == []
