"""Mail about answers: to a confirmed address alone, once for each answer, and never a word of what was written."""

import re
import time
from email import message_from_bytes
from email.policy import default

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.accounts.actions import give_email
from service.accounts.addresses import confirm
from service.accounts.models import Commenter
from service.accounts.queries import confirmed_address
from service.articles.models import Mode
from service.comments.actions import change_audience, withdraw
from service.comments.answers import want_answers
from service.comments.models import Audience, Comment, Status
from service.comments.queries import has_published_before
from service.config import Settings, current_keys, current_settings
from service.core.db import begin_write, db
from service.delivery import deliver
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.notifications.mailbox import Mail, list_mail, read_mail
from service.notifications.models import Kind, Notification, NotificationState
from service.notifications.queries import due_ids
from service.reader.mine import MINE
from tests.cast import CALM, CRISIS, Cast, screen, tampered
from tests.conftest import Clock

pytestmark = pytest.mark.db

ADDRESS = "tove@example.org"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with which nothing waits for staff to think again (tests/moderation/test_undo.py has that)."""
    return settings.model_copy(update={"undo_seconds": 0})


def test_an_address_is_confirmed_by_a_button_and_gives_nothing_before(cast: Cast, client: FlaskClient) -> None:
    comment = post(cast, client, email=ADDRESS)
    assert comment.commenter is not None
    assert confirmed_address(comment.commenter, current_keys()) is None
    cast.says(cast.joao, "I hear you.", to=comment)
    [mail] = sent()
    assert mail.to == ADDRESS
    assert "confirm" in mail.subject
    link = path_in(mail.body, "/confirm/")
    assert "Is t…@example.org your address" in client.get(link).text
    db.session.refresh(comment.commenter)
    assert comment.commenter.email_confirmed_at is None
    assert client.post(link).status_code == 303
    db.session.refresh(comment.commenter)
    assert confirmed_address(comment.commenter, current_keys()) == ADDRESS
    assert "Your address is confirmed" in client.get(link).text
    assert sent() == []


def test_a_confirmation_expires_and_is_not_for_another_address(
    cast: Cast, client: FlaskClient, still_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = post(cast, client, email=ADDRESS)
    [mail] = sent()
    link = path_in(mail.body, "/confirm/")
    begin_write()
    give_email(get(comment).commenter, "other@example.org", current_keys())  # type: ignore[arg-type]
    db.session.commit()
    assert client.post(link).status_code == 404
    begin_write()
    give_email(get(comment).commenter, ADDRESS, current_keys())  # type: ignore[arg-type]
    db.session.commit()
    assert client.get(link).status_code == 200
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 4 * 24 * 3600)
    assert client.post(link).status_code == 404
    assert client.get(tampered(link)).status_code == 404


def test_an_address_that_others_typed_is_not_flooded(cast: Cast, client: FlaskClient, still_clock: Clock) -> None:
    for number in range(4):
        post(cast, cast.browser(), email=ADDRESS, body=f"Words {number}", name=f"Reader {number}")
    assert len(sent()) == 2
    mine = address_of(newest())
    again = client.post(f"{mine}/confirmation")
    assert again.status_code == 429
    still_clock.move(hours=24)
    assert client.post(f"{mine}/confirmation").status_code == 303
    assert len(sent()) == 1


def test_an_answer_is_told_without_a_word_of_it(cast: Cast, client: FlaskClient) -> None:
    comment = asks(cast, cast.tove)
    answer = cast.says(cast.joao, "My sister Benedikta hears you.", to=comment, name="João Pereira")
    [mail] = sent()
    assert mail.to == ADDRESS
    assert path_in(mail.body, "/comments/") == f"/comments/{answer.id}"
    for word in ("Benedikta", "sister", "João", "Pereira", "Old maps", "old-maps", "Tove"):
        assert word not in mail.subject + mail.body
    [row] = rows()
    assert (row.state, row.commenter_id, row.recipient_id) == (NotificationState.SENT, cast.tove.id, None)


def test_one_click_ends_it_from_any_origin(cast: Cast, client: FlaskClient) -> None:
    comment = asks(cast, cast.tove)
    cast.says(cast.joao, "I hear you.", to=comment)
    headers = raw_headers()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.sub(r"^<https?://[^/]+|>$", "", headers["List-Unsubscribe"])
    assert "No more mail" in client.get(link).text
    assert get(comment).wants_answers
    from_elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"}, headers=from_elsewhere)
    assert answer.status_code == 200
    assert not get(comment).wants_answers
    assert client.post(link[:-6] + "/stop", headers=from_elsewhere).status_code == 404
    cast.says(cast.reader(), "And I.", to=get(comment), name="Wren")
    assert sent() == []


def test_nothing_is_told_before_approval_nor_of_spam_and_once_for_all_its_turns(cast: Cast, still_clock: Clock) -> None:
    article = cast.write_article(Mode.MODERATED)
    comment = asks(cast, cast.tove, article=article)
    answer = cast.says(cast.joao, "I hear you.", to=comment, article=article)
    assert sent() == []
    turn(cast, answer, Act.SPAM)
    assert sent() == []
    turn(cast, answer, Act.RESTORE)
    turn(cast, answer, Act.HIDE)
    assert sent() == []
    turn(cast, answer, Act.RESTORE)
    assert len(sent()) == 1
    still_clock.move(hours=1)
    turn(cast, answer, Act.HIDE)
    turn(cast, answer, Act.RESTORE)
    assert sent() == []


def test_one_mail_for_a_conversation_in_a_quarter_of_an_hour(cast: Cast, still_clock: Clock) -> None:
    comment = asks(cast, cast.tove)
    other = asks(cast, cast.tove, body="Another thought.")
    cast.says(cast.joao, "One.", to=comment)
    assert len(sent()) == 1
    still_clock.move(minutes=5)
    cast.says(cast.joao, "Two.", to=get(comment))
    cast.says(cast.joao, "Three.", to=get(comment))
    cast.says(cast.joao, "Elsewhere.", to=get(other))
    assert len(sent()) == 1  # the other conversation's
    still_clock.move(minutes=10)
    assert len(sent()) == 1  # stands for two and three
    still_clock.move(minutes=30)
    assert sent() == []
    assert {row.state for row in rows()} == {NotificationState.SENT}


def test_a_mail_that_waits_is_taken_back_with_its_answer_and_the_next_one_goes(cast: Cast, still_clock: Clock) -> None:
    comment = asks(cast, cast.tove)
    cast.says(cast.joao, "One.", to=comment)
    sent()
    two = cast.says(cast.joao, "Two.", to=get(comment))
    three = cast.says(cast.joao, "Three.", to=get(comment))
    sent()
    begin_write()
    withdraw(get(two))
    db.session.commit()
    still_clock.move(minutes=16)
    [mail] = sent()
    assert f"/comments/{three.id}" in mail.body


def test_ones_own_words_and_private_ones_are_not_told(cast: Cast) -> None:
    comment = asks(cast, cast.tove)
    cast.says(cast.tove, "I add something.", to=comment)
    cast.says(cast.joao, "A note.", to=get(comment), audience="author")
    cast.says(cast.joao, CRISIS, to=get(comment))
    assert [row for row in rows() if row.kind is Kind.ANSWER] == []
    begin_write()
    reply(cast.mara, get(comment), "I read this twice.")
    db.session.commit()
    assert len([row for row in rows() if row.kind is Kind.ANSWER]) == 1


def test_an_answer_that_publishes_what_it_answers_is_told(cast: Cast) -> None:
    article = cast.write_article(Mode.MODERATED)
    comment = cast.says(cast.tove, CALM, article=article)
    give(cast.tove, confirmed=True)
    begin_write()
    want_answers(get(comment), True)
    reply(cast.mara, get(comment), "I read this twice.")
    db.session.commit()
    assert [row.kind for row in rows()] == [Kind.ANSWER]
    assert len(sent()) == 1


def test_below_a_comment_that_was_taken_back_nothing_is_told(cast: Cast) -> None:
    comment = asks(cast, cast.tove)
    cast.says(cast.joao, "I hear you.", to=comment)
    begin_write()
    withdraw(get(comment))
    db.session.commit()
    assert sent() == []


def test_my_comment_gives_switches_and_forgets_an_address(cast: Cast, client: FlaskClient) -> None:
    comment = cast.says(cast.tove, CALM)
    mine = address_of(comment)
    wrong = client.post(f"{mine}/answers", data={"email": "no address"})
    assert wrong.status_code == 422
    assert 'value="no address"' in wrong.text
    client.post(f"{mine}/answers", data={"email": ADDRESS})
    assert "We have sent a mail to t…@example.org" in client.get(mine).text
    assert client.post(f"{mine}/link").status_code == 409
    [mail] = sent()
    client.post(path_in(mail.body, "/confirm/"))
    assert "To t…@example.org, without any words from the page." in client.get(mine).text
    assert get(comment).wants_answers
    client.post(f"{mine}/answers", data={})
    assert not get(comment).wants_answers
    client.post(f"{mine}/link")
    [mail] = sent()
    assert client.get(path_in(mail.body, "/my/")).status_code == 200
    client.post(f"{mine}/address/removal")
    assert ADDRESS not in str(get(comment).commenter.__dict__)
    assert get(comment).commenter.email_encrypted is None  # type: ignore[union-attr]


def test_a_confirmed_address_makes_two_browsers_one_person(cast: Cast) -> None:
    comment = asks(cast, cast.tove)
    other = cast.says(cast.joao, "From my telephone.", screened=False)
    give(cast.joao, confirmed=False)
    assert not has_published_before(get(other))
    give(cast.joao, confirmed=True)
    assert has_published_before(get(other))
    assert comment.commenter_id != other.commenter_id


def test_who_may_read_it_changes_only_through_a_person(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    answer = cast.says(cast.joao, "I hear you.", to=comment)
    for audience in (Audience.AUTHOR, Audience.EVERYONE):
        begin_write()
        change_audience(get(comment), audience)
        db.session.commit()
        page = cast.browser().get("/articles/old-maps").text
        assert CALM not in page
        assert f'<p class="gone" id="comment-{comment.id}">' in page
        assert f'id="comment-{answer.id}"' in page
        assert (get(comment).status, get(comment).held_at is not None) == (Status.PENDING, True)
        turn(cast, comment, Act.APPROVE)
        assert get(comment).shown is (audience is Audience.EVERYONE)


def post(cast: Cast, client: FlaskClient, **fields: str) -> Comment:
    """Send a comment through the form, and have it screened."""
    slug = cast.article.slug
    data = {"body": CALM, "name": "Tove", "tell": "yes", **fields}
    answer = client.post(f"/articles/{slug}/comments", data=data)
    assert answer.status_code == 303, answer.text
    comment = newest()
    screen(comment)
    return get(comment)


def newest() -> Comment:
    """Return the comment that was written last."""
    return db.session.scalars(select(Comment).order_by(Comment.id.desc()).limit(1)).one()


def asks(cast: Cast, who: Commenter, body: str = CALM, **more: object) -> Comment:
    """Have a shown comment whose writer wants to hear of answers at a confirmed address."""
    comment = cast.says(who, body, **more)  # type: ignore[arg-type]
    give(who, confirmed=True)
    ana = cast.ana
    begin_write()
    asking = get(comment)
    want_answers(asking, True)
    if not asking.shown:
        decide(ana, asking, Act.APPROVE, version=asking.version)
    db.session.commit()
    return get(comment)


def give(who: Commenter, *, confirmed: bool) -> None:
    begin_write()
    commenter = db.session.get_one(Commenter, who.id)
    give_email(commenter, ADDRESS, current_keys())
    if confirmed:
        confirm(commenter)
    db.session.commit()


def turn(cast: Cast, comment: Comment, act: Act) -> None:
    """Have a moderator decide."""
    ana = cast.ana
    begin_write()
    decide(ana, get(comment), act, version=get(comment).version, reason="Because.")
    db.session.commit()


def get(comment: Comment) -> Comment:
    """Return a comment as it stands in the database now."""
    return db.session.get_one(Comment, comment.id, populate_existing=True)


def rows() -> list[Notification]:
    """Return what was written for commenters."""
    db.session.rollback()
    return list(db.session.scalars(select(Notification).where(Notification.commenter_id.is_not(None))))


def sent() -> list[Mail]:
    """Deliver what is due; return the mails to readers that came since the last look, oldest first."""
    before = {mail.name for mail in list_mail(current_settings().data_dir)}
    for number in due_ids(limit=100):
        db.session.rollback()
        deliver(number)
    found = [read_mail(current_settings().data_dir, mail.name) for mail in list_mail(current_settings().data_dir)]
    return [mail for mail in reversed(found) if mail.name not in before and mail.to == ADDRESS]


def raw_headers() -> dict[str, str]:
    """Deliver what is due; return the headers of the one mail."""
    sent()
    [path] = (current_settings().data_dir / "mail").glob("*.eml")
    return {name: str(value) for name, value in message_from_bytes(path.read_bytes(), policy=default).items()}


def path_in(body: str, start: str) -> str:
    """Return the path of the link in a mail that begins like this."""
    found = re.search(rf"https?://[^/\s]+({re.escape(start)}\S+)", body)
    assert found, body
    return found[1]


def address_of(comment: Comment) -> str:
    """Return the path of a comment's own page."""
    return f"/my/{current_keys().sign(MINE, str(comment.id))}"
