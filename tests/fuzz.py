"""Types at random into what takes a stranger's text, for as long as one likes: python3 run.py fuzz --minutes 10

What breaks something is shown made as small as it goes, with the seed that leads to it, and kept in `.hypothesis`, so
that the next run begins with it. tests/hostile/test_fuzz.py runs the same for a moment with every suite.
"""

# ruff: noqa: E501  (lists that are read across)

import argparse
import random
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service.accounts.names import claims_role, fold_name, readings
from service.archive.page import NotAPage, decode_page, parse_page
from service.core.errors import Invalid, NotFound
from service.core.links import article_link, outside_link
from service.core.paging import parse_cursor, read_id
from service.core.redirects import inside
from service.core.sanitizer import sanitize
from service.core.signing import Keys
from service.core.text import (
    ARTICLE_TAGS,
    COMMENT_LIMIT,
    COMMENT_TAGS,
    HARD_LIMIT,
    clean_line,
    clean_source,
    plain_text,
    render_article,
    render_comment,
    summary,
    typed,
)
from service.notifications.targets.address import is_public, place_of
from service.triage.fold import fold
from service.triage.scanner import scan
from tests.hostile.look import in_page
from tests.hostile.payloads import PAYLOADS

EXAMPLES = 200  # of each property, then the next one has its turn
KEYS, OTHER_KEYS = (
    Keys("a secret that only the tests know, long enough"),
    Keys("another secret of at least that length"),
)
PURPOSES = ("my comment", "confirm address", "choose a password", "acknowledge", "stamp")

ODD = st.sampled_from(
    ["\x00", "\u200b", "\u202e", "\u0301", "\ufe0f", "\ufeff", "\u3164", "ﬁ", "ß", "İ", "½", "\ud800"]
)
MARKS = st.sampled_from(
    [*"*_`~[](){}<>!#&;:'\"\\/|-+=.0123456789\n\t ", "```\n", "> ", "- ", "1. ", "](", "://", "\r\n"]
)
WORDS = st.sampled_from(
    [*PAYLOADS, "https://ok.example/a", "mailto:a@b.example", "/about", "I want to kill myself", "w "]
)
TEXT = st.lists(MARKS | WORDS | ODD | st.text(max_size=12), max_size=40).map("".join)
LINES = st.sampled_from(
    [
        "A Page", "By Ada Brook | October 1st, 2015|", "1. Sam March 3, 2016 at 6:45 pm - Reply", "  • Jo March 4, 2016 at 1:17 am - Reply",
        "Leave A Comment", "Comments are closed.", "3 Comments", "One thought on “A Page”", "  1. Sam says:", "    October 13, 2017 at 1:17 am",
        "Pingback: Another page", "March 31, 2016 at 13:99 pm", "February 30th, 2015", "Share this:", "", "    ", "99999999999. X May 9, 2014 at 6:45 pm - Reply",
    ]
)  # fmt: skip
PAGE = st.lists(LINES | TEXT, max_size=40).map("\n".join)
BYTES = st.binary(max_size=400) | PAGE.map(lambda text: text.encode("utf-8", "surrogatepass"))
BYTES |= PAGE.map(lambda text: text.encode("utf-16", "surrogatepass"))


@dataclass(frozen=True)
class Property:
    """What holds for whatever is drawn."""

    drawn: SearchStrategy[object]
    holds: Callable[..., None]


def comment_is_harmless(text: str) -> None:
    """Whatever is typed into a comment or an article is drawn with what our templates know, and twice is once."""
    source = _clean(text, HARD_LIMIT)
    if source is None:
        return
    for render, tags, may_link, rel in (
        (render_comment, COMMENT_TAGS, outside_link, "nofollow ugc noopener"),
        (render_article, ARTICLE_TAGS, article_link, "noopener"),
    ):
        html = render(source)
        assert in_page(f"<!doctype html><title>x</title><main>{html}</main>") == []
        assert sanitize(html, tags=tags, may_link=may_link, rel=rel) == html
        assert plain_text(html).strip()
    assert len(summary(source)) <= 200


def sanitiser_holds_alone(text: str) -> None:
    """The same for whatever Markdown might let through one day."""
    # A mark of byte order at the head is not for parsers to keep.
    html = sanitize(
        typed(text).replace("\ufeff", ""), tags=COMMENT_TAGS, may_link=outside_link, rel="nofollow ugc noopener"
    )
    assert in_page(f"<!doctype html><title>x</title><main>{html}</main>") == []
    assert sanitize(html, tags=COMMENT_TAGS, may_link=outside_link, rel="nofollow ugc noopener") == html


def text_is_kept(text: str) -> None:
    """Cleaning twice is cleaning once, and what is kept can be kept anywhere."""
    for clean in (
        typed,
        lambda raw: clean_source(raw, limit=COMMENT_LIMIT),
        lambda raw: clean_line(raw, limit=80, field="name"),
    ):
        try:
            once = clean(text)
        except Invalid:
            continue
        assert clean(once) == once
        assert once == unicodedata.normalize("NFC", once)
        assert "\x00" not in once
        once.encode()


def folding_leads_back(text: str) -> None:
    """Every folded character comes from its place, and a match stands where it says."""
    folded = fold(text)
    places = [folded.origin(index) for index in range(len(folded.text))]
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)
    for match in scan(text).matches:
        assert text[match.start : match.end] == match.phrase


