"""What is kept for how long, with a moved clock: table by table, and never anything of a case that is open."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from service.accounts.actions import begin_session, give_email
from service.accounts.addresses import ask_to_confirm
from service.accounts.models import Commenter, User
from service.archive.retention.actions import is_due, last_run
from service.archive.retention.commands import run
from service.archive.retention.models import RetentionRun
from service.care.actions import dismiss, taken_back
from service.care.models import Case, CaseEventRow
from service.care.queries import case_of
from service.comments.actions import withdraw
from service.comments.models import Comment, Revision, Status
from service.config import current_keys, current_settings
from service.core import audit, clock
from service.core.db import Base, begin_write, db
from service.core.errors import Conflict
from service.doctor.findings import State
from service.doctor.people import check_retention
from service.moderation.actions import decide
from service.moderation.calibration.models import DeclinedSuggestion
from service.moderation.calibration.models import Kind as Suggested
from service.moderation.models import Act, Decision, Note
from service.moderation.notes import add_note
from service.moderation.reports.actions import report
from service.moderation.reports.models import Report
from service.moderation.undoing import undo
from service.notifications.actions import notify
from service.notifications.attempts import lease
from service.notifications.mailbox import write_mail
from service.notifications.models import Channel, Delivery, Kind, Notification
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.models import Scan
from tests.cast import CALM, CRISIS, Cast
from tests.conftest import Clock

SECRET_WORDS = "The brass lamp in the harbour office"
GO_BY_THEMSELVES = {"heartbeats", "leases", "rates", "day_keys", "alarms", "retention_runs", "articles", "sites"}


class Stage:
    """A site on which something of each kind has happened on the same morning."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.moderator = cast, cast.ana  # she is there before anything happens
        said = f"{CALM} {SECRET_WORDS}"
        self.public = cast.says(cast.joao, said)
        self.hidden, self.spam = cast.says(cast.reader(), said), cast.says(cast.reader(), f"{said}!")
        self.withdrawn = cast.says(cast.reader(), said)
        self.worried, self.troll = cast.says(cast.tove, CRISIS), cast.reader()
        self.beside = cast.says(self.troll, f"Get over it. {SECRET_WORDS}", to=self.hidden)
        self.closed = cast.says(cast.reader(), CRISIS)
        self.hide(self.hidden, Act.HIDE)
        self.hide(self.spam, Act.SPAM)
        begin_write()
        add_note(cast.ana, self.get(self.hidden), f"A note. {SECRET_WORDS}", days=365)
        withdraw(self.get(self.withdrawn))
        taken_back(self.get(self.withdrawn))
        db.session.commit()
        self.close(self.closed)

    def get(self, comment: Comment) -> Comment:
        return db.session.get_one(Comment, comment.id)

    def hide(self, comment: Comment, act: Act) -> None:
        begin_write()
        decide(self.cast.ana, self.get(comment), act, version=self.get(comment).version, reason=SECRET_WORDS)
        db.session.commit()

    def close(self, comment: Comment) -> None:
        begin_write()
        add_note(self.cast.ana, self.get(comment), "Called their sister.", about_person=True, days=365)
        case = case_of(self.get(comment))
        assert case is not None
        dismiss(case, self.cast.ana, "Said that it was a line of a song.")
        db.session.commit()

    def words_of(self, comment: Comment) -> str:
        query = select(Revision.source).where(Revision.comment_id == comment.id)
        return "".join(db.session.scalars(query))


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(cast)


def everything() -> dict[str, list[Any]]:
    """Return all rows, table by table, but those that come and go by themselves."""
    names = sorted(set(Base.metadata.tables) - GO_BY_THEMSELVES)
    found = {name: sorted(map(str, db.session.execute(text(f"SELECT * FROM {name}")))) for name in names}
    db.session.rollback()
    return found


def changed(before: dict[str, list[Any]]) -> set[str]:
    return {name for name, rows in everything().items() if rows != before[name]}


