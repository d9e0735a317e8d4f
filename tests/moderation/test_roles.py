"""Who may do what: every page and act of staff, by every role. The table is the rule; what it does not list fails."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.accounts.actions import add_absence, add_shift, begin_session
from service.accounts.models import SessionRow, Standing
from service.care.queries import case_of
from service.config import Settings
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.models import Act, Decision
from service.moderation.standings.actions import set_standing
from service.notifications.models import Notification
from tests.cast import CRISIS, Cast, token_in
from tests.conftest import START

# The page or act is about a comment by Tove on an article of Mara's, or about the moderator Ana.
EVERY = frozenset({"other author", "author", "moderator", "owner"})  # everybody on the staff
OWN = EVERY - {"other author"}  # the author of the article, and all moderators
MODERATORS = frozenset({"moderator", "owner"})
THEMSELVES = MODERATORS  # Ana herself, and owners for her
OWNERS = frozenset({"owner"})

MAY: dict[str, frozenset[str]] = {
    "account.begin": EVERY,
    "account.confirm": EVERY,
    "account.end": EVERY,
    "account.new_password": EVERY,
    "account.page": EVERY,
    "account.recovery_codes": EVERY,
    "account.sign_out_everywhere": EVERY,
    "account.sign_out_there": frozenset({"moderator"}),  # a session of Ana's: nobody else ends it, owners neither
    "accounts.sign_out": EVERY,
    "alerts.page": EVERY,
    "alerts.read": EVERY,
    "alerts.set_up_target": OWNERS,
    "alerts.take_away": OWNERS,
    "alerts.take_back": MODERATORS,
    "alerts.try_again": MODERATORS,
    "alerts.try_bell": EVERY,
    "alerts.try_mail": EVERY,
    "alerts.try_now": MODERATORS,
    "alerts.try_target": MODERATORS,
    "alerts.set_waits": OWNERS,
    "articles.add": EVERY,
    "articles.blank": EVERY,
    "articles.edit": OWN,
    "articles.listing": EVERY,
    "articles.save": OWN,
    "cases.close": OWN,
    "cases.drop": OWN,
    "cases.plan": OWN,
    "cases.waive": OWN,
    "limits.change": MODERATORS,
    "limits.page": MODERATORS,
    "limits.worry": OWNERS,
    "mail.all_mail": OWNERS,
    "mail.one_mail": OWNERS,
    "moderation.acknowledge": OWN,
    "moderation.claim": OWN,
    "moderation.decide": OWN,
    "moderation.decisions": EVERY,
    "moderation.item": OWN,
    "moderation.lease": OWN,
    "moderation.pass_on": OWN,
    "moderation.queue": EVERY,
    "moderation.release": OWN,
    "moderation.undo_decision": THEMSELVES,
    "moderation.reply": OWN,
    "people.add": OWNERS,
    "people.change_role": OWNERS,
    "people.choose_veil": EVERY,
    "people.come_back": OWNERS,
    "people.depart": OWNERS,
    "people.send_again": OWNERS,
    "persons.audit_page": OWNERS,
    "persons.person": OWN,
    "replies.keep": OWN,
    "rules.history": MODERATORS,
    "rules.page": MODERATORS,
    "rules.preview": MODERATORS,
    "rules.save": MODERATORS,
    "rules.try_": MODERATORS,
    "rules.undo": MODERATORS,
    "standings.change": MODERATORS,
    "standings.show": MODERATORS,
    "standings.undo": MODERATORS,
    "team.add_absence": EVERY,
    "team.add_shifts": OWNERS,
    "team.change": THEMSELVES,
    "team.people": EVERY,
    "team.remove_absence": THEMSELVES,
    "team.remove_shift": OWNERS,
    "templates.change": MODERATORS,
    "templates.listing": EVERY,
    "templates.template": EVERY,
    "turns.go_on": EVERY,
    "turns.item_news": OWN,
    "turns.keys": EVERY,
    "turns.news": EVERY,
    "turns.set_keys": EVERY,
}
ROLES = ("nobody", "other author", "author", "moderator", "owner")
# Only these take their number from a row that this stage does not have: "there is none" is then no refusal.
ROWLESS = {"mail.one_mail", "rules.undo", "alerts.take_away", "alerts.try_again", "alerts.try_target", "turns.news"}


def test_every_page_and_act_of_staff_is_in_the_table(app: Flask) -> None:
    missing = {rule.endpoint for rule in _routes(app)} - set(MAY)
    assert not missing, f"say who may use {sorted(missing)}: add them to MAY in tests/moderation/test_roles.py"
    assert set(MAY) - {rule.endpoint for rule in _routes(app)} == set(), "these are gone: take them out of MAY"


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_do_what_the_table_says_and_nothing_else(app: Flask, stage: "Stage", role: str) -> None:
    wrong = []
    for rule in _routes(app):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = stage.ask(role, rule, method)
            assert answer.status_code < 500, (rule.endpoint, role, answer.status_code)
            if _refused(answer, rule.endpoint) is (role in MAY.get(rule.endpoint, frozenset())):
                wrong.append(f"{method} {rule.endpoint} answered {role} with {answer.status_code}")
    assert wrong == []


class Stage:
    """A site with a row for each number that an address can hold; each request finds it as it was."""

    def __init__(self, cast: Cast, settings: Settings, folder: Path) -> None:
        people = {
            "nobody": None,
            "other author": cast.other_author,
            "author": cast.mara,
            "moderator": cast.ana,
            "owner": cast.ines,
        }
        self.numbers = _rows(cast)
        self.browsers: dict[str, FlaskClient] = {role: cast.browser(user) for role, user in people.items()}
        self.tokens = {role: self._token(browser) for role, browser in self.browsers.items()}
        self.live, self.kept = settings.data_dir / "attune.db", folder / "kept.db"
        db.session.remove()
        _copy(self.live, self.kept)

    def ask(self, role: str, rule: Rule, method: str) -> TestResponse:
        """Send the request, with an empty form where it is one, and put everything back as it was."""
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(self.numbers[name[1]]), rule.rule)
        data = {"csrf_token": self.tokens[role]} if method == "POST" else None
        cookie = self.browsers[role].get_cookie("attune")
        answer = self.browsers[role].open(path, method=method, data=data)
        if cookie is not None:  # who has signed out comes back
            self.browsers[role].set_cookie("attune", cookie.value)
        if method == "POST":
            db.session.remove()
            db.engine.dispose()  # no connection may hold on to what is replaced beneath it
            _copy(self.kept, self.live)
        return answer

    @staticmethod
    def _token(browser: FlaskClient) -> str:
        page = browser.get("/moderation/team")
        return token_in(page) if page.status_code == 200 else ""


@pytest.fixture
def stage(cast: Cast, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage, on SQLite: who may do what does not depend on the database."""
    yield Stage(cast, settings, tmp_path_factory.mktemp("stage"))
    db.session.remove()


