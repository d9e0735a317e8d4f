"""Settings: each bad one is one readable sentence, and the secret is made once."""

import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.config import Settings, broker_socket, load_settings

LONG = "a secret that is long enough to be one"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but the data folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ATTUNE_{name.upper()}", raising=False)
    monkeypatch.setenv("ATTUNE_DATA_DIR", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", ""),
        ("PORT", "65536"),
        ("DATABASE_URL", "mysql://root@localhost/attune"),
        ("DATABASE_URL", "attune.db"),
        ("DATABASE_URL", "postgresql://localhost:port/attune"),
        ("BROKER_URL", "http://localhost"),
        ("BROKER_URL", "redis://localhost:port/0"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail.example.org:99999"),
        ("PUBLIC_URL", "attune.example"),
        ("PUBLIC_URL", "ftp://attune.example"),
        ("PUBLIC_URL", "https://"),
        ("TRUSTED_PROXIES", "-1"),
        ("DEMO", "maybe"),
        ("LANGUAGE", "klingon"),
        ("LANGUAGE", ""),
        ("THREADS", "0"),
        ("PROCESSES", "0"),
        ("WORKERS", "many"),
        ("LOG_LEVEL", "loud"),
        ("SWEEP_SECONDS", "0"),
        ("SECRET_KEY", "short"),
    ],
)
def test_a_bad_setting_is_one_readable_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ATTUNE_{name}", value)
    with pytest.raises(SystemExit) as refused:
        load_settings()
    sentence = str(refused.value)
    assert sentence.startswith("Attune cannot start")
    assert f"ATTUNE_{name}" in sentence
    assert len(sentence.splitlines()) <= 2
    assert "Traceback" not in sentence
    assert "pydantic" not in sentence


def test_every_bad_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_PORT", "abc")
    monkeypatch.setenv("ATTUNE_PUBLIC_URL", "attune.example")
    with pytest.raises(SystemExit) as refused:
        load_settings()
    assert len(str(refused.value).splitlines()) == 3


def test_a_bad_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_SECRET_KEY", "hunter2")
    with pytest.raises(SystemExit) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://attune:secret@db.example:5432/attune"),
        ("DATABASE_URL", "sqlite:////var/lib/attune/attune.db"),
        ("BROKER_URL", "amqp://guest:guest@localhost:5672//"),
        ("BROKER_URL", "redis+socket:///run/redis.sock"),
        ("SMTP_URL", "smtp+starttls://user:pass%40word@mail.example.org:587"),
        ("PUBLIC_URL", "https://attune.example/"),
        ("LANGUAGE", "nl"),
        ("DATABASE_URL", ""),
    ],
)
def test_a_good_setting_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ATTUNE_{name}", value)
    assert getattr(load_settings(), name.lower()) == value


def test_a_language_is_taken_in_either_spelling() -> None:
    assert Settings(language="pt-BR").language == Settings(language="pt_BR").language == "pt_BR"


def test_without_settings_there_is_a_demo_on_this_machine(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.database == f"sqlite:///{tmp_path}/attune.db"
    assert settings.broker == f"redis+socket://{tmp_path}/broker.sock"
    assert settings.site_url == "http://localhost:8000"
    assert (settings.production, settings.secure, settings.demo) == (False, False, True)


@pytest.mark.parametrize(
    ("public_url", "production", "secure"),
    [
        ("http://localhost:8000", False, False),
        ("http://127.0.0.1", False, False),
        ("http://[::1]:8000", False, False),
        ("https://localhost", False, True),
        ("http://attune.example", True, False),
        ("https://attune.example", True, True),
        ("https://localhost.attune.example", True, True),
    ],
)
def test_production_is_where_readers_come_from_outside(public_url: str, production: bool, secure: bool) -> None:
    settings = Settings(public_url=public_url)
    assert (settings.production, settings.secure) == (production, secure)
    assert settings.cookie_name("attune") == ("__Host-attune" if secure else "attune")


def test_production_refuses_to_go_without_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_RATE_LIMITS", "0")
    assert not load_settings().rate_limits
    monkeypatch.setenv("ATTUNE_PUBLIC_URL", "https://attune.example")
    with pytest.raises(SystemExit, match="ATTUNE_RATE_LIMITS"):
        load_settings()


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    first = Settings(data_dir=folder).secret
    assert len(first) >= 32
    assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Settings(data_dir=folder).secret == first
    assert [path.name for path in folder.iterdir()] == ["secret.key"]
    assert Settings(data_dir=tmp_path / "other").secret != first


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    together, found = threading.Barrier(8), []

    def start() -> None:
        together.wait()
        found.append(Settings(data_dir=tmp_path / "data").secret)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_given_secret_is_not_written_down(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", secret_key=SecretStr(LONG))
    assert settings.secret == LONG
    assert not (tmp_path / "data").exists()
    assert LONG not in repr(settings)


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "attune_secret_key").write_text(LONG + "\n")
    assert Settings(_secrets_dir=str(tmp_path)).secret_key.get_secret_value().strip() == LONG


def test_the_brokers_socket_fits_into_a_socket_address(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90) / "data"
    assert broker_socket(tmp_path) == tmp_path / "broker.sock"
    assert len(str(broker_socket(deep))) <= 100
    assert broker_socket(deep) != broker_socket(tmp_path / ("y" * 90) / "data")
