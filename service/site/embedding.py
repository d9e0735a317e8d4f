"""On whose pages the comments may stand: origins that an owner lists, and the one address of a page (pure)."""

import re
from urllib.parse import urlsplit

from service.core.errors import N_, Forbidden, Invalid
from service.core.links import outside_link

MOST = 20
LONGEST = 2_000  # characters of all of them together
# Only what cannot end a word or a directive: the origins stand in a header.
ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
USUAL_PORT = {"https": ":443", "http": ":80"}
# What counting services add to an address; the page behind it is the same.
ADDED = re.compile(r"utm_[a-z]+|[a-z]*clid|mc_[ce]id")


def clean_origins(typed: str) -> str:
    """Return the origins that somebody typed, one a line: "https://blog.example". A bare name means https.

    Raises Invalid for anything else, and for more than 20 or 2,000 characters of them.
    """
    lines = dict.fromkeys(_origin(word) for word in typed.split())
    if len(lines) > MOST:
        raise Invalid(N_("At most %(most)s sites can be named."), field="embed_origins", most=MOST)
    origins = "\n".join(lines)
    if len(origins) > LONGEST:
        raise Invalid(
            N_("These names are too long: together at most %(limit)s characters."), field="embed_origins", limit=LONGEST
        )
    return origins


def canonical_page(address: str, origins: str) -> str:
    """Return the one address of a page: without a fragment, and without what counting services add.

    Raises Invalid for what is no web address, and Forbidden where its origin is not among `origins` (one a line).
    """
    if not outside_link(address) or not address.lower().startswith("http"):
        raise Invalid(N_("This is not the address of a page."), field="url")
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc.lower().removesuffix(USUAL_PORT[parts.scheme])}"
    if origin not in origins.split():
        raise Forbidden(N_("The owner of these comments has not allowed them on pages of that site."))
    query = "&".join(part for part in parts.query.split("&") if part and not ADDED.fullmatch(part.partition("=")[0]))
    return f"{origin}{parts.path or '/'}" + (f"?{query}" if query else "")


def origin_of(page: str) -> str:
    """Return the origin of a canonical page, as a browser names it."""
    return "/".join(page.split("/")[:3])


def _origin(word: str) -> str:
    origin = word.lower().rstrip("/")
    origin = origin if "://" in origin else f"https://{origin}"
    origin = origin.removesuffix(USUAL_PORT.get(origin.partition(":")[0], ""))
    if not ORIGIN.fullmatch(origin):
        raise Invalid(
            N_("A site is named like https://blog.example, without a path. This is not: %(word)s"),
            field="embed_origins",
            word=word[:100],
        )
    return origin
