"""Who belongs to the staff: owners invite, change roles, let go and have back; everybody chooses their own veil."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.accounts.models import Role, User
from service.accounts.queries import staff
from service.care.claims import claim
from service.care.queries import case_of
from service.core import audit
from service.core.audit import AuditRow, Deed
from service.core.db import begin_write, db
from tests.cast import CRISIS, LOW, PASSWORD, Cast, token_in
from tests.conftest import Clock

TEAM = "/moderation/team"
NEW = {"email": "jo@example.org", "name": "Jo Tan", "role": "moderator"}


@pytest.fixture(autouse=True)
def people(cast: Cast) -> None:
    assert [cast.mara.id, cast.ana.id, cast.ines.id] == [1, 2, 3]


@pytest.mark.db
def test_somebody_is_invited_joins_by_the_link_and_signs_in(cast: Cast) -> None:
    owner = cast.browser(cast.ines)
    assert send(owner, "/invitations", **NEW).status_code == 303
    page = owner.get(TEAM).text
    assert "invited, has not joined yet" in page
    link = re.search(r'value="http://localhost:8000(/welcome/[^"]+)"', page)
    assert link
    stranger = cast.browser()
    assert stranger.post(link[1], data={"password": PASSWORD}).status_code == 303
    assert stranger.post("/sign-in", data={"email": NEW["email"], "password": PASSWORD}).status_code == 303
    assert stranger.get(TEAM).status_code == 200
    assert cast.browser().get(link[1]).status_code == 404  # good once
    assert "Jo Tan" in {user.name for user in staff(cast.site_id)}


def test_an_invitation_is_taken_back_and_sent_again(cast: Cast) -> None:
    owner = cast.browser(cast.ines)
    send(owner, "/invitations", **NEW)
    jo = db.session.scalars(select(User).where(User.name == "Jo Tan")).one().id
    link = re.search(r"/welcome/[^\"]+", owner.get(TEAM).text)
    assert link
    assert send(owner, f"/people/{jo}/departures").status_code == 303
    assert cast.browser().get(link[0]).status_code == 404
    assert send(owner, f"/people/{jo}/returns").status_code == 303
    assert send(owner, f"/people/{jo}/links").status_code == 303
    assert db.session.get_one(User, jo).is_invited
    assert "invited, has not joined yet" in owner.get(TEAM).text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({**NEW, "email": "nowhere"}, "does not look like an e-mail address"),
        ({**NEW, "name": " "}, "Please give a name"),
        ({**NEW, "role": "queen"}, "Please choose a role"),
        ({**NEW, "email": "ana@example.org"}, "exists already"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_and_kept(cast: Cast, sent: dict[str, str], words: str) -> None:
    answer = send(cast.browser(cast.ines), "/invitations", **sent)
    assert answer.status_code in (409, 422)
    assert words in answer.text
    assert f'value="{sent["email"]}"' in answer.text
    assert len(staff(cast.site_id)) == 3


@pytest.mark.db
def test_a_role_is_changed_and_counts_at_once(cast: Cast) -> None:
    owner, mara = cast.browser(cast.ines), cast.browser(cast.mara)
    comment = cast.says(cast.tove, LOW, article=cast.write_article(slug="other", author=cast.other_author))
    assert mara.get(f"/moderation/comments/{comment.id}").status_code == 404
    assert send(owner, "/people/1/roles", role="moderator").status_code == 303
    assert mara.get(f"/moderation/comments/{comment.id}").status_code == 200


def test_the_last_owner_stays(cast: Cast) -> None:
    owner = cast.browser(cast.ines)
    for path, sent in (("/people/3/roles", {"role": "author"}), ("/people/3/departures", {})):
        answer = send(owner, path, **sent)
        assert answer.status_code == 409
        assert "The site needs an owner" in answer.text
    send(owner, "/people/2/roles", role="owner")
    assert send(owner, "/people/3/roles", role="author").status_code == 303
    assert db.session.get_one(User, 3).role is Role.AUTHOR


@pytest.mark.db
def test_whoever_is_let_go_is_signed_out_and_their_cases_go_on(cast: Cast) -> None:
    comment, ana, hers = cast.says(cast.tove, CRISIS), cast.ana, cast.browser(cast.ana)
    begin_write()
    case = case_of(comment)
    assert case is not None
    claim(case, ana)
    db.session.commit()
    owner = cast.browser(cast.ines)
    assert send(owner, "/people/2/departures").status_code == 303
    assert hers.get("/moderation").status_code == 302
    case = case_of(comment)
    assert case is not None
    assert case.owner_id is None
    assert "has left" in owner.get(TEAM).text
    assert send(owner, "/people/2/returns").status_code == 303
    assert send(owner, "/people/2/returns").status_code == 409
    cast.browser(cast.ana)  # with the password that she had


def test_only_owners_change_who_belongs(cast: Cast) -> None:
    for who in (cast.mara, cast.ana):
        browser = cast.browser(who)
        for path in ("/invitations", "/people/1/roles", "/people/3/departures", "/people/1/returns", "/people/1/links"):
            assert send(browser, path, **NEW).status_code == 403, path
        assert "Who belongs here" not in browser.get(TEAM).text
    assert send(cast.browser(cast.ines), "/people/99/roles", role="owner").status_code == 404


def test_heavy_words_are_folded_for_whoever_wants_it(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    here = f"/moderation/comments/{comment.id}"
    browser = cast.browser(cast.ana)
    page = browser.get(here).text
    assert "The words are folded" in page
    assert page.index("Show the words when I’m ready") < page.index("I have the pills here")
    assert "I have the pills" not in browser.get("/moderation").text
    assert send(browser, f"/veil?comment={comment.id}", veil="off").location.startswith(here)
    assert "The words are folded" not in browser.get(here).text
    assert "I have the pills" in browser.get("/moderation").text
    assert "The words are folded" in cast.browser(cast.mara).get(here).text  # each for themselves
    send(browser, "/veil", veil="on")
    assert db.session.get_one(User, 2).veil


def test_what_is_light_is_never_folded(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW)
    assert "The words are folded" not in cast.browser(cast.ana).get(f"/moderation/comments/{comment.id}").text


@pytest.mark.db
def test_who_changed_the_team_and_who_looked_is_written_down_for_a_year(cast: Cast, still_clock: Clock) -> None:
    owner, ana = cast.browser(cast.ines), cast.browser(cast.ana)
    flagged, calm = cast.says(cast.tove, LOW), cast.says(cast.joao, "The map is lovely.", name="Joao")
    for comment in (flagged, calm):
        assert ana.get(f"/moderation/people/{comment.commenter_id}").status_code == 200
    send(owner, "/people/1/roles", role="moderator")
    rows = [(row.user_id, row.what, row.subject, row.subject_id) for row in audit.lines(cast.site_id)]
    assert rows == [(3, Deed.CHANGED_ROLE, "user", 1), (2, Deed.LOOKED, "person", flagged.commenter_id)]
    page = owner.get("/moderation/audit").text
    assert "looked at everything by" in page
    for comment in (flagged, calm):
        assert ana.get(f"/moderation/comments/{comment.id}").status_code == 200
    assert owner.get("/moderation/mail").status_code == 200
    rows = [(row.user_id, row.what, row.subject, row.subject_id) for row in audit.lines(cast.site_id)][:2]
    assert rows == [(3, Deed.LOOKED, "mail", 0), (2, Deed.LOOKED, "comment", flagged.id)]
    for words in ("tove", "tove @ example", "tove@example.org"):
        owner.get("/moderation", query_string={"q": words})
    rows = [(row.user_id, row.what, row.subject, row.subject_id) for row in audit.lines(cast.site_id)]
    assert [row for row in rows if row[2] == "address"] == [(3, Deed.LOOKED, "address", 0)]
    assert f"Comment {flagged.id}" in owner.get("/moderation/audit?who=2").text
    assert "Mail in files" not in owner.get("/moderation/audit?who=2&what=looked at").text
    assert "Nothing has been written down yet." in owner.get("/moderation/audit?what=erased").text
    assert ana.get("/moderation/audit").status_code == 403
    still_clock.move(days=366)
    assert cast.app.test_cli_runner().invoke(args=["retention", "run"]).exit_code == 0
    assert db.session.scalars(select(AuditRow)).all() == []


def send(browser: FlaskClient, path: str, **data: str) -> TestResponse:
    token = token_in(browser.get(TEAM))
    return browser.post(TEAM + path, data={**data, "csrf_token": token})
