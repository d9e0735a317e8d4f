"""Import a page: public as it was, once however often, screened silently, and a case only where somebody waits."""

import contextvars
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from service.accounts.models import Commenter, User
from service.articles.actions import set_mode
from service.articles.models import Article, Mode
from service.care.models import Case
from service.care.queries import case_of
from service.comments.models import Comment, Revision, Screening, Status, Voice
from service.core.db import begin_write, db
from service.core.text import HARD_LIMIT, NAME_LIMIT
from service.notifications.models import Notification
from tests.archive.page_text import DAY, PAGES, Said, page_text
from tests.cast import CRISIS, LOW, Cast, screen
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db
LETTER = PAGES / "letter.txt"


@pytest.fixture
def bring_in(app: Flask, tmp_path: Path) -> Callable[..., Result]:
    """Runs `flask import page` on a file, or on a page with these comments."""

    def run(what: Path | list[Said], *options: str) -> Result:
        file = what if isinstance(what, Path) else tmp_path / "page.txt"
        if not isinstance(what, Path):
            file.write_text(page_text(what), encoding="utf-8")
        runner = app.test_cli_runner()
        result: Result = contextvars.Context().run(runner.invoke, args=["import", "page", str(file), *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        db.session.rollback()
        return result

    return run


def test_a_page_becomes_an_article_with_its_thread(
    cast: Cast, bring_in: Callable[..., Result], outbox: Outgoing
) -> None:
    done = bring_in(LETTER)
    assert done.exit_code == 0, done.output
    address = "http://localhost:8000/articles/small-steps-home-learning-to-trust-after-a-hard-beginning"
    assert done.output.splitlines()[-1] == address
    article = db.session.query(Article).one()
    assert (article.author_name, article.author_id, article.mode) == ("Dr. Mirela Novak", None, Mode.KNOWN)
    assert article.published_at == datetime(2019, 2, 20, tzinfo=UTC)
    assert article.modified_at == datetime(2019, 3, 2, 9, 15, tzinfo=UTC)
    assert article.comment_count == 4
    rosa, first, jun, second = comments()
    assert [comment.voice for comment in comments()] == [Voice.READER, Voice.AUTHOR, Voice.READER, Voice.AUTHOR]
    assert (first.parent_id, second.parent_id) == (rosa.id, jun.id)
    assert rosa.created_at == datetime(2019, 2, 21, 0, 5, tzinfo=UTC)
    assert sorted(outbox.take("moderation.screen")) == sorted([rosa.id, jun.id])
    page = cast.browser().get(address.removeprefix("http://localhost:8000")).text
    assert [f'id="comment-{comment.id}"' in page for comment in comments()] == [True] * 4
    assert "My wife wakes up shouting and I have nobody to ask. 2 years now." in page


def test_twice_is_the_same_as_once(cast: Cast, bring_in: Callable[..., Result], outbox: Outgoing) -> None:
    bring_in(LETTER)
    before = snapshot()
    outbox.take("moderation.screen")
    again = bring_in(LETTER)
    assert "an article that is here already, 0 new comments, 4 that are here already." in again.output
    assert snapshot() == before
    assert outbox.take("moderation.screen") == []
    assert "0 new comments" in bring_in(LETTER, "--timezone", "Asia/Tokyo").output
    assert snapshot() == before


def test_a_later_copy_adds_what_is_new_and_leaves_what_staff_decided(
    cast: Cast, bring_in: Callable[..., Result]
) -> None:
    ann = Said("Ann", DAY, ["First."])
    bring_in([ann])
    [first] = comments()
    begin_write()
    first.status = Status.HIDDEN
    set_mode(first.article, Mode.OPEN)
    db.session.commit()
    ann.answers.append(Said("Bo", DAY + timedelta(days=1), ["An answer."]))
    later = bring_in([ann, Said("Cy", DAY + timedelta(days=2), ["Another."])])
    assert "2 new comments, 1 that are here already" in later.output
    kept, answer, another = comments()
    assert (kept.status, kept.article.mode) == (Status.HIDDEN, Mode.OPEN)
    assert (answer.parent_id, another.parent_id) == (first.id, None)
    assert db.session.query(Article).count() == 1


def test_a_dry_run_says_everything_and_changes_nothing(
    cast: Cast, bring_in: Callable[..., Result], outbox: Outgoing
) -> None:
    before = snapshot()
    done = bring_in(LETTER, "--dry-run")
    assert done.exit_code == 0
    for words in ("Small Steps Home", "Dr. Mirela Novak", "2019-02-20", "Rosa Feld", "Jun", "1 new article, 4 new"):
        assert words in done.output
    assert "nothing was changed" in done.output
    assert snapshot() == before
    assert outbox.take("moderation.screen") == []


@pytest.mark.parametrize("mode", Mode)
def test_what_was_public_stays_public_whatever_the_mode(
    cast: Cast, bring_in: Callable[..., Result], mode: Mode, still_clock: Clock
) -> None:
    bring_in([Said("Ann", recent(still_clock, days=2), [CRISIS]), Said("Bo", recent(still_clock, days=1), ["Calm."])])
    begin_write()
    set_mode(db.session.query(Article).one(), mode)
    db.session.commit()
    for comment in comments():
        assert comment.shown
        screen(comment)
        assert comment.shown
        assert comment.held_at is None
        assert comment.latest.screening is Screening.DONE
    assert db.session.query(Article).one().comment_count == 2


def test_a_closed_page_is_a_closed_article(cast: Cast, bring_in: Callable[..., Result]) -> None:
    bring_in(PAGES / "says.txt")
    assert db.session.query(Article).one().mode is Mode.CLOSED
    assert all(comment.shown for comment in comments())


def test_somebody_who_waits_has_a_case_and_nobody_is_alarmed(
    cast: Cast, bring_in: Callable[..., Result], outbox: Outgoing, still_clock: Clock
) -> None:
    assert cast.ana
    bring_in([Said("Ann", recent(still_clock, days=13), [LOW])])
    [comment] = comments()
    screen(comment)
    case = case_of(comment)
    assert case is not None
    assert case.waiting_since == comment.created_at
    assert db.session.query(Notification).count() == 0
    assert outbox.take("notifications.deliver") == []


def test_the_author_of_an_import_can_be_named_later_and_then_finds_the_case(
    cast: Cast, bring_in: Callable[..., Result], still_clock: Clock
) -> None:
    bring_in([Said("Ann", recent(still_clock, days=1), [LOW])])
    [comment] = comments()
    screen(comment)
    mara = cast.browser(cast.mara)
    assert mara.get(f"/moderation/comments/{comment.id}").status_code == 404
    begin_write()
    db.session.query(Article).one().author_id = cast.mara.id
    db.session.commit()
    assert mara.get(f"/moderation/comments/{comment.id}").status_code == 200


def test_what_is_two_weeks_old_opens_no_case(cast: Cast, bring_in: Callable[..., Result], still_clock: Clock) -> None:
    bring_in([Said("Ann", recent(still_clock, days=14), [LOW])])
    [comment] = comments()
    screen(comment)
    assert case_of(comment) is None
    assert comment.latest.screening is Screening.DONE


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ([("Ada Brook", 1)], False),
        ([("Bo", 1)], True),
        ([("Bo", 1), ("Ada Brook", 2)], False),
    ],
)
def test_what_the_author_answered_is_answered(
    cast: Cast, bring_in: Callable[..., Result], still_clock: Clock, answers: list[tuple[str, int]], waits: bool
) -> None:
    asked = recent(still_clock, days=5)
    said = [Said(name, asked + timedelta(days=days), [f"Words of {name}."]) for name, days in answers]
    bring_in([Said("Ann", asked, [LOW], said)])
    for comment in comments():
        screen(comment)
    assert (case_of(comments()[0]) is not None) == waits


