"""What is stored about a reader: theirs to read, to take along and to have deleted, and nobody else's to see."""

import json
import re
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from service.accounts.actions import give_email
from service.accounts.addresses import confirm
from service.accounts.models import Commenter
from service.accounts.queries import same_person
from service.archive.people.commands import erase_again
from service.archive.retention.commands import run
from service.care.actions import dismiss
from service.care.models import Case
from service.care.queries import case_of
from service.comments.answers import want_answers
from service.comments.hearts import Heart, give_heart
from service.comments.models import Comment, Revision, Status
from service.config import current_keys, current_settings
from service.core.audit import AuditRow, Deed
from service.core.db import Base, begin_write, db
from service.delivery import deliver
from service.moderation.actions import reply
from service.moderation.models import Note
from service.moderation.notes import add_note
from service.notifications.mailbox import list_mail, read_mail
from service.notifications.models import Notification
from service.reader.mine import MINE
from tests.cast import CALM, CRISIS, Cast
from tests.conftest import START, Clock, Outgoing

TOVE = "tove@example.org"
WORDS = "The copper kettle sings in the kitchen at night."


class Reader:
    """Tove, who wrote from two browsers and confirmed the same address in both; Joao only typed it."""

    def __init__(self, cast: Cast, outbox: Outgoing) -> None:
        self.cast, self.outbox, self.staff = cast, outbox, (cast.mara, cast.ana)
        self.first, self.second, self.other = cast.tove, cast.reader(), cast.joao
        begin_write()
        for one in (self.first, self.second, self.other):
            give_email(one, TOVE, current_keys())
        confirm(self.first)
        confirm(self.second)
        db.session.commit()
        self.one = cast.says(self.first, WORDS, name="Tove Kettle")
        self.two = cast.says(self.second, f"{WORDS} Again.", name="Tove Kettle")
        self.joaos = cast.says(self.other, CALM, name="Joao")
        self.answer = cast.says(cast.reader(), CALM, name="Mette", to=self.one)
        begin_write()
        want_answers(self.get(self.one), True)
        give_heart(self.get(self.joaos), self.first)
        give_heart(self.get(self.one), self.other)
        add_note(cast.ana, self.get(self.one), "Sounds like Tove from Bergen.", about_person=True)
        reply(cast.mara, self.get(self.two), "Only for you.", private=True)
        db.session.commit()

    def get(self, comment: Comment) -> Comment:
        return db.session.get_one(Comment, comment.id)

    def mails(self) -> list[str]:
        for number in set(self.outbox.take("notifications.deliver")):
            deliver(int(number))
        folder = current_settings().data_dir
        bodies = [read_mail(folder, mail.name).body for mail in list_mail(folder)]
        return [body for body in bodies if "stored about" in body]

    def link(self, browser: FlaskClient) -> str:
        assert browser.post("/privacy/yours", data={"email": TOVE}).status_code == 303
        return re.findall(r"/yours/\S+", self.mails()[0])[0]

    def ticket(self, browser: FlaskClient) -> str:
        return ticket_in(browser.post(self.link(browser)))


@pytest.fixture
def reader(cast: Cast, outbox: Outgoing) -> Reader:
    return Reader(cast, outbox)


def test_the_answer_is_the_same_whether_the_address_is_known(
    reader: Reader, client: FlaskClient, still_clock: Clock
) -> None:
    known = client.post("/privacy/yours", data={"email": TOVE})
    unknown = client.post("/privacy/yours", data={"email": "nobody@example.org"})
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)
    assert {name for name, _ in known.headers} == {name for name, _ in unknown.headers}
    assert len(reader.mails()) == 1
    for _ in range(3):
        still_clock.move(minutes=1)
        client.post("/privacy/yours", data={"email": TOVE})
    assert len(reader.mails()) == 2, "one address gets two such mails a day"
    answers = [client.post("/privacy/yours", data={"email": f"{n}@example.org"}) for n in range(9)]
    assert answers[-1].status_code == 429
    assert "8@example.org" in answers[-1].text, "what was typed is given back"
    assert client.post("/privacy/yours", data={"email": "no address"}).status_code == 422


def test_the_mail_says_nothing_and_its_link_is_good_once_and_for_an_hour(
    reader: Reader, client: FlaskClient, still_clock: Clock
) -> None:
    link = reader.link(client)
    mail = reader.mails()[0]
    assert WORDS not in mail
    assert "Tove" not in mail
    assert "Old maps" not in mail
    for _ in range(2):
        assert client.get(link).status_code == 200, "who follows links in mails uses nothing up"
    page = client.post(link)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post(link).status_code == 404
    still_clock.move(minutes=31)
    assert client.post("/privacy/yours/file", data={"ticket": ticket_in(page)}).status_code == 404
    still_clock.move(days=1)
    late = reader.link(client)
    still_clock.move(hours=1, seconds=1)
    assert client.get(late).status_code == 404
    assert client.post(late).status_code == 404
    assert client.get("/yours/forged").status_code == 404


