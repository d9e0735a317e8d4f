"""Who may do what: every route, by everybody, asked in every way. The tables are the rule; what they do not list fails.

Each request is sent as a GET, as a POST from a page of this site with and without the token of its forms, and as a POST
from a page of another site. Whatever is refused has changed nothing.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.comments.models import Comment
from service.config import Settings
from service.core.db import db
from service.web import ONE_CLICK
from tests.cast import CALM, Cast
from tests.stage import ROLES, Stage

# For staff. The page or act is about a comment by Tove on an article of Mara's, or about the moderator Ana.
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
    "alerts.end_secret": OWNERS,
    "alerts.new_secret": OWNERS,
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
    "bulks.begin": frozenset({"moderator"}),  # what Ana has chosen: nobody else goes on with it
    "bulks.choose": EVERY,
    "bulks.end": MODERATORS,
    "bulks.news": MODERATORS,
    "bulks.page": MODERATORS,
    "bulks.undo": MODERATORS,
    "calibration.decline": EVERY,
    "calibration.page": EVERY,
    "calibration.save_budget": MODERATORS,
    "calibration.suggest_again": EVERY,
    "calibration.undo_budget": MODERATORS,
    "cases.close": OWN,
    "cases.drop": OWN,
    "cases.plan": OWN,
    "cases.waive": OWN,
    "figures.download": EVERY,
    "figures.page": EVERY,
    "leaving.hand": EVERY,
    "leaving.leave": EVERY,
    "leaving.page": EVERY,
    "leaving.read": OWNERS,  # a note to every moderator, of whom Ana has left it
    "leaving.take_back": frozenset({"moderator"}),
    "leaving.undo": EVERY,
    "limits.change": MODERATORS,
    "limits.page": MODERATORS,
    "limits.worry": OWNERS,
    "mail.all_mail": OWNERS,
    "mail.one_mail": OWNERS,
    "mail.open_links": OWNERS,
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
    "monthly.page": EVERY,
    "monthly.say": OWN,
    "people.add": OWNERS,
    "people.change_role": OWNERS,
    "people.choose_veil": EVERY,
    "people.come_back": OWNERS,
    "people.depart": OWNERS,
    "people.send_again": OWNERS,
    "persons.audit_page": OWNERS,
    "persons.note": OWN,
    "persons.person": OWN,
    "phrase_api.bring_back": EVERY,
    "phrase_api.export": EVERY,
    "phrase_api.history": EVERY,
    "phrase_api.phrase": EVERY,
    "phrase_api.phrases": EVERY,
    "phrase_api.run": EVERY,
    "phrase_api.stop": EVERY,
    "phrase_api.try_": EVERY,
    "phrase_api.undo": EVERY,
    "phrase_api.use": EVERY,
    "phrase_runs.bring_back": EVERY,
    "phrase_runs.cancel": EVERY,
    "phrase_runs.history": EVERY,
    "phrase_runs.progress": EVERY,
    "phrase_runs.repeat": EVERY,
    "phrase_runs.run": EVERY,
    "phrase_runs.undo": EVERY,
    "phrase_runs.use": EVERY,
    "phrases.add": EVERY,
    "phrases.blank": EVERY,
    "phrases.change": EVERY,
    "phrases.page": EVERY,
    "phrases.phrase": EVERY,
    "phrases.try_": EVERY,
    "replies.keep": OWN,
    "rules.history": MODERATORS,
    "rules.page": MODERATORS,
    "rules.preview": MODERATORS,
    "rules.save": MODERATORS,
    "rules.try_": MODERATORS,
    "rules.undo": MODERATORS,
    "set_up.first_alert": OWNERS,
    "set_up.page": OWNERS,
    "set_up.save_mail": OWNERS,
    "set_up.try_mail": OWNERS,
    "site.page": OWNERS,
    "site.save": OWNERS,
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
# For readers, and so for everybody. No form here carries a token: there is nothing that a browser would send by itself.
ANYBODY = "anybody"
WRITER = "whoever has the secret link of the comment"
MAILED = "whoever has the signed link that was mailed"
HERE = "this machine alone"
FIRST = "whoever has the link from the terminal, until somebody owns the site: nobody any more"

READERS: dict[str, str] = {
    "about.guidelines": ANYBODY,
    "about.privacy": ANYBODY,
    "about.safety": ANYBODY,
    "accounts.sign_in": ANYBODY,
    "accounts.sign_in_form": ANYBODY,
    "answers.change_answers": WRITER,
    "answers.confirm_address": MAILED,
    "answers.confirm_again": WRITER,
    "answers.confirm_form": MAILED,
    "answers.remove_address": WRITER,
    "answers.send_link": WRITER,
    "answers.stop": MAILED,
    "answers.stop_form": MAILED,
    "care.acknowledge_alert": MAILED,
    "care.alert": MAILED,
    "data.ask": ANYBODY,
    "data.ask_form": ANYBODY,
    "data.asked": ANYBODY,
    "data.download": ANYBODY,
    "data.erase_all": ANYBODY,
    "data.from_comment": WRITER,
    "data.link_page": MAILED,
    "data.open_link": MAILED,
    "embed.first_comment": ANYBODY,
    "embed.frame": ANYBODY,
    "entry.choose": MAILED,
    "entry.forgotten": ANYBODY,
    "entry.forgotten_form": ANYBODY,
    "entry.welcome": MAILED,
    "feeds.of_article": ANYBODY,
    "feeds.of_site": ANYBODY,
    "files.embed_script": ANYBODY,
    "files.file": ANYBODY,
    "health.healthz": ANYBODY,
    "health.readyz": ANYBODY,
    "hearts.give": ANYBODY,
    "hearts.given": ANYBODY,
    "hearts.take_back": ANYBODY,
    "founding.form": FIRST,
    "founding.found": FIRST,
    "founding.how": ANYBODY,
    "help.lines": ANYBODY,
    "metrics.scrape": HERE,
    "reader.article": ANYBODY,
    "reader.change_audience": WRITER,
    "reader.edit": WRITER,
    "reader.front": ANYBODY,
    "reader.my_comment": WRITER,
    "reader.permalink": ANYBODY,
    "reader.post_comment": ANYBODY,
    "reader.preview": ANYBODY,
    "reader.withdraw": WRITER,
    "reports.form": ANYBODY,
    "reports.send": ANYBODY,
    "reports.thanks": ANYBODY,
    "stamps.stamp": ANYBODY,
    "wishes.tell": WRITER,
}
# Only these take their number from a row that this stage does not have: "there is none" is then no refusal.
ROWLESS = {
    "leaving.undo",
    "mail.one_mail",
    "mail.open_links",
    "rules.undo",
    "alerts.end_secret",
    "alerts.new_secret",
    "alerts.take_away",
    "alerts.try_again",
    "alerts.try_target",
    "turns.news",
}
SAYS_NO = {"accounts.sign_in"}  # a wrong password is answered with 403, to anybody
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}


def test_every_route_is_in_a_table(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    missing = routes - set(MAY) - set(READERS)
    assert not missing, f"say who may use {sorted(missing)}: add them to a table in tests/moderation/test_roles.py"
    assert (set(MAY) | set(READERS)) - routes == set(), "these are gone: take them out of the tables"
    assert set(MAY) & set(READERS) == set()


def test_everybody_may_do_what_the_tables_say_and_nothing_else(app: Flask, stage: Stage) -> None:
    wrong, written = [], set()
    for role, rule in product(ROLES, app.url_map.iter_rules()):
        may = role in MAY[rule.endpoint] if rule.endpoint in MAY else READERS[rule.endpoint] != FIRST
        for method in sorted({"GET", "POST"} - (_methods_at(app, rule) - (rule.methods or set()))):
            answer, changed = stage.ask(role, rule, method)
            if method not in (rule.methods or set()):
                good = answer.status_code == 405 and not changed
            else:
                good = _refused(answer, rule.endpoint) is not may and (may or not changed)
            written |= {rule.endpoint} if changed else set()
            if not good or (answer.status_code >= 500 and rule.endpoint != "health.readyz"):
                wrong.append(f"{method} {rule.endpoint} answered {role} with {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert len(written) > 20, "who could act has not acted"


def test_a_form_from_elsewhere_is_refused_and_one_of_staff_without_its_token(app: Flask, stage: Stage) -> None:
    wrong = []
    for role, rule in product(ROLES, app.url_map.iter_rules()):
        if not _one_click(app, rule):
            answer, changed = stage.ask(role, rule, "POST", headers=ELSEWHERE)
            if answer.status_code != 403 or changed:
                wrong.append(f"{rule.endpoint} took from elsewhere ({role}, {answer.status_code})")
        if rule.endpoint in MAY and "POST" in (rule.methods or set()):
            answer, changed = stage.ask(role, rule, "POST", csrf=False)
            if answer.status_code not in (302, 401, 403) or changed:
                wrong.append(f"{rule.endpoint} took without a token ({role}, {answer.status_code})")
    assert not wrong, "\n".join(wrong)


def test_a_link_opens_what_it_was_made_for_and_nothing_else(app: Flask, stage: Stage) -> None:
    """Every link that there is, by every route that takes one; and each of them with a letter changed or cut."""
    opened = []
    for rule in _by_link(app):
        right = stage.links.get(rule.endpoint, stage.links["reader.my_comment"])
        others = {*stage.links.values(), stage.others_link} - {right}
        if READERS[rule.endpoint] == WRITER:
            others -= {stage.others_link}
        words, _, signature = right.rpartition(".")
        forged = {f"{words}.{signature.swapcase()}", f"{words.swapcase()}.{signature}", words, right[:-6], f"{words}."}
        forged |= {f"{right}.{right}", "1", "0", "%00", "."}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for token in sorted(others | forged):
                answer, changed = stage.ask("nobody", rule, method, token=token)
                if answer.status_code != 404 or changed:
                    opened.append(f"{method} {rule.endpoint}: {answer.status_code} for {token}")
    assert not opened, "\n".join(opened)


def test_a_secret_link_is_about_ones_own_comment_alone(app: Flask, stage: Stage) -> None:
    hers = stage.public["comment_id"]

    def row() -> tuple[object, ...]:
        comment = db.session.get_one(Comment, hers, populate_existing=True)
        found = (comment.version, comment.status, comment.audience, comment.latest.source, comment.commenter_id)
        db.session.rollback()
        return found

    def same() -> None:
        assert row() == before

    before = row()
    for rule in _by_link(app):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if READERS[rule.endpoint] == WRITER:
                answer, _changed = stage.ask("other commenter", rule, method, token=stage.others_link, then=same)
                assert CALM not in answer.text, rule.endpoint


@pytest.fixture
def stage(cast: Cast, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage, on SQLite: who may do what does not depend on the database."""
    made = Stage(cast, settings, tmp_path_factory.mktemp("stage"))
    yield made
    made.close()


def _by_link(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if READERS.get(rule.endpoint) in (WRITER, MAILED)]


def _methods_at(app: Flask, rule: Rule) -> set[str]:
    """Return all methods of an address: a form and what it sends are often two routes at one."""
    return {method for other in app.url_map.iter_rules() if other.rule == rule.rule for method in other.methods or ()}


def _one_click(app: Flask, rule: Rule) -> bool:
    return any(other.endpoint in ONE_CLICK for other in app.url_map.iter_rules() if other.rule == rule.rule)


def _refused(answer: TestResponse, endpoint: str) -> bool:
    if answer.status_code == 302:
        refused = "/sign-in?next=" in answer.location
        assert refused or endpoint in ("reader.permalink", "accounts.sign_in_form", "founding.how")
        return refused
    if endpoint in SAYS_NO:
        return False
    return answer.status_code in ((401, 403) if endpoint in ROWLESS else (401, 403, 404))
