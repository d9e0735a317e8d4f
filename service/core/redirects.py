"""Where a redirect may lead: to a path on this site and nowhere else (pure)."""

from urllib.parse import urlsplit


def inside(target: str | None) -> str | None:
    """Return the target when it is a path on this site, beyond doubt; else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if not all(char.isascii() and char.isprintable() and char not in "\\ " for char in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
