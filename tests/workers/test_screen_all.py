"""A task that screens many does so for a moment, and asks for the rest again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from celery.exceptions import Reject
from flask import Flask

from service.comments.actions import SCREEN_TASK
from service.comments.models import Comment, Screening
from service.core.db import db
from service.triage.scanner import scan
from tests.cast import CALM, Cast
from tests.conftest import Outgoing
from workers import moderation
from workers.moderation import screen_all

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the lexicon before a text's time begins, as the worker does, and let a moment last on a busy machine."""
    monkeypatch.setattr(moderation, "SLICE_S", 60)
    scan("A lamp.")


def three(cast: Cast, outbox: Outgoing) -> list[int]:
    """Have three comments wait for their screening."""
    written = [cast.says(cast.reader(), f"{CALM} {number}", screened=False).id for number in range(3)]
    outbox.take(SCREEN_TASK)
    return written


def test_all_are_screened(cast: Cast, outbox: Outgoing) -> None:
    waiting = three(cast, outbox)
    screen_all(*waiting)
    assert {db.session.get_one(Comment, number).latest.screening for number in waiting} == {Screening.DONE}
    assert outbox.sent == []


def test_once_the_moment_is_over_the_rest_is_asked_for_again(
    cast: Cast, outbox: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = three(cast, outbox)
    monkeypatch.setattr(moderation, "SLICE_S", -1)
    screen_all(first, *rest)
    assert db.session.get_one(Comment, first).latest.screening is Screening.DONE
    assert {db.session.get_one(Comment, number).latest.screening for number in rest} == {Screening.WAITING}
    assert outbox.sent == [(SCREEN_TASK, tuple(rest))]


def test_one_that_is_gone_keeps_no_other_waiting(cast: Cast, outbox: Outgoing) -> None:
    waiting = three(cast, outbox)
    screen_all(waiting[-1] + 1, *waiting)
    assert {db.session.get_one(Comment, number).latest.screening for number in waiting} == {Screening.DONE}


def test_a_message_whose_database_is_away_goes_back_to_the_broker(
    another_app: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_kind: str
) -> None:
    monkeypatch.setattr(moderation, "OUTAGE_PAUSE_S", 0)
    gone = "postgresql://postgres@127.0.0.1:9/none" if database_kind == "postgresql" else f"sqlite:///{tmp_path}/no/db"
    with another_app(database_url=gone).app_context(), pytest.raises(Reject) as sent_back:
        screen_all(1, 2, 3)
    assert sent_back.value.requeue