@pytest.mark.db
def test_two_weeks_delete_what_was_taken_back_and_marks_alone(stage: Stage, still_clock: Clock) -> None:
    begin_write()
    run()
    before = everything()
    for _night in range(14):
        still_clock.move(days=1)
        run()
    assert changed(before) <= {"sessions"}, "nothing is over after two weeks"
    assert stage.words_of(stage.withdrawn) == ""
    assert SECRET_WORDS in stage.words_of(stage.hidden)
    assert db.session.scalar(select(Comment.id).where(Comment.repeat_key.is_not(None))) is None


@pytest.mark.db
def test_thirty_days_after_the_decision_the_words_are_gone_everywhere(stage: Stage, still_clock: Clock) -> None:
    still_clock.move(days=29, hours=23)
    run()
    assert SECRET_WORDS in stage.words_of(stage.hidden)
    still_clock.move(hours=1)
    counts = run()
    assert counts["removed comments"] == 2
    for comment in (stage.hidden, stage.spam):
        assert stage.words_of(comment) == ""
        assert (stage.get(comment).name, stage.get(comment).purged_at) == ("", clock.now())
        assert stage.get(comment).status in (Status.HIDDEN, Status.SPAM)
    rows = everything()
    left = {name for name, lines in rows.items() if any(SECRET_WORDS in line for line in lines)}
    assert left == {"revisions"}, "the words of what is public, and of who stands beside"
    decisions = db.session.scalars(select(Decision).where(Decision.comment_id == stage.hidden.id)).all()
    assert {(decision.act, decision.reason) for decision in decisions} == {(Act.HIDE, ""), (Act.NOTE, "")}
    assert SECRET_WORDS in stage.words_of(stage.public)
    assert SECRET_WORDS in stage.words_of(stage.beside)


def test_what_is_gone_cannot_be_shown_again(stage: Stage, still_clock: Clock) -> None:
    still_clock.move(days=31)
    run()
    begin_write()
    hidden = stage.get(stage.hidden)
    with pytest.raises(Conflict, match="were deleted"):
        decide(stage.cast.ana, hidden, Act.RESTORE, version=hidden.version)
    db.session.rollback()
    begin_write()
    decision = db.session.scalars(select(Decision).where(Decision.comment_id == stage.hidden.id)).first()
    assert decision is not None
    undo(stage.cast.ana, decision, window=timedelta(seconds=30))
    assert not stage.get(stage.hidden).shown
    db.session.rollback()
    for path in (f"/moderation/comments/{stage.hidden.id}", f"/moderation/people/{stage.hidden.commenter_id}"):
        assert stage.cast.browser(stage.cast.ana).get(path).status_code == 200
    for lane in ("all", "done", "spam"):
        assert stage.cast.browser(stage.cast.ana).get(f"/moderation?lane={lane}").status_code == 200
    assert "Somebody" not in stage.cast.browser().get("/articles/old-maps").text


@pytest.mark.db
def test_nothing_of_an_open_case_is_touched_in_thirteen_months(stage: Stage, still_clock: Clock) -> None:
    """Tove waits all that time; what she wrote elsewhere, and who attacked her in her conversation, stays too."""
    cast = stage.cast
    attack = cast.says(stage.troll, f"Nobody wants you here. {SECRET_WORDS}", to=stage.worried)
    other = cast.says(cast.tove, f"I was here before. {SECRET_WORDS}")
    for comment in (attack, other):
        stage.hide(comment, Act.HIDE)
    begin_write()
    add_note(cast.ana, stage.get(stage.worried), "Waits for us.", days=365)
    case = case_of(stage.get(stage.worried))
    assert case is not None
    withdraw(stage.get(stage.worried))
    taken_back(stage.get(stage.worried))
    db.session.commit()
    kept = of_case(case.id, (stage.worried.id, attack.id, other.id))
    for _month in range(13):
        still_clock.move(days=30.5)
        run()
    assert of_case(case.id, (stage.worried.id, attack.id, other.id)) == kept
    begin_write()
    dismiss(db.session.get_one(Case, case.id), cast.ana, "Reached in another way.")
    db.session.commit()
    run()
    assert {stage.words_of(comment) for comment in (stage.worried, attack, other)} == {""}


