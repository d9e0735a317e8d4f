"""Climb: the author, their deputy, the moderators, those on call; until somebody has it, has answered, or is late."""

from datetime import date, time, timedelta

import pytest

from service.accounts.actions import add_absence, add_shift, set_deputy, set_user_time_zone
from service.accounts.models import User
from service.care.claims import acknowledge, claim, give_back, take_over
from service.care.climbing import climb, due_case_ids
from service.care.models import Case, LadderWait
from service.care.queries import case_of, events_of
from service.care.transitions import CaseState
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.moderation.screening import rescan
from service.notifications.mail import Sender
from service.notifications.messages import compose
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.triage.levels import Level
from service.triage.scanner import Finding
from tests.cast import CALM, LOW, Cast, reading
from tests.conftest import Clock

pytestmark = pytest.mark.db
SUPPORT, URGENT, CRISIS = reading(Level.SUPPORT), reading(Level.URGENT), reading(Level.CRISIS)


@pytest.fixture
def deputy(cast: Cast) -> User:
    """Olga, who stands in for Mara; Ana and Ines are there too."""
    begin_write()
    set_deputy(cast.mara, cast.other_author.id)
    db.session.commit()
    assert cast.ana
    assert cast.ines
    return cast.other_author


def test_a_crisis_is_heard_at_each_step_in_ten_minutes(cast: Cast, deputy: User, still_clock: Clock) -> None:
    cast.says(cast.tove, CALM, read_as=CRISIS)
    everybody = [cast.mara.id, deputy.id, cast.ana.id, cast.ines.id]
    assert told(1) == [cast.mara.id]
    for minutes, step, people in [
        (3, 2, [deputy.id]),
        (3, 3, [cast.ana.id, cast.ines.id]),
        (4, 4, [cast.ines.id]),
        (15, 5, everybody),
        (30, 6, everybody),
    ]:
        still_clock.move(minutes=minutes, seconds=-1)
        assert climbed() == 0
        still_clock.move(seconds=1)
        assert climbed() == 1
        assert climbed() == 0
        assert told(step) == sorted(people)


def test_a_mail_says_whether_an_answer_is_due_or_was(cast: Cast, deputy: User, still_clock: Clock) -> None:
    cast.says(cast.tove, CALM, read_as=URGENT)
    for minutes in (30, 30, 60, 240):
        still_clock.move(minutes=minutes)
        climbed()
    said = {row.step: mail_to(row) for row in alerts(Channel.EMAIL)}
    assert "It is due by Monday, 2 March, 13:00." in said[4]
    assert "It was due by Monday, 2 March, 13:00." in said[5]


def test_what_is_urgent_climbs_more_slowly(cast: Cast, deputy: User, still_clock: Clock) -> None:
    cast.says(cast.tove, CALM, read_as=URGENT)
    for minutes, step in [(30, 2), (30, 3), (60, 4), (240, 5)]:
        still_clock.move(minutes=minutes)
        climbed()
        assert told(step) != []


def test_support_rings_the_bell_reminds_before_it_is_due_and_tells_the_deputy_when_it_is(
    cast: Cast, deputy: User, still_clock: Clock
) -> None:
    cast.says(cast.tove, LOW)
    bells = alerts()
    assert {(bell.step, bell.channel) for bell in bells} == {(0, Channel.IN_APP)}
    assert cast.mara.id in {bell.recipient_id for bell in bells}
    still_clock.move(hours=20)
    climbed()
    assert told(1) == [cast.mara.id]
    still_clock.move(hours=4)
    climbed()
    assert told(2) == [deputy.id]


def test_an_absent_author_costs_nobody_a_minute(cast: Cast, deputy: User, still_clock: Clock) -> None:
    begin_write()
    add_absence(cast.mara, date(2026, 3, 1), date(2026, 3, 8))
    db.session.commit()
    cast.says(cast.tove, CALM, read_as=CRISIS)
    assert told(1) == []
    assert told(2) == [deputy.id]
    still_clock.move(minutes=3)
    climbed()
    assert cast.mara.id not in {row.recipient_id for row in alerts()}


def test_who_is_written_to_first_does_not_read_of_others(cast: Cast, deputy: User, still_clock: Clock) -> None:
    begin_write()
    add_absence(cast.mara, date(2026, 3, 1), date(2026, 3, 8))
    db.session.commit()
    cast.says(cast.tove, CALM, read_as=CRISIS)
    still_clock.move(minutes=3)
    climbed()
    assert [(row.step, "Others were told before you" in mail_to(row)) for row in alerts(Channel.EMAIL)] == [
        (2, False),
        (3, True),
        (3, True),
    ]


def test_an_article_without_an_author_belongs_to_the_moderators(cast: Cast) -> None:
    assert cast.ana
    begin_write()
    cast.article.author_id = None
    db.session.commit()
    cast.says(cast.tove, CALM, read_as=CRISIS)
    assert told(3) == [cast.ana.id]


