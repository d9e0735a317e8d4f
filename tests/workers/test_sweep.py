"""What lost messages left behind is screened in a process of its own, the gravest first."""

import pytest
from flask import Flask
from sqlalchemy import select

from service.comments.models import Comment, Revision, Screening
from service.config import Settings
from service.core import clock
from service.core.db import db
from tests.cast import CALM, CRISIS, Cast
from tests.run.site import ROOT
from workers import sweep as sweeping

MANY = 5

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def surroundings(app: Flask, settings: Settings, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell the sweep's child of this site, call it many what is more than five, and give a busy machine its time."""
    monkeypatch.setattr(sweeping, "BATCH", MANY)
    monkeypatch.setattr(sweeping, "LONGEST_RUN_S", 300)
    monkeypatch.setattr(sweeping, "LONGEST_LOOK_S", 300)
    monkeypatch.setenv("ATTUNE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ATTUNE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ATTUNE_SECRET_KEY", settings.secret_key.get_secret_value() if settings.secret_key else "")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests" / "faults" / "shim"))


def waiting(cast: Cast, words: str) -> Comment:
    """Have a comment written whose message is lost."""
    return cast.says(cast.tove, words, screened=False)


def sweep() -> None:
    """Make one sweep, at the time that it is."""
    db.session.commit()
    clock.use(None)
    sweeping.Sweep().run()


def order() -> list[int]:
    """Return the comments that were screened, first to last."""
    done = select(Revision.comment_id).where(Revision.screening == Screening.DONE)
    return list(db.session.scalars(done.order_by(Revision.screened_at, Revision.id)))


def test_the_gravest_of_many_is_screened_first(cast: Cast) -> None:
    calm = [waiting(cast, f"{CALM} {number}").id for number in range(MANY)]
    grave = waiting(cast, CRISIS).id
    sweep()
    assert order() == [grave, *calm]


def test_few_are_screened_as_they_came(cast: Cast) -> None:
    calm, grave = waiting(cast, CALM).id, waiting(cast, CRISIS).id
    sweep()
    assert order() == [calm, grave]


def test_a_text_that_kills_whoever_looks_at_it_holds_nobody_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULTS_POISON", "1")
    calm = [waiting(cast, f"{CALM} {number}").id for number in range(MANY)]
    deadly = waiting(cast, "poison-die")
    sweep()
    assert order() == calm
    assert deadly.latest.screening is Screening.WAITING
    assert deadly.latest.attempts >= 1


def test_what_has_been_looked_at_is_not_looked_at_again_in_the_next_sweep(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments = [waiting(cast, f"{CALM} {number}") for number in range(MANY + 1)]
    there = {comment.latest.id: comment.id for comment in comments}
    db.session.commit()
    clock.use(None)
    looked_at: list[int] = []
    foresee = sweeping.Children.foresee

    def count(children: sweeping.Children, comment_id: int) -> int | None:
        looked_at.append(comment_id)
        return foresee(children, comment_id)

    monkeypatch.setattr(sweeping.Children, "foresee", count)
    monkeypatch.setattr(sweeping.Children, "screen", lambda children, comment_id: None)
    overdue = iter([there, there, {}, there, {}])
    monkeypatch.setattr(sweeping, "_overdue", lambda: next(overdue))
    lasting = sweeping.Sweep()
    lasting.run()
    lasting.run()
    assert looked_at == list(there.values())
