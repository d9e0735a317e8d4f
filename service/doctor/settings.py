"""What settings alone tell (pure)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from service.config import LOOPBACK, Settings, is_weak
from service.doctor.findings import Finding, bad, ok, warn


def check_settings(settings: Settings, *, debug: bool) -> Iterator[Finding]:
    """Return what is to be said of the settings."""
    yield _secret(settings)
    yield _debug(debug)
    yield _public_url(settings)
    yield _proxies(settings)
    yield _rate_limits(settings)


def _secret(settings: Settings) -> Finding:
    if is_weak(settings.secret):
        advice = (
            "Make another (python3 -c 'import secrets; print(secrets.token_urlsafe(48))') and set ATTUNE_SECRET_KEY to "
            "it before the site is used: addresses that were stored under the old key cannot be read with a new one."
        )
        return bad("secret key", "The secret key can be guessed: it is short, or looks like an example.", advice)
    return ok("secret key", "The secret key is long enough.")


def _debug(debug: bool) -> Finding:
    if debug:
        said = "Debug mode is on: whoever causes an error can run code here."
        return bad("debug", said, "Unset FLASK_DEBUG.")
    return ok("debug", "Debug mode is off.")


def _public_url(settings: Settings) -> Finding:
    if not settings.production:
        said = "ATTUNE_PUBLIC_URL is this machine, so this counts as a demo: sign-ins are known and cookies not Secure."
        return warn("public address", said, "Before readers come, set ATTUNE_PUBLIC_URL=https://your.address.")
    if not settings.secure:
        said = f"Readers come by {settings.site_url}, without encryption: others can read what they write."
        return bad(
            "public address", said, "Put a proxy with a certificate in front and set ATTUNE_PUBLIC_URL=https://..."
        )
    return ok("public address", f"Readers come by {settings.site_url}.")


def _proxies(settings: Settings) -> Finding:
    about = "trusted proxies"
    if settings.secure and not settings.trusted_proxies:
        said = (
            "Attune does not speak https itself, so there is a proxy in front, but ATTUNE_TRUSTED_PROXIES is 0: all "
            "readers look like one address, and one of them can use up the limits of all."
        )
        return bad(about, said, "Set ATTUNE_TRUSTED_PROXIES to the number of proxies, usually 1.")
    if settings.trusted_proxies and not settings.production:
        said = f"ATTUNE_TRUSTED_PROXIES is {settings.trusted_proxies}, but readers come straight to this machine."
        return warn(about, said, "Set it to 0: else anybody can claim any address.")
    if settings.trusted_proxies and settings.bind not in LOOPBACK:
        said = f"Attune listens on {settings.bind} and believes a proxy: who gets past it can claim any address."
        return warn(about, said, "Let only the proxy reach the port, or set ATTUNE_BIND=127.0.0.1.")
    return ok(about, "Proxies are believed as far as they should be.")


def check_mail(url: str, sender: str, *, production: bool) -> Finding:
    """Return what is to be said of the mail server and of whom mail comes from."""
    about = "mail"
    if not url:
        said = "No mail server is set, so alerts go to files that nobody is woken by."
        advice = "Set one up under Set-up, or by ATTUNE_SMTP_URL and ATTUNE_MAIL_FROM, and send yourself a test."
        return bad(about, said, advice) if production else warn(about, said, advice)
    parts = urlsplit(url)
    if parts.scheme == "smtp" and parts.hostname not in LOOPBACK and parts.password:
        return bad(
            about, "The password of the mail server is sent without encryption.", "Use smtp+starttls:// or smtps://."
        )
    if sender.endswith("@localhost"):
        said = f"Mail comes from {sender}, which other servers refuse."
        return bad(about, said, "Let it come from an address of your own domain, under Set-up or by ATTUNE_MAIL_FROM.")
    return ok(about, f"Mail goes out by {parts.hostname}.")


def _rate_limits(settings: Settings) -> Finding:
    if not settings.rate_limits:
        return bad("rate limits", "Rate limits are off.", "Unset ATTUNE_RATE_LIMITS.")
    return ok("rate limits", "Rate limits are on.")
