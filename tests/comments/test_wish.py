"""Wish: who writes of abuse that goes on is asked whether it is shown, and nothing is shown against their no."""

import re

import pytest

from service.comments.actions import edit, set_status
from service.comments.models import Comment, Status, Wish
from service.comments.queries import answers_to
from service.comments.status import Actor
from service.comments.wishes import tell_wish, wishes_on
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.moderation.actions import decide, reply
from service.moderation.models import Act
from service.triage.levels import Level
from tests.cast import CALM, LOW, Cast, screen, token_in, version_in
from tests.comments.test_edit import WINDOW
from tests.reader.test_letter import found, my_path

pytestmark = pytest.mark.db
QUESTION = "Should your comment be shown?"
ABUSE = found(Level.URGENT, "abuse")


def of_abuse(cast: Cast, family: str = "abuse", audience: str = "everyone") -> Comment:
    return cast.says(cast.tove, LOW, read_as=found(Level.URGENT, family), audience=audience)


def says(comment: Comment, wish: Wish) -> None:
    begin_write()
    tell_wish(comment, wish)
    db.session.commit()


@pytest.mark.parametrize(
    ("family", "audience", "asked"),
    [
        ("abuse", "everyone", True),
        ("child_risk", "everyone", True),
        ("passive", "everyone", False),
        ("abuse", "author", False),
    ],
)
def test_only_who_is_endangered_by_being_read_is_asked(cast: Cast, family: str, audience: str, asked: bool) -> None:
    comment = of_abuse(cast, family, audience)
    assert comment.wish is (Wish.OPEN if asked else Wish.NOT_ASKED)
    assert comment.awaits_wish == asked
    assert (QUESTION in cast.browser().get(my_path(comment)).text) == asked


def test_the_writer_answers_without_a_script_and_can_change_it_while_it_is_open(cast: Cast) -> None:
    comment, browser = of_abuse(cast), cast.browser()
    mine = my_path(comment)
    for wish, words in (("keep", "You said no."), ("show", "You said yes."), ("open", "You choose."), ("keep", "no.")):
        answer = browser.post(f"{mine}/wishes", data={"wish": wish})
        assert (answer.status_code, answer.location) == (303, f"{mine}#wish")
        assert words in browser.get(mine).text
    db.session.refresh(comment)
    assert comment.wish is Wish.KEEP
    assert [row.wish for row in wishes_on(comment)] == [Wish.OPEN, Wish.KEEP, Wish.SHOW, Wish.OPEN, Wish.KEEP]
    assert browser.post(f"{mine}/wishes", data={"wish": "waived"}).status_code == 422
    assert browser.post(f"{mine}x/wishes", data={"wish": "show"}).status_code == 404


def test_the_same_answer_twice_is_once(cast: Cast) -> None:
    comment = of_abuse(cast)
    says(comment, Wish.KEEP)
    version = comment.version
    says(comment, Wish.KEEP)
    assert comment.version == version
    assert len(wishes_on(comment)) == 2


@pytest.mark.parametrize("wish", [Wish.KEEP, Wish.OPEN])
@pytest.mark.parametrize("act", [Act.APPROVE, Act.RESTORE])
def test_nothing_shows_it_against_a_no_or_before_an_answer(cast: Cast, wish: Wish, act: Act) -> None:
    comment = of_abuse(cast)
    says(comment, wish)
    begin_write()
    with pytest.raises(Conflict, match="does not want it shown" if wish is Wish.KEEP else "has not answered yet"):
        decide(cast.ana, comment, act, version=comment.version)
    db.session.rollback()
    for actor in (Actor.STAFF, Actor.MACHINE):
        begin_write()
        with pytest.raises(Conflict):
            set_status(comment, actor, Status.PUBLISHED)
        db.session.rollback()
    assert not comment.shown
    assert cast.article.comment_count == 0


def test_a_yes_leaves_the_decision_to_staff(cast: Cast) -> None:
    comment = of_abuse(cast)
    says(comment, Wish.SHOW)
    assert not comment.shown
    begin_write()
    decide(cast.ana, comment, Act.APPROVE, version=comment.version)
    db.session.commit()
    assert comment.shown
    assert QUESTION not in cast.browser().get(my_path(comment)).text
    begin_write()
    with pytest.raises(Conflict, match="decided meanwhile"):
        tell_wish(comment, Wish.KEEP)
    db.session.rollback()


@pytest.mark.parametrize(("wish", "status"), [(Wish.KEEP, Status.HIDDEN), (Wish.OPEN, Status.PENDING)])
def test_an_answer_goes_to_the_writer_alone_until_they_have_said_yes(cast: Cast, wish: Wish, status: Status) -> None:
    comment = of_abuse(cast)
    says(comment, wish)
    begin_write()
    reply(cast.mara, comment, "I read this, and I believe you.", version=comment.version)
    db.session.commit()
    assert comment.status is status
    assert [answer.audience.value for answer in answers_to(comment)] == ["writer"]
    assert "believe you" not in cast.browser().get("/articles/old-maps").text
    page = cast.browser().get(my_path(comment)).text
    assert "believe you" in page
    assert (QUESTION in page) == (wish is Wish.OPEN)


