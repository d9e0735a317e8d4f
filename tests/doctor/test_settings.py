"""What the doctor says of settings, and which of them stop the start where readers come from outside."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from service.app import create_app
from service.config import Settings, load_settings
from service.doctor.findings import State
from service.doctor.settings import check_mail, check_settings

SITE = {
    "public_url": "https://attune.example",
    "trusted_proxies": 1,
    "smtp_url": "smtps://mail.attune.example",
    "mail_from": "care@attune.example",
    "secret_key": SecretStr("kD8-vq2ZrT5_xW7uYb1nMc4eGh6jPs9a"),
}


def test_a_site_as_it_should_be_is_well(tmp_path: Path) -> None:
    assert {finding.state for finding in examined(tmp_path)} == {State.OK}


@pytest.mark.parametrize(
    ("about", "changes", "state"),
    [
        ("secret key", {"secret_key": SecretStr("changeme-changeme-changeme-changeme")}, State.BAD),
        ("secret key", {"secret_key": SecretStr("a" * 64)}, State.BAD),
        ("secret key", {"secret_key": SecretStr("kD8-vq2ZrT5_xW7u")}, State.BAD),
        ("public address", {"public_url": "http://attune.example"}, State.BAD),
        ("public address", {"public_url": ""}, State.WARN),
        ("trusted proxies", {"trusted_proxies": 0}, State.BAD),
        ("trusted proxies", {"bind": "0.0.0.0"}, State.WARN),
        ("trusted proxies", {"public_url": ""}, State.WARN),
        ("mail", {"smtp_url": ""}, State.BAD),
        ("mail", {"smtp_url": "", "public_url": ""}, State.WARN),
        ("mail", {"smtp_url": "smtp://user:password@mail.attune.example"}, State.BAD),
        ("mail", {"mail_from": "attune@localhost"}, State.BAD),
        ("rate limits", {"rate_limits": False}, State.BAD),
        ("debug", {"debug": True}, State.BAD),
    ],
)
def test_what_is_unsafe_is_said_with_what_to_do(
    tmp_path: Path, about: str, changes: dict[str, Any], state: State
) -> None:
    (found,) = [finding for finding in examined(tmp_path, **changes) if finding.about == about]
    assert found.state is state
    assert found.advice


@pytest.mark.parametrize("url", ["https://attune.example", "http://192.168.0.5"])
def test_a_key_from_an_example_stops_the_start_where_readers_come_from_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("ATTUNE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ATTUNE_SECRET_KEY", "please-changeme-before-you-go-live-ok")
    assert load_settings()
    monkeypatch.setenv("ATTUNE_PUBLIC_URL", url)
    with pytest.raises(SystemExit, match="looks like an example"):
        load_settings()
    monkeypatch.delenv("ATTUNE_SECRET_KEY")
    assert load_settings()  # one that was made here is good


def test_debug_mode_stops_the_start_where_readers_come_from_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert create_app(Settings(data_dir=tmp_path))
    with pytest.raises(SystemExit, match="FLASK_DEBUG"):
        create_app(Settings(data_dir=tmp_path, public_url="https://attune.example"))


def examined(folder: Path, *, debug: bool = False, **changes: Any) -> list[Any]:
    settings = Settings(data_dir=folder, **{**SITE, **changes})
    mail = check_mail(settings.smtp_url, settings.mail_from, production=settings.production)
    return [*check_settings(settings, debug=debug), mail]
