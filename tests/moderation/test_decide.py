"""Decide: every act on every status, never on what has changed since, and always with a record."""

import pytest

from service.accounts.models import User
from service.comments.actions import edit, hold, withdraw
from service.comments.models import Comment, Status
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.core.reasons import REASON_LIMIT
from service.moderation.actions import decide, reply
from service.moderation.models import Act, Decision
from service.moderation.queries import decisions_on
from tests.cast import CALM, CRISIS, LOW, Cast, screen
from tests.comments.test_edit import WINDOW

pytestmark = pytest.mark.db
PENDING, PUBLISHED, HIDDEN, SPAM, WITHDRAWN = Status

AFTER = {
    (Act.APPROVE, PENDING): PUBLISHED,
    (Act.APPROVE, HIDDEN): PUBLISHED,
    (Act.APPROVE, SPAM): PUBLISHED,
    (Act.RESTORE, PENDING): PUBLISHED,
    (Act.RESTORE, HIDDEN): PUBLISHED,
    (Act.RESTORE, SPAM): PUBLISHED,
    (Act.HIDE, PENDING): HIDDEN,
    (Act.HIDE, PUBLISHED): HIDDEN,
    (Act.HIDE, SPAM): HIDDEN,
    (Act.SPAM, PENDING): SPAM,
    (Act.SPAM, PUBLISHED): SPAM,
    (Act.SPAM, HIDDEN): SPAM,
}


@pytest.mark.parametrize("before", Status)
def test_what_each_act_makes_of_each_status(cast: Cast, before: Status) -> None:
    ana = cast.ana
    for act in (Act.APPROVE, Act.RESTORE, Act.HIDE, Act.SPAM):
        comment = brought_to(cast, before)
        assert comment.status is before
        shown = cast.article.comment_count
        begin_write()
        if (act, before) in AFTER:
            decision = decide(ana, comment, act, version=comment.version, reason="a reason")
            db.session.commit()
            assert comment.status is AFTER[act, before]
            assert (decision.status_before, decision.status_after) == (before, comment.status)
            assert comment.held_at is None
            assert comment.shown == (comment.status is PUBLISHED)
            assert cast.article.comment_count - shown == (comment.status is PUBLISHED) - (before is PUBLISHED)
        else:
            with pytest.raises(Conflict):
                decide(ana, comment, act, version=comment.version, reason="a reason")
            db.session.rollback()
            assert comment.status is before
            assert decisions_by(ana, comment, act) == []


def test_approving_an_edit_makes_the_new_words_public(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    edit(comment, CRISIS, window=WINDOW)
    db.session.commit()
    screen(comment)
    assert comment.public is not comment.latest
    begin_write()
    decide(ana, comment, Act.APPROVE, version=comment.version)
    db.session.commit()
    assert comment.public is comment.latest
    assert comment.held_at is None
    assert cast.article.comment_count == 1


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act.APPROVE, "Ines Varga has published this comment."),
        (Act.RESTORE, "Ines Varga has published this comment again."),
        (Act.HIDE, "Ines Varga has kept this comment private."),
        (Act.SPAM, "Ines Varga has filed this comment as spam."),
        (Act.REPLY, "Ines Varga has answered this comment."),
        (Act.DISMISS, "Ines Varga has found that no answer is needed."),
    ],
)
def test_a_late_act_is_refused_with_the_name_of_who_was_first(cast: Cast, act: Act, words: str) -> None:
    comment, ana, ines = cast.says(cast.tove, CRISIS), cast.ana, cast.ines
    seen = comment.version
    begin_write()
    if act is Act.REPLY:
        reply(ines, comment, "I read this.", version=seen)
    else:
        decide(ines, comment, act, version=seen, reason="a reason")
    db.session.commit()
    before = comment.status
    for late in (Act.HIDE, Act.APPROVE, Act.SPAM, Act.DISMISS):
        begin_write()
        with pytest.raises(Conflict) as refused:
            decide(ana, comment, late, version=seen, reason="a reason")
        db.session.rollback()
        assert str(refused.value) == words
    begin_write()
    with pytest.raises(Conflict, match="Ines Varga"):
        reply(ana, comment, "I was about to.", version=seen)
    db.session.rollback()
    assert comment.status is before
    assert [row.user.name for row in decisions_on(comment)] == ["Ines Varga"]


