"""Backups hold everything as of one moment, go back row by row, and never overwrite anything by accident."""

import contextvars
import json
import stat
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text

from service.archive.backup import commands
from service.archive.backup.actions import is_due, keep_newest, scheduled_backups
from service.archive.backup.manifest import read_manifest
from service.config import Settings
from service.core.db import begin_write, db
from tests.cast import CALM, CRISIS, Cast
from tests.conftest import Clock

pytestmark = pytest.mark.db
ANOTHER = SecretStr("another secret that only the tests know, long enough")


@pytest.fixture
def filled(cast: Cast) -> dict[str, list[tuple[Any, ...]]]:
    """A site with something in most tables, and all of its rows."""
    first = cast.says(cast.tove, CALM)
    cast.says(cast.joao, f"{CRISIS} Ünïcode, \N{ZERO WIDTH JOINER} 'quotes' and \\ all.", to=first, name="João ;--")
    assert cast.browser(cast.ines)
    return every_row()


def test_what_was_lost_comes_back_row_by_row(
    app: Flask, filled: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    made = run(app, "backup", "--to", str(tmp_path / "one.zip"))
    assert made.exit_code == 0, made.output
    assert sum(len(rows) for rows in filled.values()) > 10
    begin_write()
    for table in ("scans", "case_events", "deliveries"):
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.execute(text("UPDATE comments SET name = 'Somebody else'"))
    db.session.commit()
    assert every_row() != filled
    restored = run(app, "restore", str(tmp_path / "one.zip"), "--replace")
    assert restored.exit_code == 0, restored.output
    found = every_row()
    assert {name: found[name] for name in filled if filled[name] != found.get(name)} == {}


def test_a_restored_site_goes_on(app: Flask, cast: Cast, tmp_path: Path) -> None:
    before = cast.says(cast.tove, CALM)
    assert run(app, "backup", "--to", str(tmp_path / "one.zip")).exit_code == 0
    assert run(app, "restore", str(tmp_path / "one.zip"), "--replace").exit_code == 0
    after = cast.says(cast.joao, CALM)  # ids go on where they were
    assert after.id > before.id
    assert cast.browser().get("/articles/old-maps").text.count("made me smile") == 2


def test_the_file_says_what_is_in_it_and_keeps_secrets(app: Flask, filled: dict[str, Any], settings: Settings) -> None:
    made = run(app, "backup")
    (path,) = settings.backups.glob("*.zip")
    assert str(path) in made.output
    assert "ATTUNE_SECRET_KEY" in made.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    manifest = read_manifest(path)
    assert manifest.rows == {name: len(rows) for name, rows in filled.items()}
    assert manifest.database == db.engine.dialect.name
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {"manifest.json", "database"}
    assert settings.secret.encode() not in path.read_bytes()
    assert [each for each in settings.backups.iterdir() if each != path] == []


def test_what_the_owner_wrote_into_the_data_folder_comes_back_and_nothing_is_overwritten(
    app: Flask, filled: dict[str, Any], tmp_path: Path, settings: Settings
) -> None:
    lines, model = settings.data_dir / "help-lines.yaml", settings.data_dir / "triage-model.tsv"
    path = tmp_path / "one.zip"
    lines.write_text("written by the owner")
    model.write_text("trained by the owner")
    (settings.data_dir / "secret.key").write_text("never in it")
    assert run(app, "backup", "--to", str(path)).exit_code == 0
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {"manifest.json", "database", "own/help-lines.yaml", "own/triage-model.tsv"}
    model.unlink()
    lines.write_text("written since")
    assert run(app, "restore", str(path), "--dry-run").exit_code == 0
    assert lines.read_text() == "written since"
    assert run(app, "restore", str(path), "--replace").exit_code == 0
    assert (lines.read_text(), model.read_text()) == ("written by the owner", "trained by the owner")
    assert (settings.data_dir / "help-lines.yaml.before").read_text() == "written since"
    assert not (settings.data_dir / "triage-model.tsv.before").exists()


def test_owners_files_that_cannot_be_put_back_are_said_and_the_rest_is_restored(
    app: Flask, filled: dict[str, Any], tmp_path: Path, another_app: Callable[..., Flask], settings: Settings
) -> None:
    """The key with it: without it nobody could read the addresses of the database that is there now."""
    path, lines = tmp_path / "one.zip", settings.data_dir / "help-lines.yaml"
    lines.write_text("written by the owner")
    assert run(app, "backup", "--to", str(path), "--with-keys").exit_code == 0
    elsewhere = tmp_path / "moved"
    (elsewhere / "help-lines.yaml").mkdir(parents=True)  # something is in its place that no file can replace
    moved = another_app(secret_key=SecretStr(""), data_dir=elsewhere, database_url=app_url(app))
    begin_write()
    db.session.execute(text("UPDATE comments SET name = 'Somebody else'"))
    db.session.commit()
    done = run(moved, "restore", str(path), "--replace", "--with-keys")
    assert done.exit_code == 1
    assert "The database is restored, the owner's files are not" in done.output
    assert f"({elsewhere / 'help-lines.yaml'})" in done.output
    assert f"unzip them into {elsewhere}" in done.output
    assert every_row() == filled
    assert (elsewhere / "secret.key").read_text() == settings_of(app).secret
    assert [each.name for each in elsewhere.glob(".restore-*")] == []


@pytest.mark.parametrize("damage", ["cut", "changed", "no zip", "newer", "unknown"])
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    app: Flask, filled: dict[str, Any], tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "one.zip"
    assert run(app, "backup", "--to", str(path)).exit_code == 0
    spoil(path, damage)
    refused = run(app, "restore", str(path), "--replace")
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ") or "before-restore" in refused.output
    assert every_row() == filled


def test_a_database_with_something_in_it_is_not_overwritten_unless_asked(
    app: Flask, filled: dict[str, Any], tmp_path: Path, settings: Settings
) -> None:
    assert run(app, "backup", "--to", str(tmp_path / "one.zip")).exit_code == 0
    refused = run(app, "restore", str(tmp_path / "one.zip"))
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    assert run(app, "restore", str(tmp_path / "one.zip"), "--dry-run").exit_code == 0
    assert list(settings.backups.glob("*")) == []
    assert run(app, "restore", str(tmp_path / "one.zip"), "--replace").exit_code == 0
    (kept,) = settings.backups.glob("*-before-restore.zip")
    assert read_manifest(kept).rows == {name: len(rows) for name, rows in filled.items()}


def test_a_running_site_is_left_alone(
    app: Flask,
    filled: dict[str, Any],
    tmp_path: Path,
    settings: Settings,
    database_kind: str,
    still_clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(app, "backup", "--to", str(tmp_path / "one.zip")).exit_code == 0
    holder = subprocess.Popen(
        ["flock", str(settings.data_dir / "run.lock"), "sh", "-c", "echo held; cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    refused = run(app, "restore", str(tmp_path / "one.zip"), "--replace")
    holder.communicate(b"")
    assert refused.exit_code == 1
    assert "Stop it first" in refused.output
    if database_kind == "postgresql":
        with psycopg.connect(app_url(app).replace("+psycopg", "")):
            refused = run(app, "restore", str(tmp_path / "one.zip"), "--replace")
        assert "the database has 1 other connection" in refused.output
        return
    beats = [still_clock(), still_clock() + timedelta(seconds=10), still_clock(), still_clock()]
    monkeypatch.setattr(commands, "last_beat", lambda _kind: beats.pop(0))
    monkeypatch.setattr(commands, "LONGEST_SILENCE_S", 0.01)
    assert "signs of life" in run(app, "restore", str(tmp_path / "one.zip"), "--replace").output
    assert run(app, "restore", str(tmp_path / "one.zip"), "--replace").exit_code == 0  # it had just been stopped


def test_another_secret_key_is_noticed(
    app: Flask, filled: dict[str, Any], tmp_path: Path, another_app: Callable[..., Flask], database_kind: str
) -> None:
    path = tmp_path / "one.zip"
    assert run(app, "backup", "--to", str(path), "--with-keys").exit_code == 0
    other = another_app(secret_key=ANOTHER)
    refused = run(other, "restore", str(path), "--replace")
    assert refused.exit_code == 1
    assert "another secret key" in refused.output
    clash = run(other, "restore", str(path), "--replace", "--with-keys")
    assert "ATTUNE_SECRET_KEY is set" in clash.output
    assert run(other, "restore", str(path), "--replace", "--lost-key").exit_code == 0
    if database_kind == "sqlite":
        moved = another_app(secret_key=SecretStr(""), data_dir=tmp_path / "moved", database_url=app_url(app))
        before = (tmp_path / "moved" / "secret.key").read_text()
        assert run(moved, "restore", str(path), "--replace", "--with-keys").exit_code == 0
        assert (tmp_path / "moved" / "secret.key").read_text() == settings_of(app).secret
        assert (tmp_path / "moved" / "secret.key.replaced").read_text() == before


def test_a_backup_goes_back_into_its_own_kind_of_database(
    app: Flask, cast: Cast, tmp_path: Path, database_kind: str
) -> None:
    assert run(app, "backup", "--to", str(tmp_path / "one.zip")).exit_code == 0
    rewrite(tmp_path / "one.zip", database="postgresql" if database_kind == "sqlite" else "sqlite")
    assert "same kind" not in (output := run(app, "restore", str(tmp_path / "one.zip"), "--replace").output)
    assert "kind of database" in output


def test_a_missing_or_old_program_is_said_in_words(
    app: Flask, cast: Cast, tmp_path: Path, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind == "sqlite":
        pytest.skip("SQLite needs no program")
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = run(app, "backup")
    assert missing.exit_code == 1
    assert "pg_dump is not there" in missing.output
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    (tmp_path / "pg_dump").chmod(0o755)
    old = run(app, "backup")
    assert "pg_dump is version 9, the server is version" in old.output


def test_the_worker_makes_one_a_day_and_keeps_the_newest(
    app: Flask,
    cast: Cast,
    settings: Settings,
    still_clock: Clock,
    database_kind: str,
    another_app: Callable[..., Flask],
) -> None:
    assert is_due(settings, still_clock()) is (database_kind == "sqlite")
    daily = another_app(backup_hours=24, backup_keep=2)
    for _day in range(4):
        assert is_due(settings_of(daily), still_clock())
        assert run(daily, "backup", "--scheduled").exit_code == 0
        assert run(daily, "backup", "--scheduled").output == ""  # not twice
        still_clock.move(hours=24)
    made = scheduled_backups(settings_of(daily))
    assert [still_clock() - moment for moment, _path in made] == [timedelta(days=1), timedelta(days=2)]
    assert run(daily, "backup").exit_code == 0  # by hand: never deleted
    assert keep_newest(settings_of(daily)) == []
    assert len(list(settings.backups.glob("*.zip"))) == 3
    assert not is_due(settings_of(another_app(backup_hours=0)), still_clock())


def run(app: Flask, *words: str) -> Result:
    """Run a chore as in a process of its own: in its own context, with no connection open before or after."""
    db.session.rollback()
    db.engine.dispose()
    done = contextvars.Context().run(app.test_cli_runner().invoke, args=list(words))
    with app.app_context():
        db.engine.dispose()
    return done


def every_row() -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, but those by which processes agree among themselves."""
    db.session.rollback()
    with db.engine.connect() as connection:
        names = [*db.metadata.tables, "alembic_version"]
        rows = {name: connection.execute(text(f"SELECT * FROM {name}")).all() for name in names}
    return {name: sorted(tuple(map(str, row)) for row in found) for name, found in rows.items()}


def spoil(path: Path, damage: str) -> None:
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "no zip":
        path.write_bytes(b"not a backup")
    elif damage == "changed":
        rewrite(path, sha256="0" * 64)
    elif damage == "newer":
        rewrite(path, format=2)
    else:
        rewrite(path, revision="9999")


def rewrite(path: Path, **changes: object) -> None:
    """Write a backup anew with other words in its manifest."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    said = {**json.loads(members["manifest.json"]), **changes}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, json.dumps(said) if name == "manifest.json" else content)


def settings_of(app: Flask) -> Settings:
    found: Settings = app.extensions["attune"]
    return found


def app_url(app: Flask) -> str:
    return settings_of(app).database