def names_fold(text: str) -> None:
    """A name has one key, whatever was typed, and asking twice changes nothing."""
    name = _clean(text[:300], 300) or ""
    assert fold_name(name) == fold_name(name.upper()) or not name.isascii()
    readings(name)
    claims_role(name)


def pages_are_read_or_refused(raw: bytes) -> None:
    """A file is a page or is refused in words; what is read is a tree, in order, with words that can be kept."""
    try:
        page = parse_page(decode_page(raw), timezone=ZoneInfo("UTC"))
    except NotAPage:
        return
    assert page.title.strip()
    for number, comment in enumerate(page.comments):
        assert comment.parent is None or comment.parent < number
        assert comment.name.strip()
        assert comment.written_at.tzinfo is not None
        assert "\x00" not in comment.body
    assert len({comment.key for comment in page.comments}) == len(page.comments)


def links_are_signed(drawn: tuple[str, str, str, int]) -> None:
    """What was signed comes back for its purpose alone, and nothing else ever does."""
    value, purpose, garbage, place = drawn
    token = KEYS.sign(purpose, value)
    assert KEYS.unsign(purpose, token) == value
    place %= len(token)
    for forged in (garbage, token[:place], token + garbage, token[:place] + "!" + token[place + 1 :], garbage + token):
        if forged != token:
            _refused(KEYS, purpose, forged)
    for other in PURPOSES:
        if other != purpose:
            _refused(KEYS, other, token)
    _refused(OTHER_KEYS, purpose, token)


def redirects_stay_here(text: str) -> None:
    """Where a redirect may lead, a browser stays on this site."""
    target = inside(text)
    if target is not None:
        assert urlsplit(urljoin("https://attune.example/sign-in", target)).netloc == "attune.example"
        assert "\n" not in target


def targets_are_public(text: str) -> None:
    """An address of an alert is read or refused, and a number is public only if it is somebody's machine."""
    try:
        place = place_of(f"https://{text}" if "//" not in text else text)
    except Invalid:
        return
    assert place.host
    assert 0 < place.port < 65536
    assert not set(f"{place.authority}{place.path}") & set(" \r\n\t\\")
    is_public(place.host)


def cursors_are_read(text: str) -> None:
    """A place in a list is read or is the address of nothing."""
    read_id(text)
    try:
        found = parse_cursor(text)
    except NotFound:
        return
    assert found is None or parse_cursor(str(found)) == found


TOKENS = st.tuples(st.text(max_size=40), st.sampled_from(PURPOSES), TEXT, st.integers(0, 500))
ADDRESSES = st.lists(
    st.sampled_from([*"./:@[]%#?\\-_0123456789abfx", "127", "::1", "0x7f", "localhost", "//", "https:", "http:", "javascript:", "%2f"])
    | st.text(max_size=4),
    max_size=12,
).map("".join)  # fmt: skip
CURSORS = st.text(alphabet="0123456789-٣ +e_", max_size=60)

PROPERTIES: dict[str, Property] = {
    "comments": Property(TEXT, comment_is_harmless),
    "sanitiser": Property(TEXT, sanitiser_holds_alone),
    "texts": Property(TEXT, text_is_kept),
    "folding": Property(TEXT, folding_leads_back),
    "names": Property(TEXT, names_fold),
    "pages": Property(BYTES, pages_are_read_or_refused),
    "links": Property(TOKENS, links_are_signed),
    "redirects": Property(ADDRESSES, redirects_stay_here),
    "targets": Property(ADDRESSES, targets_are_public),
    "cursors": Property(CURSORS, cursors_are_read),
}


def check(name: str, examples: int, number: int) -> None:
    """Draw so many examples of a property, from this seed; raises what one of them breaks."""
    chosen = PROPERTIES[name]
    run = given(chosen.drawn)(lambda drawn: chosen.holds(drawn))
    quiet = settings(
        max_examples=examples,
        deadline=None,
        phases=[Phase.reuse, Phase.generate, Phase.target, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    quiet(seed(number)(run))()


def main(arguments: list[str]) -> int:
    """Take one property after the other until the time is over; 1 when one of them broke."""
    parser = argparse.ArgumentParser(prog="run.py fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: %(default)s)")
    parser.add_argument("--only", choices=sorted(PROPERTIES), help="this property alone")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="where the first turn begins")
    asked = parser.parse_args(arguments)
    names, over, turn = [asked.only] if asked.only else list(PROPERTIES), time.monotonic() + 60 * asked.minutes, 0
    drawn, broken = dict.fromkeys(names, 0), set()
    while time.monotonic() < over and len(broken) < len(names):
        name, number = names[turn % len(names)], asked.seed + turn
        turn += 1
        if name in broken:
            continue
        try:
            check(name, EXAMPLES, number)
        except Exception:
            broken.add(name)
            print(f"{name} does not hold (--only {name} --seed {number}):\n{traceback.format_exc()}", flush=True)
        drawn[name] += EXAMPLES
    for name in names:
        print(f"{name:10} {drawn[name]:8} examples  {'BROKEN' if name in broken else 'holds'}")
    return 1 if broken else 0


def _clean(text: str, limit: int) -> str | None:
    try:
        return clean_source(text, limit=limit)
    except Invalid:
        return None


def _refused(keys: Keys, purpose: str, token: str) -> None:
    try:
        found = keys.unsign(purpose, token)
    except NotFound:
        return
    raise AssertionError(f"{token!r} was read as {found!r}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
