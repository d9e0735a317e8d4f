"""Every setting, once: name, type, default and one sentence. Read from the environment, `ATTUNE_` before each name."""

import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from flask import current_app
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.core.signing import Keys

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SECRET_MIN = 32
SECRET_FILE = "secret.key"  # noqa: S105 - its name
# What stands in examples and in settings that somebody meant to change.
GIVEAWAYS = (
    "changeme",
    "change-me",
    "change_me",
    "password",
    "insecure",
    "example",
    "secretkey",
    "secret-key",
)


def _check_url(*schemes: str, host: bool = False) -> AfterValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme not in schemes:
            raise ValueError(f"must begin with one of: {', '.join(f'{s}://' for s in schemes)}")
        if value and host and not parts.hostname:
            raise ValueError("names no host")
        parts.port  # noqa: B018 - raises ValueError, in words, for what can be no port
        return value

    return AfterValidator(check)


def _check_language(value: str) -> str:
    try:
        return str(Locale.parse(value.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        raise ValueError("is no language; name one such as en or pt-BR") from None


DatabaseUrl = Annotated[str, _check_url("sqlite", "postgresql+psycopg", "postgresql")]
BrokerUrl = Annotated[str, _check_url("redis", "rediss", "redis+socket", "amqp", "amqps")]
SmtpUrl = Annotated[str, _check_url("smtp", "smtps", "smtp+starttls", host=True)]
Language = Annotated[str, AfterValidator(_check_language)]
PublicUrl = Annotated[str, _check_url("http", "https", host=True)]


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(env_prefix="ATTUNE_", secrets_dir=None, extra="ignore")

    data_dir: Path = Field(Path("data"), description="Folder for the database, the secret key, mail files and sockets.")
    port: int = Field(8000, ge=0, le=65535, description="Port of the web server; the next free one is taken if in use.")
    bind: str = Field("127.0.0.1", description="Address that the web server listens on.")
    database_url: DatabaseUrl = Field(
        "",
        description="SQLite or PostgreSQL (postgresql://user:password@host/name); empty: SQLite in the data folder.",
    )
    broker_url: BrokerUrl = Field(
        "",
        description="Redis or RabbitMQ (redis://host:6379/0, amqp://user:password@host//); empty: the embedded broker.",
    )
    smtp_url: SmtpUrl = Field(
        "",
        description="Mail server (smtp://, smtps:// or smtp+starttls://user:password@host:port); empty: mail to files.",
    )
    mail_from: str = Field("attune@localhost", description="Sender address of all mail.")
    public_url: PublicUrl = Field(
        "",
        description="Address under which readers reach the site; empty: http://localhost:PORT, which counts as a demo.",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="Number of proxies whose X-Forwarded headers are believed."
    )
    demo: bool = Field(True, description="1: fill an empty site with demo content and sign-ins; 0: leave it empty.")
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Key for signatures and encryption, at least 32 characters; empty: made once in the data folder.",
    )
    former_secret_key: SecretStr = Field(
        SecretStr(""),
        description="The key before ATTUNE_SECRET_KEY, which still reads what it wrote until `flask keys rotate` is "
        "done; one a line where there are several.",
    )
    language: Language = Field(
        "en",
        description="Language of what staff read, and of pages that know no site; readers are met in the site's own.",
    )
    threads: int = Field(16, ge=1, le=256, description="Threads of each web process.")
    processes: int = Field(1, ge=1, le=64, description="Web processes.")
    workers: int = Field(1, ge=1, le=64, description="Children of the worker.")
    worker_nice: int = Field(
        10,
        ge=0,
        le=19,
        description="How far the worker's children stand back (`nice`) while the web processes want the same cores.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least serious log line that is written."
    )
    sweep_seconds: float = Field(
        10.0, gt=0, description="How often the worker looks for work that a lost message left behind."
    )
    undo_seconds: int = Field(
        30,
        ge=0,
        le=600,
        description="How long an answer of staff can be undone; mail that an act causes waits so long.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Token with which /metrics is read (Authorization: Bearer ...); empty: from this machine alone, "
        "and not at all once readers reach the site from elsewhere.",
    )
    second_factor: Literal["optional", "moderators", "everyone"] = Field(
        "optional", description="Who has to sign in with a second step: optional, moderators (and owners) or everyone."
    )
    rate_limits: bool = Field(
        True,
        description="0: no rate limits, nobody is too quick, and the same words twice are two comments; for measuring, "
        "refused in production.",
    )

    backup_dir: Path = Field(
        Path(), description="Folder of the backups that are made without --to; empty: backups in the data folder."
    )
    backup_hours: int = Field(
        -1,
        ge=-1,
        description="The worker makes a backup every so many hours; 0: never; -1: every 24 with SQLite, never with "
        "PostgreSQL, where pg_dump has to be there.",
    )
    backup_keep: int = Field(7, ge=1, description="Number of those backups that are kept.")

    @cached_property
    def site_url(self) -> str:
        """Public address without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def production(self) -> bool:
        """True when the public address is not this machine."""
        return urlsplit(self.site_url).hostname not in LOOPBACK

    @property
    def secure(self) -> bool:
        """True when readers come by https, so that cookies are Secure and HSTS is sent."""
        return self.site_url.startswith("https://")

    @cached_property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir.resolve() / 'attune.db'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def backups(self) -> Path:
        """Folder of the backups."""
        return self.data_dir / "backups" if self.backup_dir == Path() else self.backup_dir

    @property
    def backup_every(self) -> timedelta | None:
        """How often the worker makes a backup; None: never."""
        usual = 24 if self.database.startswith("sqlite") else 0
        hours = usual if self.backup_hours < 0 else self.backup_hours
        return timedelta(hours=hours) if hours else None

    @cached_property
    def broker(self) -> str:
        """Broker URL; of the embedded broker's socket when none is set."""
        return self.broker_url or f"redis+socket://{broker_socket(self.data_dir)}"

    @property
    def secret_file(self) -> Path | None:
        """The file with the secret keys, a line each, the present one first; None where the environment has them."""
        return None if self.secret_key.get_secret_value() else self.data_dir / SECRET_FILE

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret keys, the present one first: from the environment, else from the file, which is made at first use.

        The file is read anew when it has changed, so that a new key counts at once in every process.
        """
        path, former = self.secret_file, _lines(self.former_secret_key.get_secret_value())
        if path is None:
            return (self.secret_key.get_secret_value(), *former)
        return (*_secrets_in(path), *former)

    @property
    def secret(self) -> str:
        """The secret key with which things are written now."""
        return self.secrets[0]

    @property
    def keys(self) -> Keys:
        """Keys for signatures, look-ups and encryption, derived from the secrets."""
        return _keys_of(self.secrets)

    def replace_secrets(self, secrets: str) -> None:
        """Put other keys, a line each, into the data folder, where they count at once; the old ones stay beside it."""
        path = self.secret_file
        if path is None or "\n".join(self.secrets) == secrets:
            return
        path.replace(path.with_name(f"{SECRET_FILE}.replaced"))
        _write_secret(path, secrets)

    def cookie_name(self, name: str) -> str:
        """Return a cookie's full name: bound to this host and to https where readers come by https."""
        return f"__Host-{name}" if self.secure else name


def write_secrets(path: Path, secrets: Iterable[str]) -> None:
    """Put these keys, the present one first, in the place of a file's in one step that a power cut cannot halve."""
    draft = _draft(path, "\n".join(secrets))
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def new_secret() -> str:
    """Return a secret key that nobody has had before."""
    return secrets.token_urlsafe(48)


def broker_socket(data_dir: Path) -> Path:
    """Return the socket path of the embedded broker.

    It lies in the data folder when that path is short enough for a Unix socket (107 bytes on Linux,
    103 on macOS), else in the temporary folder under a name derived from the data folder.
    """
    inside = data_dir.resolve() / "broker.sock"
    if len(str(inside).encode()) <= 100:
        return inside
    return Path(tempfile.gettempdir()) / f"attune-{hashlib.sha256(str(inside).encode()).hexdigest()[:16]}.sock"


def current_settings() -> Settings:
    """Return the settings of the running application."""
    settings: Settings = current_app.extensions["attune"]
    return settings


def current_keys() -> Keys:
    """Return the keys derived from the running application's secret."""
    return current_settings().keys


def load_settings() -> Settings:
    """Read the settings; raises SystemExit with one readable sentence for each that is wrong."""
    try:
        settings = Settings(_secrets_dir=_secrets_dir())
    except ValidationError as error:
        raise SystemExit(_explain(error)) from None
    _refuse_unsafe(settings)
    return settings


def _secrets_dir() -> str | None:
    default = Path("/run/secrets")
    return str(default) if default.is_dir() else None


def _explain(error: ValidationError) -> str:
    lines = [f"  ATTUNE_{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
    return "Attune cannot start, these settings are wrong:\n" + "\n".join(lines)


def is_weak(secret: str) -> bool:
    """Tell whether a secret key is short, monotonous, or one that stands in some example."""
    return len(secret) < SECRET_MIN or len(set(secret)) < 12 or any(word in secret.lower() for word in GIVEAWAYS)


def _refuse_unsafe(settings: Settings) -> None:
    secret = settings.secret_key.get_secret_value()
    if secret and len(secret) < SECRET_MIN:
        raise SystemExit(f"Attune cannot start: ATTUNE_SECRET_KEY must have at least {SECRET_MIN} characters.")
    if settings.production and is_weak(settings.secret):
        raise SystemExit(
            "Attune cannot start: ATTUNE_SECRET_KEY looks like an example, and readers reach this site from outside. "
            "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if settings.production and not settings.rate_limits:
        raise SystemExit("Attune cannot start: ATTUNE_RATE_LIMITS=0 is for measuring on this machine only.")


def _secrets_in(path: Path) -> tuple[str, ...]:
    try:
        found = path.stat()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_secret(path, new_secret())
        found = path.stat()
    return _read_secrets(path, found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=8)
def _read_secrets(path: Path, _file: int, _written: int) -> tuple[str, ...]:
    return _lines(path.read_text())


@lru_cache(maxsize=8)
def _keys_of(secrets: tuple[str, ...]) -> Keys:
    return Keys(*secrets)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _write_secret(path: Path, secret: str) -> None:
    """Write the key beside its place and link it there, so that no process ever reads half a key."""
    draft = _draft(path, secret)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".secret-{os.getpid()}-{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
