"""Lets only harmless HTML through: bleach and then nh3, two parsers in two languages that must both agree."""

from collections.abc import Callable

import bleach
import nh3

SCHEMES = frozenset({"http", "https", "mailto"})


def sanitize(html: str, *, tags: frozenset[str], may_link: Callable[[str], bool], rel: str) -> str:
    """`html` with no element but `tags` and no attribute but `a[href,title]`; every link carries `rel`.

    `may_link` is asked about every address, since bleach lets `javascript:1` through by itself. Doing it twice changes
    nothing. Time grows with the square of the length in the worst case: limit the length first.
    """

    def bleached(tag: str, name: str, value: str) -> bool:
        return tag == "a" and (name == "title" or (name == "href" and may_link(value)))

    def kept(_tag: str, name: str, value: str) -> str | None:
        return value if name != "href" or may_link(value) else None

    # A bleach cleaner is not safe across threads, so each call has its own.
    once = bleach.Cleaner(tags=tags, attributes=bleached, protocols=SCHEMES, strip=True).clean(html)
    return nh3.clean(
        once,
        tags=set(tags),
        attributes={"a": {"href", "title"}},
        attribute_filter=kept,
        url_schemes=set(SCHEMES),
        link_rel=rel,
    )