def test_who_looks_at_it_learns_that_the_writer_has_said_something_since(cast: Cast) -> None:
    comment = of_abuse(cast)
    version = comment.version
    says(comment, Wish.KEEP)
    begin_write()
    with pytest.raises(Conflict, match="just said whether it may be shown"):
        reply(cast.mara, comment, "Thank you.", version=version)
    db.session.rollback()


def test_staff_go_on_without_an_answer_only_in_a_step_of_its_own_and_for_a_reason(cast: Cast) -> None:
    comment, ana = of_abuse(cast), cast.browser(cast.ana)
    item = f"/moderation/comments/{comment.id}"
    page = ana.get(item)
    assert "has not said yet whether it may be shown" in page.text
    assert 'value="approve"' not in page.text
    assert "You are writing to <bdi>Tove</bdi> alone." in page.text
    assert "A public answer can be written when <bdi>Tove</bdi> wants the comment shown." in page.text
    assert "It can’t be published yet: <bdi>Tove</bdi> is asked first." in page.text
    assert "Publishing is not answering" not in page.text
    form = {"csrf_token": token_in(page), "version": version_in(page), "why_waived": " "}
    refused = ana.post(f"{item}/waivers", data=form)
    assert refused.status_code == 422
    assert "Please say in a few words" in refused.text
    assert ana.post(f"{item}/waivers", data={**form, "why_waived": "It is about a film."}).status_code == 303
    page = ana.get(item)
    assert "It is about a film." in page.text
    assert 'value="approve"' in page.text
    stale = ana.post(f"{item}/waivers", data={**form, "why_waived": "Once more."})
    assert stale.status_code == 409
    done = ana.post(
        f"{item}/decisions", data={"csrf_token": form["csrf_token"], "version": version_in(page), "act": "approve"}
    )
    assert done.status_code == 303
    db.session.refresh(comment)
    assert comment.shown


def test_a_no_cannot_be_waived_and_outranks_a_waiver(cast: Cast) -> None:
    comment, ana = of_abuse(cast), cast.browser(cast.ana)
    item = f"/moderation/comments/{comment.id}"
    page = ana.get(item)
    form = {"csrf_token": token_in(page), "version": version_in(page), "why_waived": "A film."}
    assert ana.post(f"{item}/waivers", data=form).status_code == 303
    assert QUESTION in cast.browser().get(my_path(comment)).text
    assert cast.browser().post(f"{my_path(comment)}/wishes", data={"wish": "keep"}).status_code == 303
    page = ana.get(item)
    assert "does not want it shown" in page.text
    assert "/waivers" not in page.text
    answer = ana.post(f"{item}/waivers", data={**form, "version": version_in(page)})
    assert answer.status_code == 409
    assert "does not want it shown" in answer.text
    db.session.refresh(comment)
    assert comment.wish is Wish.KEEP


def test_new_words_are_asked_about_anew_but_a_no_stays(cast: Cast) -> None:
    for wish, after in ((Wish.SHOW, Wish.OPEN), (Wish.KEEP, Wish.KEEP)):
        comment = of_abuse(cast)
        says(comment, wish)
        begin_write()
        edit(comment, f"Other words, {wish}.", WINDOW)
        db.session.commit()
        screen(comment, ABUSE)
        assert comment.wish is after
        assert comment.awaits_wish


def test_harmless_new_words_drop_the_question_but_show_nothing_against_a_no(cast: Cast) -> None:
    for wish, shown in ((Wish.OPEN, True), (Wish.KEEP, False)):
        comment = of_abuse(cast)
        says(comment, wish)
        begin_write()
        edit(comment, f"{CALM} {wish}", WINDOW)
        db.session.commit()
        screen(comment)
        assert comment.shown == shown
        assert comment.awaits_wish != shown


def test_no_to_new_words_leaves_the_earlier_ones_where_they_are(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    edit(comment, LOW, WINDOW)
    db.session.commit()
    screen(comment, ABUSE)
    says(comment, Wish.KEEP)
    begin_write()
    with pytest.raises(Conflict):
        decide(cast.ana, comment, Act.APPROVE, version=comment.version)
    db.session.rollback()
    assert comment.shown
    assert comment.public is not comment.latest
    page = cast.browser().get(my_path(comment)).text
    assert "As you asked, we do not show the new ones." in page


def test_nobody_else_learns_of_question_or_answer(cast: Cast) -> None:
    comment = of_abuse(cast)
    says(comment, Wish.KEEP)
    stranger = cast.browser()
    for path in ("/", "/articles/old-maps", "/help", f"/comments/{comment.id}"):
        assert re.search(r"wish|should your comment|does not want", stranger.get(path).text, re.IGNORECASE) is None


def test_what_is_sent_must_be_one_of_the_answers(cast: Cast) -> None:
    comment = of_abuse(cast)
    begin_write()
    with pytest.raises(Invalid):
        tell_wish(comment, "")
    db.session.rollback()
