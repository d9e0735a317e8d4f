"""Which mail a person gets of comments: of every one who asks for that, of no old, edited, spam or withdrawn one."""

import pytest
from sqlalchemy import select

from service.accounts.actions import add_absence, set_comment_mail
from service.accounts.models import User
from service.comments.actions import edit, withdraw
from service.comments.models import Status
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.models import Act
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.triage.levels import Level
from tests.cast import CALM, CRISIS, LOW, Cast, reading, screen
from tests.conftest import START

pytestmark = pytest.mark.db


def test_who_wants_every_comment_is_mailed_of_every_one_and_nobody_else(cast: Cast) -> None:
    wants(cast, cast.mara)
    assert cast.ana
    cast.says(cast.tove, CALM)
    cast.says(cast.joao, LOW, read_as=reading(Level.SUPPORT))
    assert [(row.recipient_id, row.channel, row.level) for row in news()] == [(cast.mara.id, Channel.EMAIL, "")] * 2


def test_what_needs_an_answer_at_once_is_mailed_as_that_alone(cast: Cast) -> None:
    wants(cast, cast.mara)
    cast.says(cast.tove, CRISIS)
    assert news() == []
    mails = db.session.scalars(select(Notification).where(Notification.channel == Channel.EMAIL)).all()
    assert {mail.kind for mail in mails} == {Kind.CASE}


@pytest.mark.parametrize("choice", ["digest", "only needed"])
def test_who_does_not_want_it_gets_none(cast: Cast, choice: str) -> None:
    wants(cast, cast.mara, choice)
    cast.says(cast.tove, CALM)
    assert news() == []


def test_what_a_rule_takes_for_spam_is_not_mailed_and_stands_in_the_digest(cast: Cast) -> None:
    wants(cast, cast.mara)
    links = "Look: https://one.example https://two.example https://three.example"
    held = cast.says(cast.tove, links)
    assert (held.status, held.held_at is not None) == (Status.PENDING, True)
    assert news() == []
    cast.says(cast.joao, f"{LOW} {links}", read_as=reading(Level.SUPPORT))
    assert len(news()) == 1


def test_an_author_hears_of_their_own_pages_alone(cast: Cast) -> None:
    wants(cast, cast.other_author)
    cast.says(cast.tove, CALM)
    assert news() == []


def test_new_words_of_an_old_comment_are_no_news(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    wants(cast, cast.mara)
    begin_write()
    edit(comment, "Other words, and calm ones.", window=START - START.replace(year=2025))
    db.session.commit()
    screen(comment)
    assert news() == []


def test_words_that_were_changed_before_they_were_read_are_news_once(cast: Cast) -> None:
    wants(cast, cast.mara)
    comment = cast.says(cast.tove, CALM, screened=False)
    begin_write()
    edit(comment, "Other words, and calm ones.", window=START - START.replace(year=2025))
    db.session.commit()
    screen(comment)
    assert len(news()) == 1


def test_what_was_taken_back_before_it_was_read_is_no_news(cast: Cast) -> None:
    wants(cast, cast.mara)
    comment = cast.says(cast.tove, CALM, screened=False)
    begin_write()
    withdraw(comment)
    db.session.commit()
    screen(comment)
    assert news() == []


@pytest.mark.parametrize("act", [Act.SPAM, Act.HIDE, None])
def test_what_is_gone_before_the_mail_went_is_not_mailed(cast: Cast, act: Act | None) -> None:
    wants(cast, cast.mara)
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    if act is None:
        withdraw(comment)
    else:
        decide(ana, comment, act, version=comment.version, reason="gone")
    db.session.commit()
    assert [row.state for row in news()] == [NotificationState.WITHDRAWN]


def test_who_is_away_is_not_mailed(cast: Cast) -> None:
    wants(cast, cast.mara)
    begin_write()
    add_absence(db.session.get_one(User, cast.mara.id), START.date(), START.date())
    db.session.commit()
    cast.says(cast.tove, CALM)
    assert news() == []


def wants(cast: Cast, user: User, choice: str = "every comment") -> None:
    assert cast.article
    number = user.id
    begin_write()
    set_comment_mail(db.session.get_one(User, number), choice)
    db.session.commit()


def news() -> list[Notification]:
    db.session.rollback()
    return list(db.session.scalars(select(Notification).where(Notification.kind == Kind.NEW_COMMENT)))
