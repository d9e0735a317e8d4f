"""Who a reader is to us: a cookie that only those get who write or give a heart, else the network they come from."""

from datetime import timedelta

from flask import Response, request

from service.accounts.models import Commenter
from service.accounts.queries import commenter_by_cookie
from service.config import current_settings
from service.core.networks import network_key
from service.reader.mine import GUEST_COOKIE

GUEST_COOKIE_AGE = timedelta(days=365)


def guest_cookie() -> str | None:
    """Return the token in this browser's cookie."""
    return request.cookies.get(current_settings().cookie_name(GUEST_COOKIE))


def known_guest() -> Commenter | None:
    """Return the commenter whose browser this is."""
    cookie = guest_cookie()
    return commenter_by_cookie(cookie) if cookie else None


def who_asks() -> str:
    """Return an opaque key of the person, by which acts are counted. Needs a unit of work that writes."""
    guest = known_guest()
    return f"commenter {guest.id}" if guest is not None else f"network {network_key(request.remote_addr)}"


def remember_guest(response: Response, cookie: str) -> None:
    """Set the cookie by which a guest is known again."""
    settings = current_settings()
    response.set_cookie(
        settings.cookie_name(GUEST_COOKIE),
        cookie,
        max_age=GUEST_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.secure,
    )