def test_words_of_the_author_are_neither_screened_nor_a_case(
    cast: Cast, bring_in: Callable[..., Result], still_clock: Clock
) -> None:
    bring_in([Said("Ada Brook", recent(still_clock, days=1), [LOW])])
    [comment] = comments()
    assert (comment.voice, comment.commenter_id) == (Voice.AUTHOR, None)
    assert comment.latest.screening is Screening.DONE
    screen(comment)
    assert db.session.query(Case).count() == 0


def test_the_same_name_on_one_page_is_one_person(
    cast: Cast, bring_in: Callable[..., Result], still_clock: Clock
) -> None:
    moment = recent(still_clock, days=3)
    bring_in(
        [Said("Ann", moment, ["One."]), Said("Bo", moment, ["Two."]), Said("Ann", moment.replace(hour=20), ["3."])]
    )
    one, two, three = comments()
    assert one.commenter_id == three.commenter_id != two.commenter_id


def test_a_name_of_staff_was_theirs_elsewhere(cast: Cast, bring_in: Callable[..., Result]) -> None:
    assert cast.mara
    done = bring_in([Said("Mara Lindqvist", DAY, ["Words."])])
    assert done.exit_code == 0
    assert comments()[0].name == "Mara Lindqvist"


def test_another_author_can_be_named_who_needs_no_account(cast: Cast, bring_in: Callable[..., Result]) -> None:
    bring_in(LETTER, "--author", "Jun")
    article = db.session.query(Article).one()
    assert (article.author_name, article.author_id) == ("Jun", None)
    assert [comment.name for comment in comments() if comment.voice is Voice.AUTHOR] == ["Jun"]
    assert db.session.query(User).count() == 0