def _routes(app: Flask) -> list[Rule]:
    """Return what is for staff alone: all below /moderation; and signing out, after which nothing can be asked."""
    below = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/moderation")]
    return below + [rule for rule in app.url_map.iter_rules() if rule.endpoint == "accounts.sign_out"]


def _refused(answer: TestResponse, endpoint: str) -> bool:
    if answer.status_code == 302:
        assert "/sign-in?next=" in answer.location
    return answer.status_code in ((302, 403) if endpoint in ROWLESS else (302, 403, 404))


def _rows(cast: Cast) -> dict[str, object]:
    """Have one row of each kind, and return their numbers by the names that stand in addresses."""
    comment, ana = cast.says(cast.tove, CRISIS), cast.ana
    for needed in (cast.ines, cast.mara, cast.other_author):
        assert needed.id
    begin_write()
    case, commenter = case_of(comment), comment.commenter
    assert case is not None
    assert commenter is not None
    decision = decide(ana, comment, Act.HIDE, version=comment.version, reason="Names a neighbour.")
    change = set_standing(ana, commenter, Standing.WATCHED, "Read first.", seen=0)
    absence = add_absence(ana, START.date(), START.date())
    shift = add_shift(ana, 0, 9, 17)
    begin_session(ana)
    db.session.commit()
    return {
        "comment_id": comment.id,
        "article_id": comment.article_id,
        "case_id": case.id,
        "commenter_id": commenter.id,
        "user_id": ana.id,
        "decision_id": db.session.scalars(select(Decision.id)).first() or decision.id,
        "change_id": change.id if change is not None else 1,
        "absence_id": absence.id,
        "shift_id": shift.id,
        "session_id": db.session.scalars(select(SessionRow.id).where(SessionRow.user_id == ana.id)).one(),
        "notification_id": db.session.scalars(select(Notification.id)).first() or 1,
        "target_id": 1,
        "situation": "carer",
        "name": "none.eml",
    }


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
