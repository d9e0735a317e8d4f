"""What phrases cost: a dry run over many comments, the page with 3,000 phrases, counting, and a scan with changes.

    python -m tests.bench.phrases [--database postgresql://...] [--comments 100000] [--own 1500]

A scratch database is made and taken away again. The comments are sentences of this project's own, glued together.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from itertools import cycle

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import delete, insert, text

from service.accounts.models import User
from service.app import create_app
from service.comments.models import Comment, Revision
from service.core.db import begin_write, db
from service.core.dispatch import use_dispatcher
from service.moderation.phrases.reading import Step, take_step
from service.moderation.phrases.runs import hold, propose
from service.moderation.phrases.tallies import count_phrases, keep_tallies
from service.triage import tuned
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.phrases.models import PhraseChange, PhraseHit
from service.triage.phrases.phrase import Counting, own_phrase
from service.triage.phrases.queries import book, refresh, shipped
from service.triage.scanner import scan
from service.triage.training import sentences
from tests.bench.queue import fill, scratch, sign_in

SEEN = 5_000


def main() -> None:
    """Make the site, measure, and print a line each."""
    wanted = _arguments()
    use_dispatcher(None)
    with scratch(wanted.database) as settings:
        app = create_app(settings)
        with app.app_context():
            upgrade()
            fill(wanted.comments, 200)
            texts = _write(wanted.comments)
            db.session.execute(text("ANALYZE"))
            db.session.commit()
            bench = db.session.query(User).order_by(User.id).first()
            assert bench is not None
            _scans(texts)
            _add(bench, wanted.own)
            _timed("a change heard of by a process", lambda: (tuned.use(None), refresh()))
            print(f"{len(book())} phrases")
            _scans(texts)
            cope = next(phrase for phrase in shipped().values() if "cope" in phrase.pattern)
            _dry_run(bench, "one phrase off", {cope.key: {**_values(cope), "is_on": False}})
            often = own_phrase("en", "exhaustion", "(the|my) (day|week|night|house|garden|kids|mum)", _usual())
            _dry_run(bench, "a phrase that many have", {often.key: often.values()})
            _timed("counting anew", lambda: keep_tallies(_counted()))
            db.session.commit()
        _page(app)
        with app.app_context():
            db.engine.dispose()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="a server on which a scratch database may be made; else SQLite")
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--own", type=int, default=1_500, help="phrases that the site has added")
    return parser.parse_args()


def _write(number: int) -> list[str]:
    """Give every comment words of three sentences, and every tenth two phrases in which it was found."""
    chance, said = random.Random(11), [text for *_, text, _ in sentences(unseen=False)]
    texts = [" ".join(chance.choices(said, k=3)) for _ in range(5_000)]
    rows = db.session.execute(
        db.select(Revision.id, Comment.id, Comment.created_at, Scan.id.label("scan"))
        .join_from(Revision, Comment, Comment.latest_revision_id == Revision.id)
        .join(Scan, Scan.comment_id == Comment.id)
    ).all()
    keys = cycle(shipped())
    begin_write()
    db.session.execute(db.update(Revision), [{"id": row[0], "source": texts[n % 5_000]} for n, row in enumerate(rows)])
    db.session.execute(delete(PhraseHit))
    hits = [
        {"scan_id": row.scan, "phrase": next(keys), "comment_id": row[1], "written_at": row.created_at}
        for n, row in enumerate(rows)
        for _ in range(2 if n % 2 else 1)
    ]
    db.session.execute(insert(PhraseHit), hits)
    db.session.commit()
    print(
        f"{number} comments of {statistics.fmean(map(len, texts)):.0f} characters, {len(hits)} times a phrase was found"
    )
    return texts


def _add(user: User, number: int) -> None:
    begin_write()
    names = [f"zw{n:x}rn of {['grey', 'blue', 'red'][n % 3]} kind" for n in range(number)]
    made = [own_phrase("en", "exhaustion", name, _usual()) for name in names]
    rows = [
        {
            "site_id": user.site_id,
            "user_id": user.id,
            "phrase": each.key,
            "after": each.values(),
            "before": {},
            "reason": "-",
        }
        for each in made
    ]
    db.session.execute(insert(PhraseChange), rows)
    db.session.commit()


def _usual() -> Counting:
    return Counting(Level.SUPPORT, 1.0)


def _values(phrase: object) -> dict[str, object]:
    from dataclasses import replace

    return replace(phrase, now=Counting(Level.SUPPORT, 0.1, False)).values()  # type: ignore[type-var, no-any-return, attr-defined]


def _dry_run(user: User, name: str, changes: dict[str, dict[str, object]]) -> None:
    begin_write()
    run = propose(user, changes, "Measured.")
    run_id, token = hold(run)
    db.session.commit()
    began, cpu, steps = time.monotonic(), time.process_time(), 0
    step = Step(run_id, token)
    while take_step(step):
        db.session.commit()
        steps += 1
    db.session.commit()
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    print(
        f"dry run, {name}: {run.looked_at} comments, {seconds:.1f} s ({cpu:.1f} s of CPU), {steps} steps, {run.counts}"
    )


def _counted() -> dict[str, object]:
    counted = count_phrases()
    begin_write()
    return counted  # type: ignore[return-value]


def _scans(texts: list[str]) -> None:
    for each in texts[:1500]:
        scan(each)
    began = time.process_time()
    for each in texts[:SEEN]:
        scan(each)
    number = min(SEEN, len(texts))
    speed = number / (time.process_time() - began)
    print(f"scan, {len(book()) - len(shipped())} own phrases: {speed:.0f} comments a second")


def _timed(name: str, call: Callable[[], object]) -> None:
    began = time.process_time()
    call()
    print(f"{name}: {(time.process_time() - began) * 1000:.0f} ms of CPU")


def _page(app: Flask) -> None:
    browser = sign_in(app)
    for path in ("", "?q=cope", "?family=exhaustion&page=3", "/new", "/history"):
        for _ in range(5):
            assert browser.get(f"/moderation/phrases{path}").status_code == 200
        spent = []
        for _ in range(40):
            began = time.process_time()
            browser.get(f"/moderation/phrases{path}")
            spent.append((time.process_time() - began) * 1000)
        median, slow = statistics.median(spent), statistics.quantiles(spent, n=10)[-1]
        print(f"page {path or 'of all':28} {median:5.1f} ms of CPU (p90 {slow:.1f})")


if __name__ == "__main__":
    main()
