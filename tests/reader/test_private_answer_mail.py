"""Mail about an answer in private: neutral, with the way to one's own page, and with it the answer has reached them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import Message

import pytest

from service.accounts.actions import give_email
from service.accounts.addresses import confirm
from service.accounts.models import Commenter
from service.care.models import Case
from service.care.queries import case_of, events_of
from service.care.transitions import CaseState
from service.comments.answers import want_answers
from service.comments.models import Comment
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.delivery import deliver
from service.moderation.actions import reply
from service.moderation.queries import last_decision
from service.moderation.undoing import undo
from service.notifications.models import Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from service.triage.levels import Level
from service.triage.scanner import Finding, Match
from tests.cast import CALM, Cast, reading
from tests.conftest import Clock
from tests.notifications.test_deliver import MailServer
from tests.reader.test_answer_mail import ADDRESS, address_of, get, path_in

pytestmark = pytest.mark.db
UNDO = timedelta(seconds=30)


@pytest.fixture
def server(cast: Cast, settings: Settings) -> Iterator[MailServer]:
    """A mail server that the application is set to use."""
    made = MailServer()
    settings.smtp_url = made.url
    yield made
    made.stop()


def test_it_says_that_there_is_something_and_leads_to_their_page(
    cast: Cast, server: MailServer, still_clock: Clock
) -> None:
    note = waits(cast)
    answers(cast, note)
    deliver_all()
    assert to_reader(server) == []  # it can be undone still
    still_clock.move(seconds=31)
    deliver_all()
    [mail] = to_reader(server)
    assert mail["Subject"] == "There is something new for you"
    body = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    for private in ("I am here", "Mara", "Old maps", "private", CALM[:20]):
        assert private not in body
    page = cast.browser().get(path_in(body, "/my/"))
    assert "I am here." in page.text
    assert "List-Unsubscribe" in mail


def test_once_the_server_has_taken_it_the_answer_has_reached_them(
    cast: Cast, server: MailServer, still_clock: Clock
) -> None:
    note = waits(cast)
    answers(cast, note)
    assert case_behind(note).state is CaseState.UNSEEN
    server.answer = "451 later"
    still_clock.move(seconds=31)
    deliver_all()
    assert case_behind(note).state is CaseState.UNSEEN
    server.answer = "250 OK"
    still_clock.move(minutes=2)
    deliver_all()
    case = case_behind(note)
    assert (case.state, case.next_step_at) == (CaseState.ANSWERED, None)
    assert case.silent_at is not None  # whether they have read it is not known, and their silence is told
    last = events_of(case)[-1]
    assert (last.event.value, last.reason) == ("seen", "Mail about it was accepted for their confirmed address.")
    shown = cast.browser(cast.ana).get(f"/moderation/comments/{note.id}").text
    assert "The answer has reached them" in shown
    assert "not yet seen" not in shown


def test_a_mail_that_lies_in_a_file_has_reached_nobody(cast: Cast, still_clock: Clock) -> None:
    note = waits(cast)
    answers(cast, note)
    still_clock.move(seconds=31)
    deliver_all()
    assert [row.state for row in mails()] == [NotificationState.SENT]
    assert case_behind(note).state is CaseState.UNSEEN


def test_what_is_undone_or_seen_before_it_goes_out_is_not_mailed(
    cast: Cast, server: MailServer, still_clock: Clock
) -> None:
    undone, seen = waits(cast), waits(cast, f"{CALM} Again.")
    answers(cast, undone)
    answers(cast, seen)
    mara, decision = cast.mara, last_decision(get(undone))
    assert decision is not None
    begin_write()
    undo(mara, decision, window=UNDO)
    db.session.commit()
    cast.browser().get(address_of(seen), headers={"Sec-Fetch-Mode": "navigate"})
    assert [row.state for row in mails()] == [NotificationState.WITHDRAWN] * 2
    still_clock.move(minutes=1)
    deliver_all()
    assert to_reader(server) == []
    assert case_behind(undone).state is CaseState.OPEN


@pytest.mark.parametrize("hurt", ["here", "elsewhere", "in a note"])
def test_who_writes_of_being_hurt_gets_none_for_others_may_read_it(
    cast: Cast, server: MailServer, still_clock: Clock, hurt: str
) -> None:
    abuse = Finding(Level.URGENT, 0.9, (), (Match("words", "abuse", Level.URGENT, 0, 5, ()),), "test")
    if hurt == "here":
        note = waits(cast, read_as=lambda _text: abuse)
    else:
        audience = "author" if hurt == "in a note" else "everyone"
        cast.says(cast.tove, f"{CALM} Hurt.", audience=audience, read_as=lambda _text: abuse)
        note = waits(cast)
    answers(cast, note)
    still_clock.move(minutes=1)
    deliver_all()
    assert to_reader(server) == []
    assert case_behind(note).state is CaseState.UNSEEN


def test_without_a_wish_for_mail_there_is_none(cast: Cast, server: MailServer, still_clock: Clock) -> None:
    note = waits(cast)
    begin_write()
    get(note).wants_answers = False
    db.session.commit()
    answers(cast, note)
    still_clock.move(minutes=1)
    deliver_all()
    assert to_reader(server) == []


def waits(cast: Cast, body: str = CALM, *, read_as: Callable[[str], Finding] | None = None) -> Comment:
    """Have a crisis in a note for the author alone, by somebody who wants mail at a confirmed address."""
    comment = cast.says(cast.tove, body, audience="author", read_as=read_as or reading(Level.CRISIS))
    begin_write()
    commenter = db.session.get_one(Commenter, cast.tove.id)
    give_email(commenter, ADDRESS, current_keys())
    confirm(commenter)
    want_answers(get(comment), True)
    db.session.commit()
    return get(comment)


def answers(cast: Cast, comment: Comment) -> None:
    begin_write()
    reply(cast.mara, get(comment), "I am here.")
    db.session.commit()


def deliver_all() -> None:
    for number in due_ids(limit=100):
        deliver(number)
    db.session.rollback()


def to_reader(server: MailServer) -> list[Message]:
    return [mail for mail in server.mails() if mail["To"] == ADDRESS]


def mails() -> list[Notification]:
    db.session.rollback()
    return list(db.session.query(Notification).filter_by(kind=Kind.PRIVATE_ANSWER))


def case_behind(comment: Comment) -> Case:
    db.session.rollback()
    case = case_of(get(comment))
    assert case is not None
    return case
