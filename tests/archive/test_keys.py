"""The secret key is replaced while the site runs: nobody loses an address, a link, a session or who they are."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, text

from service.accounts import second_factor
from service.accounts.actions import give_email, known_commenter
from service.accounts.addresses import confirm, sign_confirmation, to_be_confirmed
from service.accounts.models import Commenter, SecondFactor, User
from service.accounts.queries import confirmed_address, email_of, same_person, user_by_email
from service.archive.keys import actions
from service.config import Settings, current_keys, current_settings
from service.core.db import Base, begin_write, db
from service.core.errors import NotFound
from service.notifications.targets.actions import add_target
from service.notifications.targets.models import Asks, Target
from service.site.queries import current_site
from tests.cast import Cast
from tests.conftest import SECRET

NEW = SecretStr("another secret that only this test knows, and long")
TOVE = "tove@example.org"
Elsewhere = Callable[..., Flask]


@pytest.fixture
def renewed(cast: Cast, another_app: Elsewhere) -> Flask:
    """The same site once its owner has set a new key and kept the former one; nothing is encrypted anew yet."""
    with_address(cast.tove)
    set_up(cast)
    return another_app(secret_key=NEW, former_secret_key=SECRET)


def test_every_encrypted_column_is_gone_through() -> None:
    sealed = {(each.table.__tablename__, each.column) for each in actions.SEALED}
    columns = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    assert {(table, name) for table, name in columns if name.endswith("_encrypted")} == sealed


@pytest.mark.db
def test_everything_is_encrypted_anew_and_the_former_key_is_needed_no_more(
    cast: Cast, renewed: Flask, another_app: Elsewhere
) -> None:
    tove, ines, secret = cast.tove.id, cast.ines.id, totp_of(cast)
    with renewed.app_context():
        assert actions.tally(current_keys()).former > 0
        answer = renewed.test_cli_runner().invoke(args=["keys", "rotate", "--settle", "0"])
        assert answer.exit_code == 0, answer.output
    alone = another_app(secret_key=NEW)
    with alone.app_context():
        counted = actions.tally(current_keys())
        assert (counted.former, counted.unreadable) == (0, 0)
        assert confirmed_address(db.session.get_one(Commenter, tove), current_keys()) == TOVE
        assert email_of(ines, current_keys()) == "ines@example.org"
        assert user_by_email(cast.site_id, "Ines@example.org", current_keys()) is not None
        target = db.session.scalars(select(Target)).one()
        assert current_keys().decrypt(target.url_encrypted) == "https://hooks.example.org/in"
        factor = db.session.scalars(select(SecondFactor)).one()
        assert current_keys().decrypt(factor.secret_encrypted) == secret


@pytest.mark.db
def test_meanwhile_people_are_found_by_either_key(cast: Cast, renewed: Flask) -> None:
    """Half of the rows are written with the new key, half with the former one, as after a kill."""
    joao, tove = with_address(cast.joao), cast.tove.id
    with renewed.app_context():
        keys = current_keys()
        begin_write()
        actions.rotate_batch(actions.SEALED[0], keys, 0)  # users, committed
        db.session.commit()
        begin_write()
        actions.rotate_batch(actions.SEALED[1], keys, 0)  # commenters, and killed before the commit
        db.session.rollback()
        begin_write()
        first = db.session.get_one(Commenter, joao)
        first.email_encrypted, first.email_lookup = keys.encrypt(TOVE), keys.lookup("email", TOVE)
        db.session.commit()
        one, other = db.session.get_one(Commenter, joao), db.session.get_one(Commenter, tove)
        assert one.email_lookup != other.email_lookup
        assert set(same_person(one)) == set(same_person(other)) == {one.id, other.id}
        assert not give_email(other, TOVE, keys)  # the same address still, so it stays confirmed
        assert user_by_email(cast.site_id, "ines@example.org", keys) is not None
        db.session.rollback()
        rotate(renewed)
        assert set(same_person(db.session.get_one(Commenter, joao))) == {joao, tove}
        assert actions.tally(current_keys()).former == 0


def test_two_at_once_and_twice_are_as_once(cast: Cast, renewed: Flask) -> None:
    tove = cast.tove.id
    with renewed.app_context():
        keys, sealed = current_keys(), actions.SEALED[1]
        stale = db.session.scalars(select(Commenter.email_encrypted)).one()
        rotate(renewed)
        written = db.session.scalars(select(Commenter.email_encrypted)).one()
        begin_write()
        assert actions._rotate(sealed, keys, tove, stale or "") == 0  # the other one read it before
        db.session.commit()
        assert db.session.scalars(select(Commenter.email_encrypted)).one() == written
        assert "Encrypted 0 values" in rotate(renewed)


def test_links_and_sessions_last_until_the_former_key_is_dropped(
    cast: Cast, renewed: Flask, another_app: Elsewhere
) -> None:
    link, confirmation = current_keys().sign("my comment", "7"), sign_confirmation(cast.tove, current_keys())
    browser, tove = cast.browser(cast.ana), cast.tove.id
    cookie = browser.get_cookie("attune")
    assert cookie is not None
    with renewed.app_context():
        rotate(renewed)
        assert current_keys().unsign("my comment", link) == "7"
        assert to_be_confirmed(confirmation, current_keys()).id == tove
        visitor = renewed.test_client()
        visitor.set_cookie("attune", cookie.value)
        assert visitor.get("/moderation").status_code == 200
    with another_app(secret_key=NEW).app_context(), pytest.raises(NotFound):
        current_keys().unsign("my comment", link)


def test_the_file_of_keys_is_read_anew_by_who_runs(tmp_path: Path) -> None:
    web, command = Settings(data_dir=tmp_path), Settings(data_dir=tmp_path)
    former, kept = web.secret, web.keys.encrypt(TOVE)
    assert actions.add_key(command)
    assert not actions.add_key(command), "a replacement that goes on needs no further key"
    assert web.secrets == command.secrets
    assert web.secret != former
    assert web.secrets[1:] == (former,)
    assert web.keys.decrypt(kept) == TOVE
    assert not web.keys.is_present(kept)
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_former_key_is_kept_for_as_long_as_a_row_needs_it(cast: Cast, another_app: Elsewhere) -> None:
    site = another_app(secret_key=SecretStr(""))
    runner = site.test_cli_runner()
    with site.app_context():
        begin_write()
        commenter, _cookie = known_commenter(current_site().id, None)
        give_email(commenter, TOVE, current_keys())
        db.session.commit()
        assert "flask keys" not in runner.invoke(args=["keys", "status"]).output
        assert actions.add_key(current_settings())
        assert "Next: flask keys rotate" in runner.invoke(args=["keys", "status"]).output
        assert "still need a former key" in runner.invoke(args=["keys", "drop", "--yes"]).output
        rotate(site)
        assert "flask keys drop" in runner.invoke(args=["keys", "status"]).output
        assert "forgotten" in runner.invoke(args=["keys", "drop", "--yes"]).output
        assert len(current_settings().secrets) == 1
        assert current_keys().decrypt(db.session.scalars(select(Commenter.email_encrypted)).one() or "") == TOVE


def test_keys_of_the_environment_are_changed_by_their_owner(cast: Cast) -> None:
    refused = cast.app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert refused.exit_code == 1
    assert "ATTUNE_FORMER_SECRET_KEY" in refused.output


@pytest.mark.full
def test_one_that_is_killed_goes_on(cast: Cast, another_app: Elsewhere, settings: Settings) -> None:
    site = another_app(secret_key=SecretStr(""))
    with site.app_context():
        keys = current_keys()
        begin_write()
        for number in range(3000):
            address = f"reader{number}@example.org"
            one = {"email_encrypted": keys.encrypt(address), "email_lookup": keys.lookup("email", address)}
            db.session.add(Commenter(site_id=cast.site_id, **one))
        db.session.commit()
        environment = {"PATH": os.environ["PATH"], "ATTUNE_DATA_DIR": str(settings.data_dir)}
        command = [sys.executable, "-m", "flask", "--app", "service.app", "keys", "rotate", "--settle", "0"]
        db.session.rollback()
        running = subprocess.Popen(command, env=environment)
        first = select(Commenter.email_encrypted).order_by(Commenter.id).limit(1)
        before = db.session.scalar(first)
        while db.session.scalar(first) == before:
            db.session.rollback()
            assert running.poll() is None, "it was done before it could be killed"
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
        running.wait()
        db.session.rollback()
        assert 0 < actions.tally(current_keys()).former < 3000
        rotate(site)
        assert actions.tally(current_keys()).former == 0
        assert db.session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def with_address(commenter: Commenter) -> int:
    """Have a commenter whose address is Tove's, confirmed."""
    begin_write()
    give_email(commenter, TOVE, current_keys())
    confirm(commenter)
    db.session.commit()
    return commenter.id


def set_up(cast: Cast) -> None:
    """Have a webhook, and a second step."""
    begin_write()
    ines = db.session.get_one(User, cast.ines.id)
    add_target(cast.site_id, ines.id, "On call", "https://hooks.example.org/in", Asks.ON_CALL, current_keys())
    second_factor.begin(ines, current_keys(), "Attune")
    db.session.commit()


def totp_of(cast: Cast) -> str:
    factor = db.session.get_one(SecondFactor, cast.ines.id)
    secret = current_keys().decrypt(factor.secret_encrypted)
    assert pyotp.TOTP(secret).now()
    return secret


def rotate(site: Flask) -> str:
    answer = site.test_cli_runner().invoke(args=["keys", "rotate", "--settle", "0"])
    assert answer.exit_code == 0, answer.output
    return answer.output
