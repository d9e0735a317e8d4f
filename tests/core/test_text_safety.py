"""Nothing that anybody types can run, reach beyond its place, or change when it is sanitised again."""

import re
import warnings
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.links import article_link, outside_link
from service.core.sanitizer import sanitize
from service.core.text import ARTICLE_TAGS, COMMENT_TAGS, render_article, render_comment

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from bleach._vendor import html5lib

Render = Callable[[str], str]
RENDERERS = [pytest.param(render_comment, id="comment"), pytest.param(render_article, id="article")]

SCHEMES = [
    "javascript:go()",
    "JaVaScRiPt:go()",
    "javascript:1",
    "java\tscript:go()",
    "\x01javascript:go()",
    "javascript&colon;go()",
    "&#106;avascript:go()",
    "javascript%3Ago()",
    " javascript://x.example/%0ago()",
    "vbscript:go()",
    "data:text/html,<b>go</b>",
    "data:image/png;base64,AAAA",
    "blob:https://x.example/1",
    "file:///etc/hosts",
    "view-source:https://x.example",
    "urn:x:y",
    "ssh://x.example",
    "tel:112",
    "//x.example",
    "\\\\x.example",
    "/\\x.example",
    "http:/x.example",
    "http:\\\\x.example",
    "https://",
    "https://@x.example",
    "http://[::1",
    "x:1",
    "1:1",
]
WRAPS = [
    "[w]({})",
    "[w](<{}>)",
    "<{}>",
    "![w]({})",
    "{}",
    "[w]: {}\n\n[w]",
    '[w](https://ok.example "{}")',
    '<a href="{}">w</a>',
]
HTML = [
    "<script>go()</script>",
    "<img src=x onerror=go()>",
    "<svg><script>go()</script></svg>",
    "</div></article></main><p id=out>",
    "</p></li></ul></blockquote><form>",
    "<!-- <p --> <b onclick=go()>",
    "<a href=https://ok.example onclick=go() style=color:red class=c id=i name=n target=_blank>w</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=go()>",
    "<noscript><p title='</noscript><img src=x onerror=go()>'>",
    "```</code></pre><script>go()</script>\n<b>\n```",
    "`</code><iframe>`",
    '[w](https://ok.example "\'><img src=x onerror=go()>")',
    "[<img src=x onerror=go()>](https://ok.example)",
    "![<img src=x onerror=go()>](https://ok.example)",
    "&lt;script&gt;go()&lt;/script&gt;",
    "<![CDATA[<script>go()</script>]]>",
    "<?php go() ?>",
    "<plaintext>",
    "<textarea>",
    "<table><tr><td>",
]


def inspect(html: str, render: Render) -> None:
    """Fail unless an HTML5 parser sees allowed elements, attributes and addresses only, all inside their container."""
    page = html5lib.parse(f"<body><div>{html}</div><hr id=after>", namespaceHTMLElements=False)
    body = page.find("body")
    assert [child.tag for child in body] == ["div", "hr"]
    for element in body[0].iter():
        if element is body[0]:
            continue
        assert element.tag in (COMMENT_TAGS if render is render_comment else ARTICLE_TAGS)
        if element.tag != "a":
            assert not element.attrib
            continue
        assert set(element.attrib) <= {"href", "title", "rel"}
        assert element.attrib["rel"].endswith("noopener")
        href = element.attrib.get("href", "https://dropped.example")
        seen = re.sub(r"[^\x21-\x7e]", "", href)
        assert seen == href
        within = render is render_article and href.startswith("/") and href[1:2] not in ("/", "\\")
        assert within or urlsplit(href).scheme in {"http", "https", "mailto"}


def again(html: str, render: Render) -> str:
    if render is render_comment:
        return sanitize(html, tags=COMMENT_TAGS, may_link=outside_link, rel="nofollow ugc noopener")
    return sanitize(html, tags=ARTICLE_TAGS, may_link=article_link, rel="noopener")


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_address_but_http_https_and_mail(render: Render, wrap: str, scheme: str) -> None:
    html = render(wrap.format(scheme))
    inspect(html, render)
    assert again(html, render) == html


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("payload", HTML)
def test_typed_html_stays_words(render: Render, payload: str) -> None:
    html = render(payload)
    inspect(html, render)
    assert again(html, render) == html


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_sanitiser_holds_alone(scheme: str) -> None:
    """As if Markdown had let everything through."""
    for payload in [f'<a href="{scheme}">w</a>', *HTML]:
        html = sanitize(payload, tags=COMMENT_TAGS, may_link=outside_link, rel="nofollow ugc noopener")
        assert sanitize(html, tags=COMMENT_TAGS, may_link=outside_link, rel="nofollow ugc noopener") == html
        assert not re.search(r"<[^>]*\b(?:on\w+|style|class|id|src)\s*=", html)
        assert not re.search(r"</?(?!(?:p|br|b|strong|i|em|a|code|pre|blockquote|ul|ol|li|del|hr)\b)[a-z]", html)
        assert all(href == "https://ok.example" for href in re.findall(r'href="([^"]*)"', html))


MARKS = [
    "*",
    "**",
    "_",
    "~~",
    "`",
    "```\n",
    "[",
    "](",
    ")",
    "![",
    "<",
    ">",
    "> ",
    "- ",
    "1. ",
    "# ",
    "\n",
    "\n\n",
    "    ",
    "\\",
    "&",
    ";",
    "'",
    '"',
    ":",
    "//",
]
WORDS = st.sampled_from([*MARKS, *SCHEMES, *HTML, "https://ok.example/", "mailto:a@b.example", "w ", "é"])
TYPED = st.lists(WORDS | st.text(max_size=12), max_size=25).map("".join)


@settings(max_examples=200, deadline=None)
@given(TYPED)
@pytest.mark.parametrize("render", RENDERERS)
def test_whatever_is_typed_is_harmless(render: Render, typed: str) -> None:
    html = render(typed)
    inspect(html, render)
    assert again(html, render) == html


@settings(max_examples=150, deadline=None)
@given(TYPED)
def test_whatever_is_pasted_as_html_is_harmless(typed: str) -> None:
    html = sanitize(typed, tags=COMMENT_TAGS, may_link=outside_link, rel="nofollow ugc noopener")
    assert not re.search(r"<(?:script|img|svg|iframe|form|style)", html)
    assert all(outside_link(href.replace("&amp;", "&")) for href in re.findall(r'href="([^"]*)"', html))