def test_everything_is_in_the_file_and_nothing_of_others(reader: Reader, client: FlaskClient) -> None:
    answer = client.post("/privacy/yours/file", data={"ticket": reader.ticket(client)})
    assert "attachment" in answer.headers["Content-Disposition"]
    found = json.loads(answer.text)
    assert found["format"] == "attune person 1"
    assert [one["wordings"][0]["text"] for one in found["comments"]] == [WORDS, f"{WORDS} Again."]
    assert {one["email"] for one in found["readers"]} == {TOVE}
    assert found["comments"][1]["messages_to_you"][0]["text"] == "Only for you."
    assert found["hearts_given"][0]["comment"] == reader.joaos.id
    assert found["address_typed_without_proof"] == 1
    assert CALM not in answer.text, "what Joao wrote may not be hers"
    assert "Bergen" not in answer.text
    assert "level" not in answer.text
    rows = db.session.scalars(select(AuditRow)).all()
    assert {(row.what, row.user_id, row.subject_id) for row in rows} == {
        (Deed.EXPORTED, None, reader.first.id),
        (Deed.EXPORTED, None, reader.second.id),
    }
    owner = reader.cast.app.test_cli_runner().invoke(args=["commenters", "export", TOVE, "--full"])
    assert "Bergen" in owner.output
    assert "readings" in owner.output


@pytest.mark.db
def test_erasing_leaves_nothing_that_leads_to_them(reader: Reader, client: FlaskClient) -> None:
    before = client.get("/articles/old-maps")
    assert WORDS in before.text
    ticket = reader.ticket(client)
    wrong = client.post("/privacy/yours/removal", data={"ticket": ticket, "word": "yes"})
    assert wrong.status_code == 422
    assert ticket_in(wrong) == ticket
    done = client.post("/privacy/yours/removal", data={"ticket": ticket, "word": " Delete "})
    assert done.status_code == 200, done.text
    left = database()
    for trace in ("copper kettle", "Kettle", "Bergen", "Only for you", TOVE):
        assert trace not in left, trace
    for path in ("/articles/old-maps", "/comments.atom", f"/comments/{reader.answer.id}"):
        page = client.get(path)
        assert "kettle" not in page.text.lower(), path
    assert client.get("/articles/old-maps").headers["ETag"] != before.headers["ETag"]
    assert "Mette" in client.get("/articles/old-maps").text, "answers keep their place"
    for one in (reader.first, reader.second):
        row = db.session.get_one(Commenter, one.id)
        assert (row.email_lookup, row.cookie_hash) == (None, None)
        assert row.erased_at is not None
    assert db.session.get_one(Commenter, reader.other.id).email_lookup is None, "her address is forgotten there, too"
    assert reader.get(reader.joaos).status is Status.PUBLISHED
    assert db.session.scalars(select(Heart)).all() == []
    assert db.session.scalars(select(Notification).where(Notification.commenter_id.in_([1, 2]))).all() == []
    assert not [mail for mail in list_mail(current_settings().data_dir) if TOVE in mail.to]
    assert client.post("/privacy/yours/removal", data={"ticket": ticket, "word": "delete"}).status_code == 404
    erased = select(AuditRow.subject_id).where(AuditRow.what == Deed.ERASED)
    assert set(db.session.scalars(erased)) == {reader.first.id, reader.second.id}


@pytest.mark.db
def test_staff_keep_what_they_owe_an_answer_to_and_no_longer(reader: Reader, client: FlaskClient) -> None:
    cry = reader.cast.says(reader.first, CRISIS, name="Tove Kettle")
    begin_write()
    add_note(reader.cast.ana, reader.get(cry), "Call on Monday.", about_person=True)
    db.session.commit()
    page = client.post(reader.link(client))
    assert "Somebody here still means to answer you." in page.text
    client.post("/privacy/yours/removal", data={"ticket": ticket_in(page), "word": "delete"})
    assert reader.get(cry).latest.source == CRISIS
    assert reader.get(cry).status is Status.WITHDRAWN
    assert words_of(reader.one) == ""
    run()
    assert reader.get(cry).latest.source == CRISIS
    assert db.session.scalar(select(Note.id).where(Note.text == "Call on Monday.")) is not None
    begin_write()
    case = case_of(reader.get(cry))
    assert case is not None
    dismiss(db.session.get_one(Case, case.id), reader.cast.ana, "Reached by telephone.")
    db.session.commit()
    assert words_of(cry) == ""
    run()
    assert db.session.scalars(select(Note)).all() == []
    assert reader.get(cry).name == ""


