"""What the pages of staff cost when much is there: CPU and statements of each page and act, on either database.

    python -m tests.bench.queue [--database postgresql://...] [--comments 100000] [--open 5000] [--profile care]

A scratch database is made and taken away again. Each page is asked for in process, through the whole application; its
CPU is that of this process, and on PostgreSQL that of the server process of the connection besides.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from pydantic import SecretStr
from sqlalchemy import event, insert, text

from service.accounts.actions import add_user
from service.accounts.models import Commenter, Role
from service.app import create_app
from service.articles.actions import add_article
from service.care.ladder import turn_at
from service.care.models import Case, CaseEventRow
from service.care.transitions import CaseEvent, CaseState
from service.comments.models import Comment, Revision, Screening, Status
from service.comments.path import child_path
from service.config import Settings, current_keys
from service.core import clock
from service.core.db import begin_write, db
from service.core.dispatch import use_dispatcher
from service.core.leases import beat
from service.core.text import SANITIZER_VERSION
from service.moderation.models import Act, Decision
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.models import Scan
from tests.cast import token_in, version_in

PASSWORD = "a long bench password"
WORDS = (
    "the light in the kitchen was on and nobody came for a long while so we sat and talked about small things".split()
)
LEVELS = (Level.SUPPORT, Level.SUPPORT, Level.SUPPORT, Level.URGENT, Level.CRISIS)
CHUNK = 5_000
ARTICLES = 60


def main() -> None:
    """Make the site, measure every page, and print a table."""
    wanted = _arguments()
    use_dispatcher(None)
    with scratch(wanted.database) as settings:
        app = create_app(settings)
        with app.app_context():
            upgrade()
            started = time.monotonic()
            fill(wanted.comments, wanted.open)
            db.session.execute(text("ANALYZE"))
            db.session.commit()
            print(f"{wanted.comments} comments, {wanted.open} open cases: filled in {time.monotonic() - started:.0f} s")
        browser = sign_in(app)
        with app.app_context():
            pages = _pages()
        for name, ask in pages.items():
            if wanted.profile and name != wanted.profile:
                continue
            _measure(app, browser, name, ask, wanted.rounds, profile=bool(wanted.profile))
        with app.app_context():
            db.engine.dispose()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="a server on which a scratch database may be made; else SQLite")
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--profile", default="", help="the page whose costliest functions to print")
    return parser.parse_args()


@contextmanager
def scratch(server: str) -> Iterator[Settings]:
    secret = SecretStr("a secret that only the bench knows")
    with tempfile.TemporaryDirectory() as folder:
        usual = {"data_dir": Path(folder), "secret_key": secret, "rate_limits": False, "log_level": "warning"}
        if not server:
            yield Settings(**usual)
            return
        name = f"attune_bench_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
            try:
                yield Settings(**usual, database_url=server.rpartition("/")[0] + f"/{name}")
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _pages() -> dict[str, Callable[[FlaskClient], object]]:
    """Return what is asked for, by name; an act is given another comment each time."""
    held = iter(
        db.session.scalars(db.select(Comment.id).where(Comment.held_at.is_not(None)).order_by(Comment.id)).all()
    )
    waiting = db.session.scalars(db.select(Case.comment_id).order_by(Case.turn_at).limit(400)).all()
    opened = iter(waiting[200:])
    far = _cursor_far_down()
    return {
        "care": lambda browser: browser.get("/moderation?lane=care"),
        "care, far down": lambda browser: browser.get(f"/moderation?lane=care&after={far}"),
        "care, by level": lambda browser: browser.get("/moderation?lane=care&level=crisis"),
        "care, one article": lambda browser: browser.get("/moderation?lane=care&article=7"),
        "care, words": lambda browser: browser.get("/moderation?lane=care&q=nowhere"),
        "held": lambda browser: browser.get("/moderation?lane=held"),
        "spam": lambda browser: browser.get("/moderation?lane=spam"),
        "all": lambda browser: browser.get("/moderation?lane=all"),
        "all, by level": lambda browser: browser.get("/moderation?lane=all&level=crisis"),
        "all, words that many have": lambda browser: browser.get("/moderation?lane=all&q=kitchen"),
        "all, words that none has": lambda browser: browser.get("/moderation?lane=all&q=nowhere"),
        "done": lambda browser: browser.get("/moderation?lane=done"),
        "figures": lambda browser: browser.get("/moderation/figures?weeks=52"),
        "figures, one level": lambda browser: browser.get("/moderation/figures?weeks=52&level=urgent"),
        "an item": lambda browser: browser.get(f"/moderation/comments/{waiting[0]}"),
        "next": lambda browser: _post(browser, "/moderation/next", waiting[0], lane="care"),
        "publish": lambda browser: _post(browser, "decisions", next(held), act="approve"),
        "answer": lambda browser: _post(browser, "replies", next(opened), body="I have read this twice. " * 8),
    }


def _cursor_far_down() -> str:
    case = db.session.scalars(db.select(Case).order_by(Case.turn_at).offset(4000).limit(1)).first()
    moment = case.turn_at if case is not None else clock.now()
    return f"{int(moment.timestamp() * 1_000_000)}-{case.id if case else 1}-1"


_forms: dict[int, tuple[str, str]] = {}


def _post(browser: FlaskClient, path: str, comment_id: int, **fields: str) -> object:
    """Send a form whose token and version were read beforehand, outside what is measured."""
    token, version = _forms[comment_id]
    where = path if path.startswith("/") else f"/moderation/comments/{comment_id}/{path}"
    return browser.post(where, data={"csrf_token": token, "version": version, **fields})


def _measure(
    app: Flask, browser: FlaskClient, name: str, ask: Callable[[FlaskClient], object], rounds: int, *, profile: bool
) -> None:
    if name in ("next", "publish", "answer"):
        _read_forms(browser)
    sent: list[str] = []
    with app.app_context():
        engine = db.engine
    note = lambda _c, _u, statement, *_rest: sent.append(statement)  # noqa: E731
    ask(browser)
    event.listen(engine, "before_cursor_execute", note)
    answer = ask(browser)
    event.remove(engine, "before_cursor_execute", note)
    status = getattr(answer, "status_code", 0)
    assert status in (200, 303), (name, status)
    if profile:
        _profile(lambda: ask(browser), rounds)
        for statement in sent:
            print("--", statement)
        return
    here, there = [], []
    for _round in range(rounds):
        began, server = time.process_time(), _server_cpu(app)
        ask(browser)
        here.append((time.process_time() - began) * 1000)
        there.append(_server_cpu(app) - server)
    database = f"  database {statistics.fmean(there):5.1f}" if _server_cpu(app) else ""
    statements = len([statement for statement in sent if not statement.startswith("BEGIN")])
    spread = f"{statistics.median(here):6.1f} (p90 {statistics.quantiles(here, n=10)[-1]:.1f})"
    print(f"{name:28} {statements:3} statements  CPU ms {spread}{database}")


def _read_forms(browser: FlaskClient) -> None:
    """Read token and version of every comment that an act may be tried on: the token is that of the session."""
    if _forms:
        return
    with browser.application.app_context():
        rows = db.session.execute(db.select(Comment.id, Comment.version)).all()
        any_id = rows[0].id
    page = browser.get(f"/moderation/comments/{any_id}")
    assert version_in(page)
    _forms.update({row.id: (token_in(page), str(row.version)) for row in rows})


def _server_cpu(app: Flask) -> float:
    """Return the CPU ms of the server processes of this process's connections; 0 on SQLite or without /proc."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return 0
        ticks = 0
        with db.engine.connect() as connection:
            pids = connection.execute(
                text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid IS NOT NULL")
            ).scalars()
            for pid in pids:
                try:
                    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                ticks += int(fields[11]) + int(fields[12])
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def _profile(call: Callable[[], object], rounds: int) -> None:
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    for _round in range(rounds):
        profiler.runcall(call)
    pstats.Stats(profiler).sort_stats("cumtime").print_stats(60)


