"""`flask doctor` names what is broken in database, folders and people, and goes on where something cannot be asked."""

import contextvars
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text

from service.accounts.actions import add_absence, add_shift, add_user
from service.accounts.models import Role
from service.archive.backup.actions import scheduled_backups
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.core.leases import beat
from service.demo.actions import end_sign_ins, refuse_in_production
from service.doctor import machine, people
from service.doctor.commands import examine
from service.doctor.findings import Finding, State
from service.doctor.machine import check_backups
from service.doctor.people import check_words
from service.notifications.actions import notify
from service.notifications.models import Channel, Kind, Notification, NotificationState
from service.site.queries import current_site
from tests.cast import CALM, PASSWORD, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.db


@pytest.fixture
def well(app: Flask, cast: Cast, settings: Settings, still_clock: Clock) -> Settings:
    """A site that has everything it needs."""
    assert cast.ines
    settings.data_dir.chmod(0o700)
    begin_write()
    beat("worker@here:1", "worker", 1)
    db.session.commit()
    return settings


def test_a_site_that_is_looked_after_has_nothing_broken(well: Settings) -> None:
    assert [finding for finding in examine(well) if finding.state is State.BAD] == []


def test_a_site_without_people_or_worker_says_so(app: Flask, settings: Settings) -> None:
    broken = {finding.about for finding in examine(settings) if finding.state is State.BAD}
    assert broken >= {"owner", "moderator", "worker"}


def test_a_worker_that_is_silent_or_behind(well: Settings, cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, CALM, screened=False)
    still_clock.move(minutes=3)
    assert found(well, "worker").state is State.BAD
    begin_write()
    beat("worker@here:1", "worker", 1)
    db.session.commit()
    assert found(well, "screening").state is State.BAD


def test_everybody_away_and_nobody_by_the_rota(well: Settings, cast: Cast, still_clock: Clock) -> None:
    assert found(well, "duty").state is State.OK
    begin_write()
    add_shift(cast.ines, (still_clock().weekday() + 3) % 7, 9, 17)
    db.session.commit()
    assert found(well, "duty").state is State.WARN
    begin_write()
    add_absence(cast.ines, date(2026, 3, 1), date(2026, 3, 9))
    db.session.commit()
    assert found(well, "duty").words == "Everybody is away."


def test_messages_that_failed_for_good(well: Settings, cast: Cast) -> None:
    begin_write()
    notify(cast.site_id, "test", [cast.ines.id], kind=Kind.TEST, path="/", channels=(Channel.EMAIL,))
    db.session.query(Notification).update({"state": NotificationState.DEAD})
    db.session.commit()
    assert found(well, "deliveries").words.startswith("1 ")


def test_a_database_of_another_version_or_another_key(
    well: Settings, cast: Cast, another_app: Callable[..., Flask]
) -> None:
    other = another_app(secret_key=SecretStr("another secret that only the tests know, long enough"))
    assert found(other.extensions["attune"], "encryption").state is State.BAD
    begin_write()
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    behind = found(well, "migrations")
    head = next(iter(db.session.execute(text("SELECT version_num FROM alembic_version")).scalars()))
    begin_write()
    db.session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": machine_head()})
    db.session.commit()
    assert head == "0001"
    assert (behind.state, "flask db upgrade" in behind.advice) == (State.BAD, True)


def test_a_folder_that_is_open_and_a_disk_that_is_full(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    well.data_dir.chmod(0o750)
    assert "chmod go=" in found(well, "permissions").advice
    monkeypatch.setattr(machine, "SPACE_WARN", 1 << 60)
    assert found(well, "disk").state is State.WARN
    monkeypatch.setattr(machine, "SPACE_BAD", 1 << 60)
    assert found(well, "disk").state is State.BAD


def test_backups_that_are_missing_or_old(app: Flask, cast: Cast, settings: Settings, still_clock: Clock) -> None:
    daily = Settings(**{**settings.model_dump(), "backup_hours": 24})
    assert check_backups(daily, still_clock()).state is State.WARN
    settings.backups.mkdir()
    (settings.backups / f"attune-{still_clock():%Y%m%dT%H%M%SZ}-scheduled.zip").touch()
    assert scheduled_backups(daily)
    assert check_backups(daily, still_clock()).state is State.OK
    still_clock.move(hours=49)
    assert check_backups(daily, still_clock()).state is State.BAD


def test_phrases_and_help_lines_that_cannot_be_read_or_are_old(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, still_clock: Clock
) -> None:
    site, today = current_site(), still_clock().date()
    later = list(check_words(site, today + timedelta(days=2000)))
    assert any("for more than a year" in finding.words for finding in later)

    def broken() -> None:
        raise ValueError("words that nobody needs to see")

    monkeypatch.setattr(people, "lexicon", broken)
    monkeypatch.setattr(people, "help_book", broken)
    assert [finding.state for finding in check_words(site, today)] == [State.BAD, State.BAD]


def test_the_sign_ins_of_the_demo_stop_the_start_where_readers_come_from_outside(
    cast: Cast, settings: Settings
) -> None:
    outside = Settings(**{**settings.model_dump(), "public_url": "https://attune.example"})
    refuse_in_production(outside)
    begin_write()
    add_user(cast.site_id, "demo@example.org", "Demo", Role.OWNER, PASSWORD, current_keys(), is_demo=True)
    db.session.commit()
    assert found(outside, "demo accounts").state is State.BAD
    assert found(settings, "demo accounts").state is State.WARN
    refuse_in_production(settings)
    with pytest.raises(SystemExit, match="flask demo --end"):
        refuse_in_production(outside)
    begin_write()
    assert end_sign_ins(current_site()) == 1
    db.session.commit()
    refuse_in_production(outside)


def test_the_chore_answers_with_words_numbers_and_an_exit_code(
    app: Flask, well: Settings, another_app: Callable[..., Flask], tmp_path: Path, database_kind: str
) -> None:
    assert run(app, "doctor").exit_code == 0
    assert "ok worker" in run(app, "doctor", "--all").output
    listed = json.loads(run(app, "doctor", "--json").output)
    assert all(set(each) == {"about", "state", "words", "advice"} for each in listed)
    gone = "postgresql://postgres@127.0.0.1:9/none" if database_kind == "postgresql" else f"sqlite:///{tmp_path}/no/db"
    down = run(another_app(database_url=gone), "doctor")
    assert down.exit_code == 1
    assert "!! database" in down.output
    assert "Traceback" not in down.output


def found(settings: Settings, about: str) -> Finding:
    db.session.rollback()
    (one,) = [finding for finding in examine(settings) if finding.about == about][:1]
    return one


def machine_head() -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory("service/migrations").get_current_head())


def run(app: Flask, *words: str) -> Any:
    """Run a chore in a context of its own, as a process of its own has one."""
    db.session.rollback()
    return contextvars.Context().run(app.test_cli_runner().invoke, args=list(words))
