"""Mail to somebody about their own words: when it goes, when it does not, and what it never says."""

import pytest

from service.comments.actions import edit, withdraw
from service.comments.answers import want_no_answers
from service.comments.models import Comment
from service.config import current_settings
from service.core.db import begin_write, db
from service.moderation.actions import ask_to_edit
from service.moderation.models import Decision
from service.moderation.undoing import undo
from service.moderation.wording import Concern, request_in
from service.site.actions import change
from service.site.queries import current_site
from tests.cast import CALM, Cast, token_in, version_in
from tests.comments.test_edit import WINDOW
from tests.conftest import Clock
from tests.reader.test_answer_mail import asks, get, give, path_in, rows, sent

pytestmark = pytest.mark.db

WORDS = "Could you take the street out?"


def test_it_waits_for_the_undo_and_leads_to_their_page_without_a_word(cast: Cast, still_clock: Clock) -> None:
    comment = asks(cast, cast.tove)
    ask(cast, comment)
    assert sent() == []
    wait(still_clock)
    [mail] = sent()
    for word in ("street", "lamp", "Tove", "Old maps", "old-maps", "change", "Ana"):
        assert word not in mail.subject + mail.body
    assert WORDS in cast.browser().get(path_in(mail.body, "/my/")).text
    assert path_in(mail.body, "/answers/").endswith("/stop")


def test_a_masked_passage_is_told_too(cast: Cast, still_clock: Clock) -> None:
    comment = asks(cast, cast.tove)
    take_out(cast, comment)
    wait(still_clock)
    [mail] = sent()
    page = cast.browser().get(path_in(mail.body, "/my/")).text
    assert "We have taken one part out of your words" in page


def test_an_undo_takes_it_back(cast: Cast, still_clock: Clock) -> None:
    comment, ana = asks(cast, cast.tove), cast.ana
    decision = ask(cast, comment)
    begin_write()
    undo(ana, decision, window=WINDOW)
    db.session.commit()
    wait(still_clock)
    assert sent() == []


def test_two_acts_are_one_mail(cast: Cast, still_clock: Clock) -> None:
    comment = asks(cast, cast.tove)
    ask(cast, comment)
    take_out(cast, comment)
    wait(still_clock)
    assert len(sent()) == 1
    ask(cast, get(comment), "And the name?")
    wait(still_clock)
    assert len(sent()) == 1


@pytest.mark.parametrize("what", ["edited", "taken back", "stopped", "hurt"])
def test_what_happens_meanwhile_can_end_it(cast: Cast, still_clock: Clock, what: str) -> None:
    comment = asks(cast, cast.tove)
    ask(cast, comment)
    still_clock.move(seconds=1)
    if what == "hurt":
        cast.says(cast.tove, "My partner hits me every night.")
    begin_write()
    if what == "edited":
        edit(get(comment), "Thank you for this page.", window=WINDOW)
    elif what == "taken back":
        withdraw(get(comment))
    elif what == "stopped":
        want_no_answers(cast.tove.id)
    db.session.commit()
    wait(still_clock)
    assert sent() == []


@pytest.mark.parametrize("confirmed", [True, False])
def test_nothing_is_written_for_an_address_that_is_not_good_for_it(cast: Cast, confirmed: bool) -> None:
    comment = cast.says(cast.tove, CALM)
    give(cast.tove, confirmed=confirmed)
    if not confirmed:
        begin_write()
        get(comment).wants_answers = True
        db.session.commit()
    ask(cast, get(comment))
    assert rows() == []


def test_a_ready_request_is_in_the_language_of_who_reads_it(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    begin_write()
    change(current_site(), language="es")
    db.session.commit()
    ana = cast.browser(cast.ana)
    address = f"/moderation/comments/{comment.id}"
    page = ana.get(address)
    ready = request_in("es", Concern.PRIVATE)
    assert ready.startswith("Gracias")
    assert ready in page.text
    fields = {"csrf_token": token_in(page), "version": version_in(page), "act": "ask to edit"}
    refused = ana.post(f"{address}/decisions", data={**fields, "concern": "other", "message": " "})
    assert refused.status_code == 422
    assert ana.post(f"{address}/decisions", data={**fields, "concern": "private"}).status_code == 303
    assert get(comment).change_asked == ready


def test_there_is_no_ready_request_for_what_nobody_has_foreseen() -> None:
    assert request_in("en", Concern.OTHER) == ""


def ask(cast: Cast, comment: Comment, words: str = WORDS) -> Decision:
    ana = cast.ana
    begin_write()
    decision = ask_to_edit(ana, comment, words, version=comment.version, concern=Concern.PRIVATE)
    db.session.commit()
    return decision


def take_out(cast: Cast, comment: Comment) -> None:
    ana = cast.browser(cast.ana)
    address = f"/moderation/comments/{comment.id}"
    page = ana.get(address)
    fields = {"csrf_token": token_in(page), "version": version_in(page), "act": "mask", "concern": "private"}
    answer = ana.post(f"{address}/decisions", data={**fields, "sentence": "1"})
    assert answer.status_code == 303, answer.text
    db.session.rollback()


def wait(still_clock: Clock) -> None:
    still_clock.move(seconds=current_settings().undo_seconds + 1)