def test_those_on_call_are_those_of_the_rota(cast: Cast, deputy: User, still_clock: Clock) -> None:
    begin_write()
    add_shift(cast.ana, 0, 8, 20)
    db.session.commit()
    cast.says(cast.tove, CALM, read_as=CRISIS)
    for minutes in (3, 3, 4):
        still_clock.move(minutes=minutes)
        climbed()
    assert told(4) == [cast.ana.id]


def test_an_answer_ends_it_and_takes_back_what_is_unsent(cast: Cast, deputy: User, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, read_as=CRISIS)
    still_clock.move(minutes=3)
    climbed()
    begin_write()
    reply(cast.ana, comment, "I read this.")
    db.session.commit()
    still_clock.move(days=1)
    assert climbed() == 0
    assert {row.state for row in alerts(Channel.EMAIL)} == {NotificationState.WITHDRAWN}


def test_acknowledging_pauses_a_crisis_for_fifteen_minutes_and_then_says_who_had_it(
    cast: Cast, deputy: User, still_clock: Clock
) -> None:
    case = case_behind(cast.says(cast.tove, CALM, read_as=CRISIS))
    begin_write()
    assert acknowledge(case, cast.mara.id, 1, 1)
    assert not acknowledge(case, cast.mara.id, 1, 1)
    assert not acknowledge(case, cast.ana.id, 1, 1)  # Mara has it
    db.session.commit()
    still_clock.move(minutes=14, seconds=59)
    assert climbed() == 0
    still_clock.move(seconds=1)
    assert climbed() == 1
    assert told(2) == [deputy.id]
    assert {row.details["had"] for row in alerts() if row.step == 2} == {"Dr. Mara Lindqvist"}
    begin_write()
    assert not acknowledge(case, cast.mara.id, 1, 1)  # the same link again buys no more time
    assert acknowledge(case, deputy.id, 1, 2)
    db.session.commit()
    assert [row.event.value for row in events_of(case)] == ["opened", "acknowledged", "climbed", "acknowledged"]


def test_a_link_of_an_earlier_opening_does_nothing(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, read_as=CRISIS)
    begin_write()
    reply(cast.mara, comment, "I read this.")
    db.session.commit()
    still_clock.move(hours=1)
    cast.says(cast.tove, f"{CALM} Again.", to=comment, read_as=CRISIS)
    begin_write()
    assert not acknowledge(case_behind(comment), cast.mara.id, 1, 1)
    assert acknowledge(case_behind(comment), cast.mara.id, 2, 1)
    db.session.commit()


def test_claiming_pauses_until_an_answer_is_due(cast: Cast, deputy: User, still_clock: Clock) -> None:
    case = case_behind(cast.says(cast.tove, CALM, read_as=URGENT))
    due_at = case.due_at
    begin_write()
    claim(case, cast.ana)
    claim(case, cast.ana)
    db.session.commit()
    assert case.next_step_at == due_at
    still_clock.move(hours=4)
    assert climbed() == 1
    assert {row.details["had"] for row in alerts() if row.step == 2} == {"Ana Brandt"}
    assert case_by(case.id).owner_id == cast.ana.id


def test_a_case_can_be_taken_over_with_a_reason_and_passed_on_without(
    cast: Cast, deputy: User, still_clock: Clock
) -> None:
    case, mara, ana, ines = case_behind(cast.says(cast.tove, LOW)), cast.mara, cast.ana, cast.ines
    begin_write()
    claim(case, mara)
    with pytest.raises(Conflict, match="Mara"):
        claim(case, ana)
    with pytest.raises(Invalid):
        take_over(case, ana, mara.id, " ")
    take_over(case, ana, mara.id, "she is on a train")
    with pytest.raises(Conflict, match="Ana Brandt"):
        take_over(case, ines, mara.id, "she is on a train")
    with pytest.raises(Conflict):
        give_back(case, mara)
    give_back(case, ana)
    db.session.commit()
    assert (case.owner_id, case.acknowledged_by) == (None, None)
    assert case.next_step_at == still_clock.moment
    assert [row.event.value for row in events_of(case)] == ["opened", "claimed", "taken over", "given back"]


def test_a_higher_level_begins_its_own_ladder(cast: Cast, deputy: User, still_clock: Clock) -> None:
    first = cast.says(cast.tove, CALM, read_as=URGENT)
    begin_write()
    acknowledge(case_behind(first), cast.mara.id, 1, 1)
    db.session.commit()
    still_clock.move(minutes=31)
    cast.says(cast.tove, f"{CALM} Worse.", to=first, read_as=CRISIS)
    case = case_behind(first)
    assert (case.step, case.acknowledged_by) == (1, None)
    assert case.next_step_at == still_clock.moment + timedelta(minutes=3)
    mails = alerts(Channel.EMAIL)
    assert [(row.level, row.state.value) for row in mails] == [("urgent", "withdrawn"), ("crisis", "waiting")]


