"""On whose pages comments may stand, and the one address of a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.core.errors import DomainError, Forbidden, Invalid
from service.site.embedding import MOST, ORIGIN, canonical_page, clean_origins, origin_of

BLOG = "https://blog.example"
ORIGINS = f"{BLOG}\nhttp://localhost:8080"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("blog.example", BLOG),
        ("  HTTPS://Blog.Example/ \n\n blog.example:443 ", BLOG),
        ("http://localhost:8080 http://old.example:80", "http://localhost:8080\nhttp://old.example"),
        ("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_site_is_named_once_however_it_is_typed(typed: str, kept: str) -> None:
    assert clean_origins(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "https://blog.example/path",
        "*",
        "https://*.example",
        "'self'",
        "https://blog.example;script-src",
        "ftp://blog.example",
        "javascript:alert(1)",
        "https://me@blog.example",
        "https://",
        "https://blog.example:port",
        "büch.example",
        "b" * 2_000 + ".example",
        "\n".join(f"b{number}.example" for number in range(MOST + 1)),
    ],
)
def test_what_is_no_site_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        clean_origins(typed)


@given(some.text())
def test_nothing_but_origins_comes_into_the_header(typed: str) -> None:
    try:
        kept = clean_origins(typed)
    except Invalid:
        return
    assert all(ORIGIN.fullmatch(line) for line in kept.split("\n") if line)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        (BLOG, f"{BLOG}/"),
        ("HTTPS://Blog.Example:443/A-Page#top", f"{BLOG}/A-Page"),
        (f"{BLOG}/a?utm_source=x&p=12&fbclid=y", f"{BLOG}/a?p=12"),
        (f"{BLOG}/a?utm_source=x", f"{BLOG}/a"),
        ("http://localhost:8080/a%20b", "http://localhost:8080/a%20b"),
    ],
)
def test_a_page_has_one_address(address: str, page: str) -> None:
    assert canonical_page(address, ORIGINS) == page
    assert canonical_page(page, ORIGINS) == page
    assert origin_of(page) in ORIGINS.split()


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("", Invalid),
        ("/a", Invalid),
        ("javascript:alert(1)//blog.example", Invalid),
        ("mailto:mara@blog.example", Invalid),
        ("https://blog.example\\.evil.example/", Invalid),
        ("https://blog.example@evil.example/", Invalid),
        ("https://evil.example/?https://blog.example", Forbidden),
        ("https://blog.example.evil.example/", Forbidden),
        ("https://sub.blog.example/", Forbidden),
        ("http://blog.example/", Forbidden),
        ("https://blog.example:444/", Forbidden),
    ],
)
def test_a_page_of_no_listed_site_is_refused(address: str, error: type[DomainError]) -> None:
    with pytest.raises(error):
        canonical_page(address, ORIGINS)


@given(some.text(alphabet=some.characters(min_codepoint=32, max_codepoint=126)))
def test_whatever_follows_the_host_stays_on_its_site_or_is_refused(rest: str) -> None:
    try:
        page = canonical_page(BLOG + rest, ORIGINS)
    except DomainError:
        return
    assert origin_of(page) == BLOG