def sign_in(app: Flask) -> FlaskClient:
    browser = app.test_client()
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    answer = browser.post("/sign-in", data={"email": "bench@attune.example", "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return browser


def fill(number: int, opened: int) -> None:
    """Have a site in bulk: comments with revisions and scans, cases with events, decisions, people and articles."""
    chance = random.Random(7)
    begin_write()
    site_id = current_site().id
    user = add_user(site_id, "bench@attune.example", "Bench", Role.MODERATOR, PASSWORD, current_keys())
    others = [
        add_user(site_id, f"b{n}@attune.example", f"Bench {n}", Role.AUTHOR, PASSWORD, current_keys()) for n in range(9)
    ]
    articles = [
        add_article(
            site_id, f"A page about {n}", "A page.\n\n" + "Long. " * 2000, slug=f"page-{n}", author_id=others[n % 9].id
        ).id
        for n in range(ARTICLES)
    ]
    beat("bench", "worker", 1)
    db.session.commit()
    people = _in_bulk(Commenter, [{"site_id": site_id, "cookie_hash": str(n)} for n in range(number // 5)])
    now = clock.now()
    comments = [
        _comment(site_id, chance, articles, people, n, now - timedelta(minutes=number - n)) for n in range(number)
    ]
    ids = _in_bulk(Comment, comments)
    revisions = _in_bulk(Revision, [_revision(id_, chance) for id_ in ids])
    _place(ids, revisions, comments)
    _in_bulk(Scan, [_scan(id_, revision, n) for n, (id_, revision) in enumerate(zip(ids, revisions, strict=True))])
    written = list(zip(ids, comments, strict=True))
    waiting, answered = written[-opened:], written[-2 * opened : -opened]
    rows = [_case(id_, row, n) for n, (id_, row) in enumerate(waiting)]
    rows += [{**_case(id_, row, n), "state": CaseState.ANSWERED} for n, (id_, row) in enumerate(answered)]
    cases = list(zip(_in_bulk(Case, rows), rows, strict=True))
    _in_bulk(CaseEventRow, [_case_event(case_id, row, CaseEvent.OPENED) for case_id, row in cases])
    _in_bulk(CaseEventRow, [_case_event(case_id, row, CaseEvent.ANSWERED) for case_id, row in cases[opened:]])
    _in_bulk(
        Decision,
        [_decision(site_id, id_, user.id, now - timedelta(minutes=n)) for n, id_ in enumerate(ids[: number // 20])],
    )


def _in_bulk(table: type, rows: list[dict[str, object]]) -> list[int]:
    ids: list[int] = []
    for start in range(0, len(rows), CHUNK):
        begin_write()
        ids += sorted(db.session.scalars(insert(table).returning(table.id), rows[start : start + CHUNK]))  # type: ignore[attr-defined]
        db.session.commit()
    return ids


def _comment(
    site_id: int, chance: random.Random, articles: list[int], people: list[int], number: int, moment: datetime
) -> dict[str, object]:
    """A twentieth is spam, a thirtieth is held; the rest is public."""
    status = Status.SPAM if number % 20 == 3 else Status.PENDING if number % 30 == 5 else Status.PUBLISHED
    held = status is Status.PENDING
    return {
        "site_id": site_id,
        "article_id": chance.choice(articles),
        "commenter_id": chance.choice(people),
        "name": f"Reader {number % 977}",
        "status": status,
        "held_at": moment if held else None,
        "held_reason": "Held because it is this person's first comment." if held else "",
        "created_at": moment,
        "path": "",
    }


def _revision(comment_id: int, chance: random.Random) -> dict[str, object]:
    said = " ".join(chance.choices(WORDS, k=60))
    screening = Screening.FAILED if comment_id % 5000 == 6 else Screening.DONE
    usual = {"number": 1, "sanitizer_version": SANITIZER_VERSION, "screening": screening}
    return {"comment_id": comment_id, "source": said, "html": f"<p>{said}</p>", **usual}


def _place(ids: list[int], revisions: list[int], comments: list[dict[str, object]]) -> None:
    """Each comment is the root of its own conversation."""
    rows = [
        {
            "id": id_,
            "root_id": id_,
            "path": child_path("", row["created_at"], id_),  # type: ignore[arg-type]
            "latest_revision_id": revision,
            "public_revision_id": revision if row["status"] is Status.PUBLISHED else None,
        }
        for id_, revision, row in zip(ids, revisions, comments, strict=True)
    ]
    for start in range(0, len(rows), CHUNK):
        begin_write()
        db.session.execute(db.update(Comment), rows[start : start + CHUNK])
        db.session.commit()


def _scan(comment_id: int, revision_id: int, number: int) -> dict[str, object]:
    level = LEVELS[number // 10 % 5] if number % 10 == 0 else Level.NONE
    match = {"phrase": "nobody came", "family": "alone", "level": level, "start": 40, "end": 51, "context": []}
    found = [] if level is Level.NONE else [match]
    return {
        "comment_id": comment_id,
        "revision_id": revision_id,
        "level": level,
        "score": 0.5,
        "harm": [],
        "matches": found,
        "version": "bench",
    }


def _case(comment_id: int, row: dict[str, object], number: int) -> dict[str, object]:
    level, moment = LEVELS[number % 5], row["created_at"]
    assert isinstance(moment, datetime)
    due = moment + timedelta(hours=24)
    usual = {"site_id": row["site_id"], "article_id": row["article_id"], "commenter_id": row["commenter_id"]}
    return {
        **usual,
        "root_id": comment_id,
        "comment_id": comment_id,
        "state": CaseState.UNSEEN if number % 50 == 9 else CaseState.OPEN,
        "level": level,
        "level_rank": level.rank,
        "waiting_since": moment,
        "last_written_at": moment,
        "due_at": due,
        "turn_at": turn_at(level, due),
    }


def _case_event(case_id: int, row: dict[str, object], event: CaseEvent) -> dict[str, object]:
    """It opened when it was written, and was answered some hours later."""
    since = row["waiting_since"]
    assert isinstance(since, datetime)
    moment = since if event is CaseEvent.OPENED else since + timedelta(hours=case_id % 40)
    known = {"level": row["level"], "comment_id": row["comment_id"], "waiting_since": since, "due_at": row["due_at"]}
    return {"case_id": case_id, "event": event, "created_at": moment, **known}


def _decision(site_id: int, comment_id: int, user_id: int, moment: datetime) -> dict[str, object]:
    return {
        "site_id": site_id,
        "comment_id": comment_id,
        "comment_version": 1,
        "user_id": user_id,
        "act": Act.APPROVE,
        "status_before": Status.PENDING,
        "status_after": Status.PUBLISHED,
        "created_at": moment,
    }


if __name__ == "__main__":
    main()
