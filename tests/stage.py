"""A site with a row of each kind and a browser for each role, put back as it was after every act."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.accounts.actions import add_absence, add_shift, begin_session, give_email
from service.accounts.addresses import sign_confirmation
from service.accounts.invitations import link_token
from service.accounts.models import SessionRow, Standing, User
from service.archive.people.person import sign_link
from service.care.claims import AlertLink, sign_alert
from service.care.queries import case_of
from service.comments.models import Comment
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.moderation.actions import decide
from service.moderation.bulk.models import Bulk, BulkItem, BulkState
from service.moderation.calibration.models import DeclinedSuggestion, Kind, SupportBudget
from service.moderation.leaving.notes import leave_note
from service.moderation.models import Act, Decision
from service.moderation.monthly.models import MonthlyDraw, MonthlyPick
from service.moderation.phrases.runs import propose, use_run
from service.moderation.standings.actions import set_standing
from service.notifications.models import Notification
from service.reader.mail import STOP
from service.reader.mine import MINE
from service.site.actions import change
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.phrases.actions import proposal
from service.triage.phrases.models import PhraseChange
from service.triage.phrases.phrase import Counting, own_phrase
from tests.cast import CALM, CRISIS, Cast, token_in
from tests.conftest import START

FRIEND = "https://friend.example"  # a site on whose pages the comments may stand
ROLES = ("nobody", "other commenter", "other author", "author", "moderator", "owner")
# Names in addresses that mean another thing elsewhere.
NAMES = {
    "files.file": {"name": "attune.css"},
    "mail.one_mail": {"name": "none.eml"},
    "mail.open_links": {"name": "none.eml"},
}


class Stage:
    """A site with a row for each number that an address can hold; each request finds it as it was."""

    def __init__(self, cast: Cast, settings: Settings, folder: Path) -> None:
        people = {
            "nobody": None,
            "other commenter": None,
            "other author": cast.other_author,
            "author": cast.mara,
            "moderator": cast.ana,
            "owner": cast.ines,
        }
        self.crisis = cast.says(cast.tove, CRISIS)
        self.numbers = _rows(cast, self.crisis)
        calm = cast.says(cast.joao, CALM, name="Joao")
        # What readers meet is public; what staff are asked about is a case.
        self.public = {**self.numbers, "comment_id": calm.id}
        self.links = _links(cast, calm)
        change(current_site(), embed_origins=FRIEND)
        db.session.commit()
        self.browsers: dict[str, FlaskClient] = {role: cast.browser(user) for role, user in people.items()}
        self.others_link = self._join("other commenter", cast.article.slug)
        self.tokens = {role: self._token(browser) for role, browser in self.browsers.items()}
        self.live, self.kept = settings.data_dir / "attune.db", folder / "kept.db"
        db.session.remove()
        copy(self.live, self.kept)
        self._watch = sqlite3.connect(self.live)

    def ask(
        self,
        role: str,
        rule: Rule,
        method: str,
        *,
        csrf: bool = True,
        headers: Mapping[str, str] | None = None,
        then: Callable[[], None] | None = None,
        **names: object,
    ) -> tuple[TestResponse, bool]:
        """Send the request, with an empty form where it is one; returns the answer and whether anything was written.

        `csrf`: with the token of this role's pages; `then` looks at what was done before everything is put back;
        `names` stand in the address in place of the stage's own.
        """
        data = {"csrf_token": self.tokens[role]} if method == "POST" and csrf else None
        browser, before = self.browsers[role], self._version()
        cookies = {name: browser.get_cookie(name) for name in ("attune", "attune-guest")}
        answer = browser.open(self.path(rule, **names), method=method, data=data, headers=headers)
        for name, cookie in cookies.items():  # who has signed out comes back
            if cookie is not None:
                browser.set_cookie(name, cookie.value)
            else:
                browser.delete_cookie(name)
        if then is not None:
            then()
        changed = self._version() != before
        if changed:
            self.restore()
        return answer, changed

    def path(self, rule: Rule, **names: object) -> str:
        """Return the address of a route, about the row that it is for."""
        staff = rule.rule.startswith("/moderation")
        known = {**(self.numbers if staff else self.public), **NAMES.get(rule.endpoint, {})}
        known |= {"token": self.links.get(rule.endpoint, self.links["reader.my_comment"]), **names}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(known[name[1]]), rule.rule)

    def restore(self) -> None:
        """Put the database back as it was."""
        db.session.remove()
        db.engine.dispose()  # no connection may hold on to what is replaced beneath it
        copy(self.kept, self.live)

    def close(self) -> None:
        """Let go of the database."""
        self._watch.close()
        db.session.remove()

    def _version(self) -> int:
        """Return a number that is another one after each commit of anybody else."""
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def _join(self, role: str, slug: str) -> str:
        """Have this browser write a comment of its own; returns the token of its secret link."""
        sent = self.browsers[role].post(f"/articles/{slug}/comments", data={"body": "Mine alone.", "name": "Lena"})
        assert sent.status_code == 303
        return sent.location.rpartition("/")[2]

    @staticmethod
    def _token(browser: FlaskClient) -> str:
        page = browser.get("/moderation/team")
        return token_in(page) if page.status_code == 200 else ""


def _rows(cast: Cast, comment: Comment) -> dict[str, object]:
    """Have one row of each kind, and return their numbers by the names that stand in addresses."""
    ana = cast.ana
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
    note = leave_note(ana, "Look at Tove's page tonight.", None)
    bulk = _bulk(ana, comment)
    phrase = own_phrase("en", "exhaustion", "cloud sits", Counting(Level.SUPPORT, 1.0))
    use_run(ana, propose(ana, proposal(phrase), "They say so."))
    run = propose(ana, {phrase.key: {}}, "They do not.")
    drawn = MonthlyDraw(site_id=cast.site_id, month="2026-02", population=1, drawn=1)
    budget = SupportBudget(site_id=cast.site_id, user_id=ana.id, number=5)
    away = DeclinedSuggestion(site_id=cast.site_id, user_id=ana.id, kind=Kind.MISSED, subject="cloud")
    db.session.add_all([drawn, budget, away])
    db.session.flush()
    db.session.add(MonthlyPick(draw_id=drawn.id, comment_id=comment.id))
    db.session.commit()
    return {
        "slug": comment.article.slug,
        "comment_id": comment.id,
        "article_id": comment.article_id,
        "case_id": case.id,
        "commenter_id": commenter.id,
        "user_id": ana.id,
        "decision_id": db.session.scalars(select(Decision.id)).first() or decision.id,
        "bulk_id": bulk.id,
        "change_id": change.id if change is not None else 1,
        "absence_id": absence.id,
        "shift_id": shift.id,
        "session_id": db.session.scalars(select(SessionRow.id).where(SessionRow.user_id == ana.id)).one(),
        "notification_id": db.session.scalars(select(Notification.id)).first() or 1,
        "target_id": 1,
        "run_id": run.id,
        "phrase_change_id": db.session.scalars(select(PhraseChange.id)).one(),
        "key": phrase.key,
        "budget_id": budget.id,
        "declined_id": away.id,
        "situation": "carer",
        "section": "first-answers",
        "handed_id": 1,
        "note_id": note.id,
        "name": "none.eml",
    }


def _bulk(ana: User, comment: Comment) -> Bulk:
    """Have an act on many comments that Ana has begun, with one comment in it."""
    bulk = Bulk(site_id=ana.site_id, user_id=ana.id, act=Act.HIDE, reason="Names a neighbour.", state=BulkState.RUNNING)
    db.session.add(bulk)
    db.session.flush()
    db.session.add(BulkItem(bulk_id=bulk.id, comment_id=comment.id, version=1, spared=None))
    return bulk


def _links(cast: Cast, comment: Comment) -> dict[str, str]:
    """Return the token of the signed link that each route takes, by endpoint; all are Joao's or Ana's."""
    keys = current_keys()
    begin_write()
    commenter = comment.commenter
    assert commenter is not None
    give_email(commenter, "joao@example.org", keys)
    db.session.commit()
    case = case_of(db.session.get_one(Comment, 1))
    assert case is not None
    confirm, stop = sign_confirmation(commenter, keys), keys.sign(STOP, str(commenter.id))
    alert = sign_alert(keys, AlertLink(case.id, case.opening, 1, cast.ana.id))
    welcome, data = link_token(cast.ana, keys), sign_link(commenter, 1, keys)
    db.session.rollback()
    return {
        "reader.my_comment": keys.sign(MINE, str(comment.id)),
        "answers.confirm_form": confirm,
        "answers.confirm_address": confirm,
        "answers.stop_form": stop,
        "answers.stop": stop,
        "care.alert": alert,
        "care.acknowledge_alert": alert,
        "data.link_page": data,
        "data.open_link": data,
        "entry.welcome": welcome,
        "entry.choose": welcome,
    }


def copy(source: Path, target: Path) -> None:
    """Make one SQLite database the same as another."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