def test_the_times_on_the_page_are_those_of_its_time_zone(cast: Cast, bring_in: Callable[..., Result]) -> None:
    bring_in(LETTER, "--timezone", "America/New_York")
    assert comments()[0].created_at == datetime(2019, 2, 21, 5, 5, tzinfo=UTC)
    assert db.session.query(Article).one().published_at == datetime(2019, 2, 20, 5, 0, tzinfo=UTC)


def test_a_name_that_is_too_long_is_cut_and_the_words_are_kept(cast: Cast, bring_in: Callable[..., Result]) -> None:
    done = bring_in([Said("Ann " * 40, DAY, ["Words."])])
    assert done.exit_code == 0
    assert all(len(comment.name) <= NAME_LIMIT for comment in comments())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Nothing was changed."),
        (b"\x00\x01\x02\xff" * 500, "Nothing was changed."),
        (b"Just a shopping list.\n\n- bread\n- tea\n", "Nothing was changed."),
        (page_text([Said("Ann", DAY, ["x" * (HARD_LIMIT + 1)])]).encode(), "The comment by Ann"),
    ],
)
def test_what_cannot_be_read_changes_nothing(
    cast: Cast, bring_in: Callable[..., Result], tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "page.txt"
    file.write_bytes(content)
    done = bring_in(file)
    assert done.exit_code != 0
    assert words in done.output
    assert "Traceback" not in done.output
    assert snapshot() == {"articles": [], "comments": [], "revisions": [], "commenters": []}


def test_a_file_or_a_time_zone_that_is_not_there(cast: Cast, bring_in: Callable[..., Result], tmp_path: Path) -> None:
    assert "does not exist" in bring_in(tmp_path / "nowhere.txt").output
    for zone in ("Mars/Olympus", "../../etc/passwd", ""):
        done = bring_in(LETTER, "--timezone", zone)
        assert done.exit_code != 0
        assert "There is no time zone" in done.output
    assert db.session.query(Article).count() == 0


def comments() -> list[Comment]:
    return db.session.query(Comment).order_by(Comment.path).all()


def recent(still_clock: Clock, *, days: int) -> datetime:
    """Return wall time on a page so many days ago."""
    return (still_clock.moment - timedelta(days=days)).replace(tzinfo=None)


def snapshot() -> dict[str, list[object]]:
    """Return what an import could have changed."""
    db.session.rollback()
    return {
        "articles": [(it.id, it.version, it.comment_count, it.modified_at) for it in db.session.query(Article)],
        "comments": [(it.id, it.version, it.status, it.created_at) for it in db.session.query(Comment)],
        "revisions": [(it.id, it.source) for it in db.session.query(Revision)],
        "commenters": [it.id for it in db.session.query(Commenter)],
    }
