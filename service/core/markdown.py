"""Turns Markdown of a small set into HTML: no raw HTML, no images, no definitions, and a depth that ends."""

import re
from collections.abc import Callable, Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image, link, linkify
from markdown_it.token import Token

from service.core.links import URL_LIMIT

# Levels of quotes and lists (a list takes two) and of inline marks. Deeper ones are shown as they were typed:
# markdown-it drops what lies below its own limit, which is therefore never reached.
BLOCK_DEPTH = 10
INLINE_DEPTH = 8
UNREACHED = 100

# "[words](" with at most one pair of brackets among the words, so that no sea of brackets is searched again and again.
_LINK_TEXT = re.compile(r"!?\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*\]\(", re.DOTALL)
_WEB_SCHEME = re.compile(r"https?\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}(?=[.)])")
_ARTICLE_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3"}  # the page itself has the h1, and no level is left out

BlockRule = Callable[[StateBlock, int, int, bool], bool]
InlineRule = Callable[[StateInline, bool], bool]
LinkRule = Callable[[str], bool]


def markdown(*, headings: bool, may_link: LinkRule) -> MarkdownIt:
    """A parser for the small set; its output still has to be sanitised.

    With `headings` they are h2 to h4, without them bold paragraphs. A link that `may_link` refuses leaves its words.
    """
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True, "maxNesting": UNREACHED})
    parser.enable(["strikethrough", "linkify"])
    # People indent without meaning code; definitions let one short line stand for megabytes.
    parser.disable(["code", "reference", "html_block", "html_inline"])
    if not headings:
        parser.disable("lheading")
    parser.block.ruler.at("blockquote", _shallow(blockquote), {"alt": ["paragraph", "blockquote", "list"]})
    parser.block.ruler.at("list", _shallow(_counted_from_one), {"alt": ["paragraph", "blockquote"]})
    parser.inline.ruler.at("link", _begun_as_link(link))
    parser.inline.ruler.at("image", _begun_as_link(image))
    parser.inline.ruler.at("linkify", _begun_as_address(linkify))
    parser.core.ruler.push("tidy", _tidy(headings, may_link))
    parser.validateLink = _any_link  # type: ignore[method-assign]
    _link_whole_addresses_only(parser)
    return parser


def _any_link(url: str) -> bool:  # noqa: ARG001
    """Links of all kinds are read as links; tidy() judges them, and keeps their words."""
    return True


def _link_whole_addresses_only(parser: MarkdownIt) -> None:
    """Make links of `https://...` and `mailto:...` as typed, never of "the end.So" or somebody's bare address."""
    finder = parser.linkify
    if finder is None:
        raise RuntimeError("linkify-it-py is missing")
    finder.set({"fuzzy_link": False, "fuzzy_email": False})
    finder.add("ftp:", None)
    finder.add("//", None)


def _shallow(rule: BlockRule) -> BlockRule:
    """The same block rule, which does not begin below `BLOCK_DEPTH`."""

    def shallow(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < BLOCK_DEPTH and rule(state, start, end, silent)

    return shallow


def _counted_from_one(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Begin lists that count from 1 only: "1986. The year he left" keeps its year, which a list would show as "1."."""
    if silent:  # asked whether an item ends here; its list has begun already
        return list_block(state, start, end, silent)
    number = _NUMBER.match(state.src, state.bMarks[start] + state.tShift[start])
    return (number is None or int(number[0]) == 1) and list_block(state, start, end, silent)


def _begun_as_link(rule: InlineRule) -> InlineRule:
    """The same inline rule, tried only where a plain look ahead finds the link's text."""

    def begun_as_link(state: StateInline, silent: bool) -> bool:
        return bool(_LINK_TEXT.match(state.src, state.pos, state.posMax)) and rule(state, silent)

    return begun_as_link


def _begun_as_address(rule: InlineRule) -> InlineRule:
    """The same inline rule, tried only where an address begins: by itself it reads all before each "://" again."""

    def begun_as_address(state: StateInline, silent: bool) -> bool:
        scheme = _WEB_SCHEME.search(state.pending, max(0, len(state.pending) - len("https")))
        if scheme is None or state.md.linkify is None:
            return False
        address = state.src[state.pos - len(scheme[0]) : state.pos + URL_LIMIT]
        return bool(state.md.linkify.match_at_start(address)) and rule(state, silent)

    return begun_as_address


def _tidy(headings: bool, may_link: LinkRule) -> Callable[[StateCore], None]:
    """The last rule before HTML is written: headings, links, images and depth become what the small set allows."""

    def tidy(state: StateCore) -> None:
        bold = False
        for token in state.tokens:
            if token.type in ("heading_open", "heading_close"):
                bold = not headings and token.nesting == 1
                token.tag = _ARTICLE_HEADINGS.get(token.tag, "h4") if headings else "p"
            elif token.type == "fence" and " " in token.info.strip():
                token.content = (
                    f"{token.info.strip()}\n{token.content}"  # no language has two words: these are the writer's
                )
            elif token.children:
                token.children = list(_allowed(_without_images(token.children), may_link))
                if bold:
                    token.children = [
                        Token("strong_open", "strong", 1),
                        *token.children,
                        Token("strong_close", "strong", -1),
                    ]

    return tidy


def _without_images(children: Iterable[Token]) -> Iterator[Token]:
    """Images become links to them, or plain words where they stand in a link already."""
    links = 0
    for token in children:
        links += token.nesting if token.tag == "a" else 0
        if token.type != "image":
            yield token
            continue
        address = str(token.attrs.get("src", ""))
        words = Token("text", "", 0, content=token.content or address)
        yield from (
            [words]
            if links
            else [Token("link_open", "a", 1, attrs={"href": address}), words, Token("link_close", "a", -1)]
        )


def _allowed(children: Iterable[Token], may_link: LinkRule) -> Iterator[Token]:
    """The inline tokens without refused links and without marks below `INLINE_DEPTH`; their words stay."""
    kept: list[bool] = []
    for token in children:
        if token.nesting == 1:
            refused = token.tag == "a" and not may_link(str(token.attrs.get("href", "")))
            kept.append(not refused and sum(kept) < INLINE_DEPTH)
        if token.nesting == 0 or (kept[-1] if token.nesting == 1 else kept.pop()):
            token.tag = "del" if token.tag == "s" else token.tag
            yield token