def test_an_act_on_words_that_were_edited_meanwhile_is_refused(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    seen = comment.version
    begin_write()
    edit(comment, "Other words.", window=WINDOW)
    db.session.commit()
    with pytest.raises(Conflict, match="changed since you opened it"):
        decide(ana, comment, Act.HIDE, version=seen, reason="a reason")


def test_an_act_on_what_was_taken_back_says_so(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    seen = comment.version
    begin_write()
    withdraw(comment)
    db.session.commit()
    with pytest.raises(Conflict, match="has taken it back"):
        decide(ana, comment, Act.HIDE, version=seen, reason="a reason")


@pytest.mark.parametrize("act", [Act.HIDE, Act.SPAM])
@pytest.mark.parametrize("reason", ["", "  \n ", "x" * (REASON_LIMIT + 1)])
def test_what_harms_needs_a_reason_that_fits(cast: Cast, act: Act, reason: str) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    with pytest.raises(Invalid) as refused:
        decide(ana, comment, act, version=comment.version, reason=reason)
    assert refused.value.field == "reason"
    assert comment.status is PUBLISHED


def test_the_reason_is_kept_trimmed(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    begin_write()
    decide(ana, comment, Act.HIDE, version=comment.version, reason=f"  {'x' * REASON_LIMIT}  ")
    db.session.commit()
    assert decisions_on(comment)[0].reason == "x" * REASON_LIMIT


def test_publishing_needs_no_reason(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    begin_write()
    assert decide(ana, comment, Act.APPROVE, version=comment.version).reason == ""
    db.session.rollback()


def test_an_act_that_is_none_of_these_is_refused(cast: Cast) -> None:
    comment, ana = cast.says(cast.tove, CALM), cast.ana
    with pytest.raises(Invalid):
        decide(ana, comment, Act.REPLY, version=comment.version, reason="a reason")


def test_the_log_keeps_who_did_what_and_what_it_changed(cast: Cast) -> None:
    comment, ana, ines = cast.says(cast.tove, LOW), cast.ana, cast.ines
    begin_write()
    decide(ana, comment, Act.HIDE, version=comment.version, reason="names a place")
    db.session.commit()
    begin_write()
    decide(ines, comment, Act.RESTORE, version=comment.version)
    db.session.commit()
    log = [
        (row.user.name, row.act.value, row.status_before, row.status_after, row.reason) for row in decisions_on(comment)
    ]
    assert log == [
        ("Ana Brandt", "hide", PUBLISHED, HIDDEN, "names a place"),
        ("Ines Varga", "restore", HIDDEN, PUBLISHED, ""),
    ]
    assert [row.comment_version for row in decisions_on(comment)] == [comment.version - 1, comment.version]


def brought_to(cast: Cast, status: Status) -> Comment:
    """Return a new comment that stands at a status."""
    comment, ana = cast.says(cast.tove, CALM, screened=status is not PENDING), cast.ana
    begin_write()
    if status is PENDING:
        hold(comment, "read first")
    elif status is WITHDRAWN:
        withdraw(comment)
    elif status is not PUBLISHED:
        decide(ana, comment, Act.HIDE if status is HIDDEN else Act.SPAM, version=comment.version, reason="before")
        db.session.query(Decision).filter_by(comment_id=comment.id).delete()
    db.session.commit()
    return comment


def decisions_by(user: User, comment: Comment, act: Act) -> list[Decision]:
    return [row for row in decisions_on(comment) if row.user_id == user.id and row.act is act]
