"""What people type looks on the page as they meant it, and no word of it is lost."""

import pytest

from service.core.text import as_markup, plain_text, render_article, render_comment, summary


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"),
        ("# Why *me*", "<p><strong>Why <em>me</em></strong></p>\n"),
        ("Nora\n---\nthanks", "<p>Nora</p>\n<hr>\n<p>thanks</p>\n"),
        ("> said\n\nyes", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>yes</p>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
        ("1986. The year he left", "<p>1986. The year he left</p>\n"),
        ("    far in", "<p>far in</p>\n"),
        ("```html\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
        ("<b>5 < 6 & 7</b>", "<p>&lt;b&gt;5 &lt; 6 &amp; 7&lt;/b&gt;</p>\n"),
        ("~~~ not a language\nbut words\n~~~", "<pre><code>not a language\nbut words\n</code></pre>\n"),
        ("1" * 5000 + ". x", "<p>" + "1" * 5000 + ". x</p>\n"),
        ("[1]: /nowhere\n\n[1]", "<p>[1]: /nowhere</p>\n<p>[1]</p>\n"),
        ("the end.So we left a@b.example", "<p>the end.So we left a@b.example</p>\n"),
        ("[]()", "<p>[]()</p>"),
        ("---", "<p>---</p>"),
    ],
)
def test_a_comment_reads_as_typed(source: str, html: str) -> None:
    assert render_comment(source) == html


REL = 'rel="nofollow ugc noopener"'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[so](https://x.example/a 'T')", f'<a href="https://x.example/a" title="T" {REL}>so</a>'),
        (
            "see https://x.example/_a_?b=1&c=2.",
            f'see <a href="https://x.example/_a_?b=1&amp;c=2" {REL}>https://x.example/_a_?b=1&amp;c=2</a>.',
        ),
        ("<mailto:help@x.example>", f'<a href="mailto:help@x.example" {REL}>mailto:help@x.example</a>'),
        ("![a cat](https://x.example/c.png)", f'<a href="https://x.example/c.png" {REL}>a cat</a>'),
        ("![](https://x.example/c.png)", f'<a href="https://x.example/c.png" {REL}>https://x.example/c.png</a>'),
        ("[![a cat](/c.png)](https://x.example)", f'<a href="https://x.example" {REL}>a cat</a>'),
        ("[here](/admin)", "here"),
        ("[here](//x.example)", "here"),
        ("[here](#top)", "here"),
        ("[here](http:x)", "here"),
        ("[here](https://bank.example@x.example/)", "here"),
        ("[here](mailto:a@b.example?bcc=c@d.example)", "here"),
        ("[here](https://x.example/" + "a" * 2000 + ")", "here"),
    ],
)
def test_a_link_leads_out_or_leaves_its_words(source: str, html: str) -> None:
    assert render_comment(source) == f"<p>{html}</p>\n"


def test_an_article_has_headings_and_links_within_the_site() -> None:
    html = render_article(
        "# A\n\nB\n---\n\n### C\n\n###### D\n\n[in](/about) [out](https://x.example) [no](//x.example)"
    )
    out = '<a href="/about" rel="noopener">in</a> <a href="https://x.example" rel="noopener">out</a> no'
    assert html == f"<h2>A</h2>\n<h2>B</h2>\n<h3>C</h3>\n<h4>D</h4>\n<p>{out}</p>\n"


@pytest.mark.parametrize("mark", ["> ", "- ", "> - ", "1. ", "*", "**a ", "[", "![", "~~a ", "`"])
def test_no_word_is_lost_in_the_depth(mark: str) -> None:
    source = mark * 400 + "please read this"
    assert "please read this" in plain_text(render_comment(source))


def test_plain_text_has_the_words_and_no_marks() -> None:
    html = render_comment("**A** & <i>\nb\n\n- c\n- d\n\n> e `<f>`")
    assert plain_text(html) == "A & <i>\nb\nc\nd\ne <f>"


def test_a_summary_ends_between_words() -> None:
    assert summary("# One\n\ntwo **three** four", length=100) == "One two three four"
    assert summary("One two, three four", length=12) == "One two…"
    assert summary("unbroken" * 20, length=10) == "unbrokenu…"
    assert all(len(summary("word, " * 50, length=n)) <= n for n in range(5, 60))


def test_markup_is_drawn_unescaped() -> None:
    assert as_markup(render_comment("*a*")).__html__() == "<p><em>a</em></p>\n"
