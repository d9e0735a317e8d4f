"""The letter by mail: to a confirmed address alone, once for each opening of a case, and never where it may harm."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.accounts.actions import give_email
from service.accounts.addresses import confirm
from service.accounts.models import Commenter
from service.care.letters import PAIN, WORRY
from service.comments.actions import adopt, edit, withdraw
from service.comments.answers import want_answers
from service.comments.models import Comment, Voice
from service.config import current_keys
from service.core.db import begin_write, db
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.moderation.screening import rescan
from service.notifications.models import Kind, Notification, NotificationState
from service.triage.actions import forget
from service.triage.levels import Level
from service.triage.scanner import Finding, Match
from tests.cast import CALM, CRISIS, LOW, Cast, screen
from tests.conftest import Clock
from tests.reader.test_answer_mail import path_in, post, sent

pytestmark = pytest.mark.db

ADDRESS = "tove@example.org"
SUBJECT = "There is something new for you"


def found(level: Level, *families: str, at: Level | None = None) -> Callable[[str], Finding]:
    """Return a reading that finds these families, by default at the level of the whole."""
    matches = tuple(Match("words", family, at or level, 0, 5, ()) for family in families)
    return lambda _text: Finding(level, 0.9, (), matches, "test")


@pytest.mark.usefixtures("dutch")
def test_a_crisis_brings_words_and_lines_and_nothing_that_a_lock_screen_gives_away(cast: Cast) -> None:
    says(cast, CRISIS, name="Walburga")
    [mail] = sent()
    assert (mail.to, mail.subject) == (ADDRESS, SUBJECT)
    first, *rest = [paragraph.replace("\n", " ") for paragraph in mail.body.split("\n\n")]
    assert first == "This is about what you wrote on our site."
    assert rest[0] == PAIN.heading
    assert "please call 112 now." in mail.body
    assert "113 Zelfmoordpreventie\n" in mail.body
    assert "\nCall 113\n" in mail.body
    assert "still to be checked" in mail.body
    assert path_in(mail.body, "/help") == "/help?country=NL"
    assert "/stop" in path_in(mail.body, "/answers/")
    for private in ("Walburga", "pills", "Old maps", "old-maps", "/my/", "/comments/", "Only you can see"):
        assert private not in mail.subject + mail.body, private


def test_without_a_country_it_names_directories_and_leads_to_the_choice(cast: Cast) -> None:
    says(cast, CRISIS)
    [mail] = sent()
    assert "the emergency number of the country where you are" in mail.body
    assert "Find A Helpline: findahelpline.com" in mail.body
    assert "/help\n" in mail.body


def test_a_worry_about_somebody_else_has_words_of_its_own(cast: Cast) -> None:
    says(cast, CALM, read_as=found(Level.URGENT, "other_danger"))
    [mail] = sent()
    assert WORRY.heading in mail.body
    assert "How are you doing?" in mail.body


@pytest.mark.parametrize(
    ("asked", "confirmed", "level"),
    [(True, False, Level.CRISIS), (False, True, Level.CRISIS), (True, True, Level.SUPPORT), (True, True, Level.NONE)],
)
def test_it_needs_a_confirmed_address_a_wish_for_mail_and_a_grave_scan(
    cast: Cast, asked: bool, confirmed: bool, level: Level
) -> None:
    says(cast, CALM, asked=asked, confirmed=confirmed, read_as=found(level, "intent"))
    assert letters() == []


@pytest.mark.parametrize("family", ["abuse", "child_risk"])
@pytest.mark.parametrize("at", [Level.CRISIS, Level.NONE])
def test_who_writes_of_being_hurt_gets_no_mail_about_it(cast: Cast, family: str, at: Level) -> None:
    says(cast, CALM, read_as=found(Level.CRISIS, family, at=at))
    assert letters() == []
    begin_write()
    forget(db.session.scalars(select(Comment.id)).first() or 0)  # its words are gone, as after some time
    db.session.commit()
    says(cast, f"{CALM} Again.", read_as=found(Level.CRISIS, "intent"))  # the same person, later, elsewhere
    assert letters() == []


def test_once_for_each_opening_of_a_case(cast: Cast, still_clock: Clock) -> None:
    first = says(cast, LOW, read_as=found(Level.URGENT, "passive"))
    says(cast, f"{LOW} Again.", to=first, read_as=found(Level.CRISIS, "intent"))
    assert len(sent()) == 1
    begin_write()
    reply(cast.mara, get(first), "I read this.")
    db.session.commit()
    still_clock.move(hours=1)
    sent()
    says(cast, f"{LOW} Once more.", to=get(first), read_as=found(Level.CRISIS, "intent"))
    assert [mail.subject for mail in sent()] == [SUBJECT]
    assert len(letters()) == 2


def test_not_of_words_that_are_old_imported_unchanged_spam_or_taken_back(cast: Cast) -> None:
    crisis, ines = found(Level.CRISIS, "intent"), cast.ines
    unchanged, old = says(cast, CALM), says(cast, f"{CALM} Old.")
    taken_back, spam = (says(cast, f"{CALM} {word}", screened=False) for word in ("Back.", "Spam."))
    begin_write()
    edit(get(unchanged), get(unchanged).latest.source, timedelta(minutes=15))
    rescan(get(old), crisis(""))
    withdraw(get(taken_back))
    decide(ines, get(spam), Act.SPAM, version=get(spam).version, reason="an advertisement")
    imported = adopt(
        cast.article,
        name="Tove",
        source=CALM,
        voice=Voice.READER,
        commenter=cast.tove,
        parent=None,
        created_at=get(old).created_at,
        import_key="elsewhere:1",
    )
    want_answers(imported, True)
    db.session.commit()
    for comment in (unchanged, taken_back, spam, imported):
        screen(comment, crisis)
    assert letters() == []


def test_whoever_confirms_later_gets_it_then_while_they_wait(cast: Cast) -> None:
    browser = cast.browser()
    post(cast, browser, body=CRISIS, email=ADDRESS)
    [asked] = sent()
    assert "confirm" in asked.subject
    browser.post(path_in(asked.body, "/confirm/"))
    [mail] = sent()
    assert PAIN.heading in mail.body
    browser.post(path_in(asked.body, "/confirm/"))
    assert sent() == []


def test_what_has_not_gone_out_is_not_sent_once_somebody_has_answered_or_it_is_taken_back(cast: Cast) -> None:
    answered, taken_back = says(cast, CRISIS), says(cast, f"{CRISIS} Again.")
    begin_write()
    reply(cast.mara, get(answered), "I read this.", private=True)
    withdraw(get(taken_back))
    db.session.commit()
    assert [mail.body for mail in sent() if PAIN.heading in mail.body] == []
    assert {row.state for row in letters()} == {NotificationState.WITHDRAWN}


def test_no_more_mail_like_this_ends_letters_too(cast: Cast) -> None:
    says(cast, CRISIS)
    [mail] = sent()
    assert cast.browser().post(path_in(mail.body, "/answers/")).status_code == 200
    says(cast, f"{CRISIS} Again.", asked=False)
    assert sent() == []


def says(cast: Cast, body: str, *, asked: bool = True, confirmed: bool = True, **more: object) -> Comment:
    """Have Tove write with her address, confirmed unless told otherwise, and a wish for mail; screened at the end."""
    screened, read_as = more.pop("screened", True), more.pop("read_as", None)
    comment = cast.says(cast.tove, body, screened=False, **more)  # type: ignore[arg-type]
    begin_write()
    commenter = db.session.get_one(Commenter, cast.tove.id)
    give_email(commenter, ADDRESS, current_keys())
    if confirmed:
        confirm(commenter)
    want_answers(get(comment), asked)
    db.session.commit()
    if screened:
        screen(comment, read_as)  # type: ignore[arg-type]
    return get(comment)


def get(comment: Comment) -> Comment:
    return db.session.get_one(Comment, comment.id, populate_existing=True)


def letters() -> list[Notification]:
    db.session.rollback()
    return list(db.session.query(Notification).filter_by(kind=Kind.LETTER).order_by(Notification.id))