def test_quiet_hours_keep_a_mail_until_the_morning_but_never_one_of_a_crisis(cast: Cast, still_clock: Clock) -> None:
    begin_write()
    set_user_time_zone(cast.mara, "Europe/Amsterdam")
    cast.mara.quiet_from, cast.mara.quiet_to = time(22), time(7)
    db.session.commit()
    still_clock.move(hours=13)  # 22:00 in London, 23:00 in Amsterdam
    cast.says(cast.tove, CALM, read_as=URGENT)
    cast.says(cast.joao, CALM, read_as=CRISIS)
    calm, crisis = alerts(Channel.EMAIL)
    assert calm.not_before.isoformat() == "2026-03-03T06:00:00+00:00"
    assert crisis.not_before == still_clock.moment
    assert len([row for row in alerts(Channel.IN_APP) if row.recipient_id == cast.mara.id]) == 2


def test_an_owner_can_change_the_waits(cast: Cast, deputy: User, still_clock: Clock) -> None:
    begin_write()
    db.session.add(LadderWait(site_id=cast.site_id, level=Level.CRISIS, step=2, minutes=1))
    db.session.commit()
    cast.says(cast.tove, CALM, read_as=CRISIS)
    still_clock.move(minutes=1)
    assert climbed() == 1


def test_what_is_filed_as_spam_climbs_no_more_until_it_is_taken_back(cast: Cast, still_clock: Clock) -> None:
    comment, ana = cast.says(cast.tove, CALM, read_as=CRISIS), cast.ana
    begin_write()
    decide(ana, comment, Act.SPAM, version=comment.version, reason="an advertisement")
    db.session.commit()
    still_clock.move(days=1)
    assert climbed() == 0
    assert case_behind(comment).state is CaseState.DISMISSED
    begin_write()
    decide(ana, comment, Act.RESTORE, version=comment.version)
    db.session.commit()
    assert (case_behind(comment).state, case_behind(comment).opening) == (CaseState.OPEN, 2)


def test_words_read_again_by_a_newer_lexicon_wake_nobody_until_they_write_again(cast: Cast, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    rescan(comment, Finding(level=Level.CRISIS, score=0.9, harm=(), matches=(), version="newer"))
    db.session.commit()
    still_clock.move(days=1)
    assert climbed() == 0
    assert alerts() == []
    cast.says(cast.tove, f"{CALM} Still.", to=comment, read_as=SUPPORT)
    assert told(1) == [cast.mara.id]
    assert alerts()[0].level == "crisis"


def test_an_answer_in_private_that_nobody_sees_is_told_to_staff(cast: Cast, deputy: User, still_clock: Clock) -> None:
    comment = cast.says(cast.tove, CALM, audience="author", read_as=CRISIS)
    begin_write()
    reply(cast.mara, comment, "I am here.")
    db.session.commit()
    case = case_behind(comment)
    assert case.state is CaseState.UNSEEN
    assert [row.event.value for row in events_of(case)] == ["opened", "answered privately"]
    still_clock.move(minutes=119)
    assert climbed() == 0
    for step, people in [(1, [cast.mara.id]), (2, [deputy.id]), (3, [cast.ana.id, cast.ines.id]), (4, [cast.ines.id])]:
        still_clock.move(hours=2)
        assert climbed() == 1
        assert {row.recipient_id for row in alerts() if row.kind is Kind.UNSEEN and row.step == step} == set(people)
    still_clock.move(days=9)
    assert climbed() == 0


def test_an_unseen_answer_is_told_to_the_first_who_is_there(cast: Cast, still_clock: Clock) -> None:
    assert cast.ana
    assert cast.ines
    comment = cast.says(cast.tove, CALM, audience="author", read_as=CRISIS)
    begin_write()
    reply(cast.mara, comment, "I am here.")
    add_absence(cast.mara, still_clock.moment.date(), still_clock.moment.date() + timedelta(days=3))
    db.session.commit()
    for step, people in [(3, [cast.ana.id, cast.ines.id]), (4, [cast.ines.id])]:
        still_clock.move(hours=2)
        assert climbed() == 1
        assert {row.recipient_id for row in alerts() if row.kind is Kind.UNSEEN and row.step == step} == set(people)
    assert case_behind(comment).next_step_at is None


def climbed() -> int:
    """Do what the worker does every five seconds; returns how many cases climbed."""
    ids = due_case_ids(100)
    begin_write()
    number = sum(climb(case_id) for case_id in ids)
    db.session.commit()
    return number


def alerts(channel: Channel | None = None) -> list[Notification]:
    rows = db.session.query(Notification).order_by(Notification.id)
    return [row for row in rows if channel is None or row.channel is channel]


def told(step: int) -> list[int]:
    """Who heard of a step, once by each way."""
    rows = [row for row in alerts() if row.step == step]
    mailed = sorted(row.recipient_id for row in rows if row.channel is Channel.EMAIL)
    assert mailed == sorted(row.recipient_id for row in rows if row.channel is Channel.IN_APP)
    return mailed


def mail_to(row: Notification) -> str:
    sender = Sender("Old Maps", "attune@example.org", "http://localhost:8000")
    body = compose(row, "somebody@example.org", sender, row.created_at).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def case_behind(comment: Comment) -> Case:
    case = case_of(comment)
    assert case is not None
    return case


def case_by(case_id: int) -> Case:
    return db.session.get_one(Case, case_id)
