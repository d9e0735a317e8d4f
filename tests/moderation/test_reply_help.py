"""Help with a reply: templates with versions, blanks that block, second looks, previews, and drafts that are kept."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.accounts.actions import add_shift
from service.comments.models import Audience, Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict, Forbidden, Invalid
from service.moderation.actions import reply
from service.moderation.context import answers_below
from service.moderation.queries import decisions_on
from service.moderation.replies.drafts import draft_of, forget_old_drafts, keep_draft
from service.moderation.replies.models import ReplyDraft
from service.moderation.replies.situations import Situation
from service.moderation.replies.template_texts import TEXTS
from service.moderation.replies.templates import current_templates, templates_for, versions_of, write_template
from service.site.queries import current_site
from tests.cast import CALM, CRISIS, LOW, Cast, token_in, version_in
from tests.conftest import Clock

PROMISE = "I read this twice. I will save you."


@pytest.mark.db
def test_an_open_blank_stops_a_reply_and_keeps_every_word(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    browser = cast.browser(cast.mara)
    answer = send(browser, comment, "replies", body="Tove, {my_own_line}")
    assert answer.status_code == 422
    assert "Please fill in {my_own_line} before this goes out." in answer.text
    assert "Tove, {my_own_line}</textarea>" in answer.text
    assert not decisions_on(comment)
    assert send(browser, comment, "replies", body="Tove, I read this twice.").status_code == 303


@pytest.mark.db
def test_a_second_look_is_asked_for_once_and_again_when_there_is_more(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    browser = cast.browser(cast.mara)
    answer = send(browser, comment, "replies", body=PROMISE)
    assert answer.status_code == 422
    assert "Please look at this once more" in answer.text
    assert 'name="looked" value="rescue"' in answer.text
    more = send(browser, comment, "replies", body=PROMISE + " I won’t tell anyone.", looked="rescue")
    assert more.status_code == 422
    assert 'name="looked" value="rescue secrecy"' in more.text
    assert send(browser, comment, "replies", body=PROMISE, looked="rescue secrecy").status_code == 303


def test_the_rule_counts_for_every_way_to_reply(cast: Cast) -> None:
    comment, mara = cast.says(cast.tove, CALM), cast.mara
    begin_write()
    with pytest.raises(Invalid) as blank:
        reply(mara, comment, "{name}, thank you.")
    assert blank.value.field == "body"
    with pytest.raises(Invalid) as promise:
        reply(mara, comment, PROMISE)
    assert promise.value.field == "looked"
    assert reply(mara, comment, PROMISE, looked="rescue").parent_id == comment.id
    db.session.commit()


@pytest.mark.db
def test_a_template_begins_with_what_is_known(cast: Cast) -> None:
    mara = cast.mara
    begin_write()
    current_site().help_country = "NL"
    for weekday in (1, 3):
        add_shift(mara, weekday, 9, 17)
    db.session.commit()
    comment = cast.says(cast.tove, CRISIS)
    browser = cast.browser(cast.mara)
    page = browser.get(f"/moderation/comments/{comment.id}").text
    assert '<option value="plan" selected>' in page
    answer = send(browser, comment, "drafts", template="plan", use="1", body="")
    assert answer.status_code == 303
    body = kept(cast, comment)
    assert body.startswith("Tove, I’m worried you could die. Please call 112 now, or ")
    assert "{line_number}" not in body
    assert "{my_own_line}" in body
    send(browser, comment, "drafts", template="suicide", use="1", body=body)  # an untouched template gives way
    assert "I read here only on Tuesday and Thursday." in kept(cast, comment)
    send(browser, comment, "drafts", template="grief", use="1", body="My own words.")
    assert kept(cast, comment).endswith("{my_own_line}\n\nMy own words.")


def test_nothing_is_made_up_where_no_country_and_no_rota_is_known(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    send(cast.browser(cast.mara), comment, "drafts", template="plan", use="1", body="")
    assert "{emergency_number}" in kept(cast, comment)
    assert "{line_name}" in kept(cast, comment)


def test_an_unknown_template_is_refused_and_the_words_stay(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    for chosen in ("", "nonsense"):
        answer = send(cast.browser(cast.mara), comment, "drafts", template=chosen, use="1", body="My words.")
        assert answer.status_code == 422
        assert "My words.</textarea>" in answer.text


@pytest.mark.db
def test_a_draft_is_kept_for_one_person_and_gone_when_it_is_sent(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    mara, ana = cast.browser(cast.mara), cast.browser(cast.ana)
    send(mara, comment, "drafts", body="Tove, I began")
    assert "Tove, I began</textarea>" in mara.get(f"/moderation/comments/{comment.id}").text
    assert "Tove, I began" not in ana.get(f"/moderation/comments/{comment.id}").text
    assert send(mara, comment, "replies", body="Tove, I began and ended.").status_code == 303
    assert db.session.scalars(select(ReplyDraft)).all() == []
    send(mara, comment, "drafts", body=" Tove, I began and ended. ")  # a script that was a little late
    assert db.session.scalars(select(ReplyDraft)).all() == []


def test_an_emptied_box_is_no_draft_and_old_drafts_go(cast: Cast, still_clock: Clock) -> None:
    comment, mara = cast.says(cast.tove, LOW), cast.mara
    begin_write()
    keep_draft(mara, comment, "One")
    keep_draft(mara, comment, "  ")
    assert draft_of(mara, comment) is None
    keep_draft(mara, comment, "Two")
    still_clock.move(days=29)
    forget_old_drafts()
    assert draft_of(mara, comment) is not None
    still_clock.move(days=2)
    forget_old_drafts()
    db.session.commit()
    assert db.session.scalars(select(ReplyDraft)).all() == []


def test_a_preview_shows_what_readers_will_see_and_keeps_the_words(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    browser = cast.browser(cast.mara)
    answer = send(browser, comment, "drafts", body="I read this **twice**. <b>x</b>", preview="1")
    assert answer.location.endswith("&reply=preview#preview")
    page = browser.get(answer.location).text
    assert "<p>I read this <strong>twice</strong>. &lt;b&gt;x&lt;/b&gt;</p>" in page
    assert "As everyone will see it" in page
    assert not decisions_on(comment)


def test_a_preview_that_could_not_be_sent_says_why(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    answer = send(cast.browser(cast.mara), comment, "drafts", body="x" * 5001, preview="1")
    assert answer.status_code == 422
    assert "x" * 5001 in answer.text


def test_a_script_is_told_what_there_is_to_think_about(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    answer = send(cast.browser(cast.mara), comment, "drafts", body="{name}, I will save you. Stay strong.", by="script")
    assert answer.json == {
        "blanks": [{"name": "{name}", "words": "their name"}],
        "hints": [
            {
                "phrase": "I will save you",
                "why": "Nobody can keep this promise from here.",
                "kinder": "I can’t be there, and I want you to reach someone who can.",
            },
            {
                "phrase": "Stay strong",
                "why": "This asks them to hide how hard it is.",
                "kinder": "You don’t have to be strong here.",
            },
        ],
        "holds": "rescue",
    }
    assert kept(cast, comment).startswith("{name}")


def test_somebody_elses_comments_take_no_draft(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    browser = cast.browser(cast.other_author)
    token = token_in(browser.get("/moderation"))
    answer = browser.post(f"/moderation/comments/{comment.id}/drafts", data={"csrf_token": token, "body": "x"})
    assert answer.status_code == 404


@pytest.mark.db
def test_a_template_is_worded_anew_and_every_wording_is_kept(cast: Cast) -> None:
    ana, site_id = cast.ana, cast.site_id
    begin_write()
    write_template(ana, Situation.CARER, "en", "{name}, one.\r\n{my_own_line}", number=0)
    write_template(ana, Situation.CARER, "en", "", number=1)
    write_template(ana, Situation.CARER, "nl", "{name}, een.", number=0)
    db.session.commit()
    assert [row.body for row in versions_of(site_id, Situation.CARER, "en")] == ["", "{name}, one.\n{my_own_line}"]
    assert current_templates(site_id, "en")[Situation.GRIEF].body == TEXTS[Situation.GRIEF]
    assert Situation.CARER not in templates_for(site_id, "en")  # switched off
    assert templates_for(site_id, "nl")[Situation.CARER].body == "{name}, een."
    assert templates_for(site_id, "nl")[Situation.GRIEF].language == "en"


def test_two_people_do_not_overwrite_each_other_and_authors_only_read(cast: Cast) -> None:
    ana, ines, mara = cast.ana, cast.ines, cast.mara
    begin_write()
    write_template(ana, Situation.CARER, "en", "{name}, one.", number=0)
    with pytest.raises(Conflict, match="Ana Brandt"):
        write_template(ines, Situation.CARER, "en", "{name}, two.", number=0)
    with pytest.raises(Forbidden):
        write_template(mara, Situation.CARER, "en", "{name}, three.", number=1)
    with pytest.raises(Invalid):
        write_template(ana, Situation.CARER, "klingon!", "x", number=0)
    db.session.commit()


def test_the_pages_of_templates(cast: Cast) -> None:
    ana, mara = cast.browser(cast.ana), cast.browser(cast.mara)
    page = mara.get("/moderation/templates").text
    assert "Worn-out carer" in page
    assert "Save this wording" not in mara.get("/moderation/templates/carer").text
    here = "/moderation/templates/carer"
    token = token_in(ana.get(here))
    sent = {"csrf_token": token, "language": "en", "number": "0"}
    assert ana.post(f"{here}/versions", data={**sent, "body": "{name}, stay strong."}).status_code == 303
    page = ana.get(here).text
    assert "You don’t have to be strong here." in page
    assert "Go back to this wording" in page
    stale = ana.post(f"{here}/versions", data={**sent, "body": "Mine."})
    assert stale.status_code == 409
    assert "Mine.</textarea>" in stale.text
    assert mara.post(f"{here}/versions", data={**sent, "csrf_token": token_in(mara.get(here))}).status_code == 403
    assert ana.post(f"{here}/versions", data={**sent, "number": "1", "off": "1"}).status_code == 303
    assert "Switched off" in ana.get("/moderation/templates").text
    assert ana.get("/moderation/templates/nonsense").status_code == 404
    assert "Not written yet" in ana.get("/moderation/templates?language=nl").text


def kept(cast: Cast, comment: Comment) -> str:
    db.session.rollback()
    draft = draft_of(cast.mara, comment)
    assert draft is not None
    return draft.body


def send(browser: FlaskClient, comment: Comment, what: str, **data: str) -> TestResponse:
    page = browser.get(f"/moderation/comments/{comment.id}")
    known = {"csrf_token": token_in(page), "version": version_in(page)}
    return browser.post(f"/moderation/comments/{comment.id}/{what}", data={**known, **data})


@pytest.mark.db
def test_who_reads_a_reply_is_chosen_and_said_twice(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    browser = cast.browser(cast.mara)
    words = "I read this twice, and I am glad you wrote."
    mixed = send(browser, comment, "replies", body=words, audience="writer", send="everyone")
    assert mixed.status_code == 422
    assert "who reads this" in mixed.text
    assert 'value="writer" checked' in mixed.text
    assert send(browser, comment, "replies", body=words, audience="writer", send="writer").status_code == 303
    [written] = answers_below(comment)
    assert written.audience is Audience.WRITER


def test_a_plan_is_answered_in_private_unless_somebody_chooses_otherwise(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    browser = cast.browser(cast.mara)
    assert 'value="writer" checked' in browser.get(f"/moderation/comments/{comment.id}").text
    send(browser, comment, "drafts", body="Tove, I began", audience="everyone")
    assert 'value="everyone" checked' in browser.get(f"/moderation/comments/{comment.id}").text
