"""Set how long the ladder waits, and one's quiet hours: by command and on the team page."""

from datetime import time

import pytest
from flask import Flask

from service.accounts.models import User
from service.core.db import db
from tests.cast import Cast, token_in

pytestmark = pytest.mark.db


def test_the_waits_are_shown_and_changed(app: Flask, cast: Cast) -> None:
    run = app.test_cli_runner().invoke
    before = run(args=["care", "waits"]).output
    assert "crisis: deputy 3 min, moderators 3 min, on-call 4 min, again 15 min." in before
    assert run(args=["care", "wait", "crisis", "deputy", "2"]).exit_code == 0
    assert run(args=["care", "wait", "crisis", "deputy", "1"]).exit_code == 0
    assert "crisis: deputy 1 min, moderators 3 min" in run(args=["care", "waits"]).output


@pytest.mark.parametrize("wrong", [("crisis", "deputy", "0"), ("crisis", "author", "5"), ("none", "deputy", "5")])
def test_what_cannot_be_waited_is_refused(app: Flask, cast: Cast, wrong: tuple[str, ...]) -> None:
    assert app.test_cli_runner().invoke(args=["care", "wait", *wrong]).exit_code != 0


def test_quiet_hours_on_the_team_page(cast: Cast) -> None:
    mara = cast.browser(cast.mara)
    page = mara.get("/moderation/team")
    path = f"/moderation/team/people/{cast.mara.id}"
    form = {"csrf_token": token_in(page), "time_zone": "", "deputy": "", "comment_mail": "digest"}
    hours = {"quiet_from": "22:00", "quiet_to": "07:00", "digest_hour": "7"}
    assert mara.post(path, data={**form, **hours}).status_code == 303
    user = db.session.get_one(User, cast.mara.id)
    assert (user.quiet_from, user.quiet_to, user.digest_hour) == (time(22), time(7), 7)
    assert 'value="22:00"' in mara.get("/moderation/team").text
    for wrong in ({"quiet_to": ""}, {"quiet_from": "late"}, {"digest_hour": "24"}, {"digest_hour": "x"}):
        refused = mara.post(path, data={**form, **hours, **wrong})
        assert refused.status_code == 422
    assert 'value="22:00"' in mara.get("/moderation/team").text