def test_a_guest_without_an_address_comes_by_the_link_of_a_comment(cast: Cast, client: FlaskClient) -> None:
    guest, someone = cast.reader(), cast.reader()
    mine, theirs = cast.says(guest, WORDS), cast.says(someone, CALM)
    page = client.post(f"/my/{current_keys().sign(MINE, str(mine.id))}/data")
    client.post("/privacy/yours/removal", data={"ticket": ticket_in(page), "word": "delete"})
    assert words_of(mine) == ""
    assert words_of(theirs) == CALM
    assert client.get(f"/my/{current_keys().sign(MINE, str(mine.id))}").status_code == 200


def test_who_has_a_confirmed_address_proves_it_by_mail(reader: Reader, client: FlaskClient) -> None:
    answer = client.post(f"/my/{current_keys().sign(MINE, str(reader.one.id))}/data")
    assert answer.location == "/privacy/yours"


def test_a_restored_backup_brings_nobody_back(reader: Reader, tmp_path: Path) -> None:
    data_dir, number = current_settings().data_dir, reader.first.id
    one = reader.one.id
    db.session.rollback()
    with sqlite3.connect(data_dir / "attune.db") as live, sqlite3.connect(tmp_path / "kept.db") as kept:
        live.backup(kept)
    runner = reader.cast.app.test_cli_runner()
    assert runner.invoke(args=["commenters", "erase", str(number), "--yes"]).exit_code == 0
    db.session.remove()
    db.engine.dispose()
    with sqlite3.connect(data_dir / "attune.db") as live, sqlite3.connect(tmp_path / "kept.db") as kept:
        kept.backup(live)
    assert words_of(one) == WORDS
    assert erase_again() == 1
    assert words_of(one) == ""
    assert erase_again() == 0
    begin_write()
    db.session.execute(update(Commenter).where(Commenter.id == number).values(erased_at=None, created_at=_other_day()))
    db.session.commit()
    assert erase_again() == 0, "in another database the number is somebody else's"


def test_the_owner_erases_by_the_command_line(reader: Reader) -> None:
    runner = reader.cast.app.test_cli_runner()
    assert runner.invoke(args=["commenters", "erase", "nobody@example.org", "--yes"]).exit_code == 1
    assert "Erased." in runner.invoke(args=["commenters", "erase", TOVE.upper(), "--yes"]).output
    assert words_of(reader.one) == ""
    page = reader.cast.browser(reader.cast.ines).get("/moderation/audit").text
    assert "The reader, or the command line" in page


def test_unproven_addresses_lead_to_no_words(cast: Cast, outbox: Outgoing, client: FlaskClient) -> None:
    """Somebody typed the address of another person: that one may have it forgotten, and reads nothing."""
    begin_write()
    give_email(cast.joao, TOVE, current_keys())
    db.session.commit()
    cast.says(cast.joao, WORDS, name="Joao")
    client.post("/privacy/yours", data={"email": TOVE})
    for number in outbox.take("notifications.deliver"):
        deliver(int(number))
    folder = current_settings().data_dir
    body = read_mail(folder, list_mail(folder)[0].name).body
    page = client.post(re.findall(r"/yours/\S+", body)[0])
    assert "never confirmed" in page.text
    assert WORDS not in page.text
    assert "Old maps" not in page.text
    assert WORDS not in client.post("/privacy/yours/file", data={"ticket": ticket_in(page)}).text
    client.post("/privacy/yours/removal", data={"ticket": ticket_in(page), "word": "delete"})
    assert db.session.get_one(Commenter, cast.joao.id).email_lookup is None
    assert same_person(db.session.get_one(Commenter, cast.joao.id)) == [cast.joao.id]
    assert WORDS in client.get("/articles/old-maps").text


def ticket_in(answer: TestResponse) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def words_of(comment: Comment | int) -> str:
    number = comment if isinstance(comment, int) else comment.id
    db.session.rollback()
    return "".join(db.session.scalars(select(Revision.source).where(Revision.comment_id == number)))


def database() -> str:
    """Return everything that stands in the database, decrypted as far as it can be read."""
    keys, lines = current_keys(), []
    for name in Base.metadata.tables:
        for row in db.session.execute(text(f"SELECT * FROM {name}")):
            lines.append(str(row))
            for value in row:
                if isinstance(value, str) and value.startswith("gAAAA"):
                    lines.append(keys.decrypt(value))
    db.session.rollback()
    return "\n".join(lines)


def _other_day() -> datetime:
    return START.replace(year=2020)