@pytest.mark.db
def test_closed_cases_keep_times_and_levels_and_nothing_else(stage: Stage, still_clock: Clock) -> None:
    case = case_of(stage.get(stage.closed))
    assert case is not None
    still_clock.move(days=89)
    run()
    assert db.session.scalar(select(CaseEventRow.id).where(CaseEventRow.reason.like("%song%"))) is not None
    assert db.session.scalar(select(Note.id).where(Note.commenter_id == case.commenter_id)) is not None
    still_clock.move(days=1)
    run()
    events = db.session.scalars(select(CaseEventRow).where(CaseEventRow.case_id == case.id)).all()
    assert {event.event.value for event in events} == {"opened", "dismissed"}
    assert {event.level for event in events} == {Level.CRISIS}
    assert {(event.reason, event.user_id, event.comment_id) for event in events} == {("", None, None)}
    assert db.session.scalar(select(Note.id).where(Note.commenter_id == case.commenter_id)) is None
    assert stage.words_of(stage.closed) != "", "what is not removed stays"
    page = stage.cast.browser(stage.cast.ana).get(f"/moderation/comments/{stage.closed.id}")
    assert page.status_code == 200


@pytest.mark.db
def test_messages_reports_addresses_sessions_and_the_log(stage: Stage, still_clock: Clock, tmp_path: Path) -> None:
    from service.notifications.mail import Sender, Words, build

    cast, sender = stage.cast, Sender("Attune", "attune@localhost", "http://localhost:8000")
    begin_write()
    notify(cast.site_id, "gap:1", [cast.ana.id], kind=Kind.GAP, path="/moderation/team")
    mails = select(Notification.id).where(Notification.cause == "gap:1", Notification.channel == Channel.EMAIL)
    leased = lease(db.session.scalars(mails).one())
    assert leased is not None
    db.session.execute(text("UPDATE notifications SET state = 'sent', read_at = created_at WHERE cause = 'gap:1'"))
    audit.note(cast.site_id, cast.ana.id, audit.Deed.LOOKED, "person", 1)
    begin_session(db.session.get_one(User, cast.ana.id))
    joao = db.session.get_one(Commenter, cast.joao.id)
    give_email(joao, "joao@example.org", current_keys())
    ask_to_confirm(joao, current_keys())
    write_mail(
        current_settings().data_dir, build("1", "ana@example.org", sender, clock.now(), Words("A", "B", "C")), "0" * 16
    )
    db.session.commit()
    still_clock.move(days=29)
    run()
    assert db.session.scalar(select(Delivery.id)) is not None
    assert db.session.get_one(Commenter, joao.id).email_lookup is not None
    assert list((current_settings().data_dir / "mail").iterdir())
    still_clock.move(days=1, seconds=1)
    counts = run()
    assert db.session.scalar(select(Notification.id).where(Notification.cause == "gap:1")) is None
    assert db.session.get_one(Commenter, joao.id).email_encrypted is None
    assert list((current_settings().data_dir / "mail").iterdir()) == []
    assert (counts["mail in files"], counts["unconfirmed addresses"]) == (1, 1)
    assert len(audit.lines(cast.site_id)) == 1
    still_clock.move(days=335)
    run()
    assert audit.lines(cast.site_id) == []


def test_words_that_were_put_away_go_after_a_year_and_keys_of_phrases_stay(stage: Stage, still_clock: Clock) -> None:
    mine = {"site_id": stage.cast.site_id, "user_id": stage.cast.ana.id}
    for kind, subject in ((Suggested.MISSED, "brass lamp"), (Suggested.WRONG, "en/despair/lamp")):
        db.session.add(DeclinedSuggestion(**mine, kind=kind, subject=subject))
    db.session.commit()
    subjects = select(DeclinedSuggestion.subject).order_by(DeclinedSuggestion.id)
    still_clock.move(days=364)
    run()
    assert db.session.scalars(subjects).all() == ["brass lamp", "en/despair/lamp"]
    still_clock.move(days=1)
    run()
    assert db.session.scalars(subjects).all() == ["en/despair/lamp"]


def test_words_of_reports_go_once_they_are_dealt_with(stage: Stage, still_clock: Clock) -> None:
    begin_write()
    report(stage.get(stage.public), "other", SECRET_WORDS, "somebody")
    db.session.commit()
    still_clock.move(days=365)
    run()
    assert db.session.scalars(select(Report)).one().words == SECRET_WORDS, "nobody has read it yet"
    stage.hide(stage.public, Act.SETTLE)
    still_clock.move(days=90)
    run()
    assert db.session.scalars(select(Report)).one().words == ""


@pytest.mark.db
def test_a_dry_run_says_what_a_run_then_does_and_twice_is_once(stage: Stage, still_clock: Clock) -> None:
    still_clock.move(days=400)
    before, runner = everything(), stage.cast.app.test_cli_runner()
    said = runner.invoke(args=["retention", "run", "--dry-run"]).output
    assert changed(before) == set()
    done = runner.invoke(args=["retention", "run"]).output
    assert counts_in(done) == counts_in(said)
    after = everything()
    assert set(counts_in(runner.invoke(args=["retention", "run"]).output).values()) == {0}
    assert changed(after) == set()


def test_it_is_done_once_a_night_by_the_sites_clock(cast: Cast, still_clock: Clock) -> None:
    site = current_site()
    still_clock.move(hours=17)  # 2 in the morning
    assert not is_due(site, clock.now())
    still_clock.move(hours=1)
    assert is_due(site, clock.now())
    assert check_retention(site, clock.now()).state is State.OK
    run()
    assert not is_due(current_site(), clock.now())
    run()
    assert len(db.session.scalars(select(RetentionRun)).all()) == 1
    still_clock.move(days=1)
    assert is_due(current_site(), clock.now())
    still_clock.move(days=2)
    assert check_retention(current_site(), clock.now()).state is State.BAD
    run()
    last = last_run(cast.site_id)
    assert last is not None
    assert last.day == clock.now().date()


def test_the_owner_sets_the_periods(stage: Stage, still_clock: Clock) -> None:
    runner = stage.cast.app.test_cli_runner()
    assert "14 days after the decision" in runner.invoke(args=["retention", "set", "--removed", "14"]).output
    assert runner.invoke(args=["retention", "set", "--audit", "0"]).exit_code == 1
    assert "off the page are deleted 14 days after" in stage.cast.browser().get("/privacy").text
    still_clock.move(days=14)
    run()
    assert stage.words_of(stage.hidden) == ""


def test_every_table_is_told_of_in_the_page_about_privacy() -> None:
    page = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text()
    untold = [name for name in Base.metadata.tables if f"`{name}`" not in page]
    assert untold == [], "say in docs/privacy.md what of a person is in it, who sees it, and until when"


def of_case(case_id: int, comments: tuple[int, ...]) -> list[list[str]]:
    """Return every row about a case and these comments."""
    about: list[Callable[[], Any]] = [
        lambda: select(Case.__table__).where(Case.id == case_id),
        lambda: select(CaseEventRow.__table__).where(CaseEventRow.case_id == case_id),
        lambda: select(Revision.__table__).where(Revision.comment_id.in_(comments)),
        lambda: select(Scan.__table__).where(Scan.comment_id.in_(comments)),
        lambda: select(Decision.__table__).where(Decision.comment_id.in_(comments)),
        lambda: select(Notification.__table__).where(Notification.cause.like(f"case:{case_id}:%")),
        lambda: select(Comment.id, Comment.name, Comment.status, Comment.purged_at).where(Comment.id.in_(comments)),
        lambda: select(Note.__table__).where(Note.comment_id.in_(comments)),
    ]
    found = [sorted(map(str, db.session.execute(query()))) for query in about]
    assert all(found)
    db.session.rollback()
    return found


def counts_in(output: str) -> dict[str, int]:
    lines = [line.split(maxsplit=1) for line in output.splitlines()]
    return {name: int(number) for number, name in lines}
