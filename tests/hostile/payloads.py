"""What somebody could type who means harm: families of our own, each payload with MARK in it, so that it is found."""

# ruff: noqa: E501  (lists that are read across)

from itertools import product

MARK = "zqzmark"

SCRIPT = f"{MARK}()"
EVENTS = (
    "onerror onload onclick onfocus onmouseover onpointerrawupdate onanimationstart ontoggle onbeforetoggle".split()
)
ELEMENTS = (
    "script style img svg math iframe object embed form input textarea select button table template noscript "
    "plaintext xmp title base link meta frameset marquee video audio source details dialog slot portal p div article"
).split()
SCHEMES = (
    "javascript: JaVaScRiPt: java\tscript: \x01javascript: javascript&colon; &#106;avascript: javascript%3A "
    "vbscript: data:text/html, data:image/svg+xml, blob: file: about: view-source: intent: tel: // \\\\ /\\ "
    "https:\\\\ http:/ ///// ftp:// urn: ssh:// javascript:1// https://a@ https://[::1 mailto:a@b.example?bcc="
).split(" ")

TAGS = [f"<{name}>{SCRIPT}</{name}>{MARK}" for name in ELEMENTS]
HANDLERS = [f"<img src=x {event}={SCRIPT}>" for event in EVENTS]
ATTRIBUTES = [
    f"{quote}{gap}{event}={SCRIPT} {MARK}={quote}"
    for quote, gap, event in product(('"', "'", "", "`", '\\"', "&quot;"), (" ", "/", "\f"), ("onfocus", "style"))
]
BREAKS = [
    f"{close}<{MARK}>{SCRIPT}"
    for close in (
        "</p>", "</div></div>", "</article>", "</main>", "</body>", "</html>", "</li></ul>", "</textarea>", "</title>",
        "</script>", "</style>", "</option></select>", "</button>", "</form>", "</table>", "</svg>", "</summary></details>",
        "-->", "--!>", "]]>", "?>", "%>", "\">", "'>", "/>", "</a>", "</blockquote>", "</code></pre>", "<!--", "<![CDATA[",
        "<!doctype html>", "<?xml version='1.0'?>", "<%", "</", "<", "</plaintext>",
    )
]  # fmt: skip
NESTED = [
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror={SCRIPT}>'>",
    f"<svg><style><img src=x onerror={SCRIPT}></style>{MARK}",
    f"<noscript><p title='</noscript><img src=x onerror={SCRIPT}>'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={SCRIPT}>",
    f"<svg></p><style><a id='</style><img src=1 onerror={SCRIPT}>'>",
    f"<select><template><img src=x onerror={SCRIPT}>",
    f"<scr<script>ipt>{SCRIPT}</scr</script>ipt>",
    f"<<script>{SCRIPT}//<</script>",
    f"<iframe srcdoc='&lt;script&gt;{SCRIPT}&lt;/script&gt;'>",
    f"<a href=x id={MARK} name=body class=button>x</a>",
    f"<input form=csrf_token name=csrf_token value={MARK}>",
    f"<base href=https://{MARK}.example/>",
    f"<meta http-equiv=refresh content='0;url=https://{MARK}.example'>",
    f"<link rel=stylesheet href=//{MARK}.example/a.css>",
    f"<img src=//{MARK}.example/pixel.gif>",
    f"<div style=position:fixed;inset:0;background:url(//{MARK}.example)>",
]
LINKS = [
    wrap.format(f"{scheme}{SCRIPT}")
    for scheme, wrap in product(SCHEMES, ("{}", "[w]({})", "<{}>", '<a href="{}">w</a>'))
]
MARKDOWN = [
    f"[{MARK}](https://ok.example \"' onfocus={SCRIPT} x='\")",
    f"![{MARK}](https://ok.example/p.png)",
    f"[{MARK}]: javascript:{SCRIPT}\n\n[{MARK}]",
    f"[![{MARK}](javascript:{SCRIPT})](javascript:{SCRIPT})",
    f'```{MARK}" onclick={SCRIPT}\n<b>\n```',
    f"~~~<script>\n{SCRIPT}\n~~~",
    f"`</code><{MARK}>`",
    "> " * 60 + MARK,
    "- " * 60 + MARK,
    "[" * 40 + MARK + "](" * 40,
    "*" * 60 + MARK + "*" * 59,
    f'<https://ok.example/{MARK}"onclick={SCRIPT}>',
    f"| a | b |\n|---|---|\n| {MARK} | <{MARK}> |",
    f"# {MARK} {{#id .class onclick={SCRIPT}}}",
    f"{MARK}[^1]\n\n[^1]: <{MARK}>",
    f"<div markdown=1><{MARK}></div>",
    f"www.{MARK}.example/<script>",
    f"https://{MARK}.example/\u202egnp.exe",
    f"\\<{MARK}\\>",
    f"&lt;{MARK}&gt; &#60;{MARK}&#62; &#x3c;{MARK}&#x3e; &amp;lt;{MARK}",
]
ENTITIES = [
    text.replace("M", MARK)
    for text in (
        "&lt;M&gt;", "&#60M", "&#x3cM>", "&#0;M", "&#xD800;M", "&#x110000;M", "&#128;M", "&nbsp;M", "&M;", "&amp;amp;M",
        "&NewLine;M", "&Tab;M", "&colon;M", "%3CM%3E", "%253CM%253E", "\\u003cM\\u003e", "\\x3cM\\x3e", "+ADw-M+AD4-",
        "＜M＞", "﹤M﹥", "‹M›", "<\u200bM>", "<\ufeffM>", "\u2028M\u2029", "\x1b[31mM\x1b[0m", "\ufffdM",
    )
]  # fmt: skip
ODD = [
    f"{MARK}\x00after", f"\x00{MARK}", f"<scr\x00ipt>{SCRIPT}</script>", f"{MARK}\ud800", f"\udfff{MARK}", f"{MARK}\x08\x7f\x85\x9f",
    f"\u202e{MARK}\u202c", f"\u2066{MARK}", f"\u2069\u2069{MARK}", f"\u200e\u200f{MARK}", f"{MARK}\u061c", f"\ufeff{MARK}",
    f"{MARK}e\u0301", f"{MARK} e" + "\u0301" * 200, f"\u0301{MARK}", f"{MARK}\u034f\u115f\u3164", f"{MARK}e\u200b\u0301", f"{MARK}e" + "\u0301\u200b" * 60, f"\u1100\u1161{MARK}", f"{MARK}\U000e0041\U000e007f",
    f"👩\u200d👧{MARK}", f"{MARK}🏳️\u200d🌈", f"{MARK}\ufe0f\u20e3", f"Å{MARK}\u212b\u2126", f"ﬁ{MARK}ﬀ", f"{MARK}ß\u1e9eıİ",
    f"{MARK}\r\n\r\n\v\f", f"  {MARK}  ", f"\u3000{MARK}\u00a0", f"{MARK}\ufff9\ufffa\ufffb", f"{MARK}\ue000", f"{MARK}\uffff\ufffe",
    f"{MARK}\U0001f1e6", f"مرحبا {MARK} שלום", f"{MARK} हिन्दी ไทย", f"{MARK}\u0130\u0307", f"{MARK}\u1f80\u0345",
]  # fmt: skip
TEMPLATES = [
    f"{{{{ {MARK} }}}}", f"{{{{ 7*7 }}}}{MARK}", f"{{% {MARK} %}}", f"{{# {MARK} #}}", f"${{{MARK}}}", f"#{{{MARK}}}", f"<%= {MARK} %>",
    f"{{{{ config.items() }}}}{MARK}", f"{{{{ ''.__class__.__mro__ }}}}{MARK}", f"%({MARK})s", f"%s%s%n{MARK}", "{0.__class__}" + MARK,
    f"{{{MARK}}}", f"%(limit)s {MARK}", f"%{MARK}%", f"$({MARK})", f"`{MARK}`", f";{MARK};", f"| {MARK}", f"&& {MARK}", f"../../{MARK}", f"..\\{MARK}",
    f"/etc/{MARK}", f"file:///{MARK}", f"C:\\{MARK}", f"~{MARK}", f"-{MARK}", f"--{MARK}=1", f"@{MARK}", f"!!python/object:{MARK}",
]  # fmt: skip
HEADERS = [
    text.replace("M", MARK)
    for text in (
        "M\r\nBcc: a@b.example", "M\nSubject: b", "M\rX: y", "M%0d%0aBcc: a@b.example", "M\u2028Bcc: a@b.example", "M\x0bBcc: x",
        "M\x85Bcc: a@b.example", "=?utf-8?q?M=0aBcc:a@b.example?=", "=?utf-8?b?TQpCY2M6IGFAYi5leGFtcGxl?= M", "M <a@b.example>, c@d.example",
        "\"M\" <a@b.example>", "M\r\n\r\n<script>", "M\r\n.\r\nMAIL FROM:<a@b.example>", "M\r\nSet-Cookie: a=b", "M; a=b", "M, a", "M\r\nLocation: //a.example",
        "From: M", "\tM", "M\n .", "M\n..\n",
    )
]  # fmt: skip
FORMULAS = [
    f"{sign}{body}"
    for sign, body in product(
        ("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "'="),
        (f"cmd|' /C {MARK}'!A0", f'HYPERLINK("//a.example","{MARK}")'),
    )
]
QUERIES = [
    text.replace("M", MARK)
    for text in (
        "'; DROP TABLE M; --", "' OR 1=1 -- M", "\" OR \"\"=\"M", "M' UNION SELECT 1,2 --", "M\\", "M\\'", "%M%", "_M_", "M') OR ('1'='1", "1; M", "M*", "M AND",
        "\"M", "NEAR(M, 5)", "^M", "M:M", "col:M", "(M", "M)", "{\"M\": 1}", "[\"M\"", "{\"__proto__\": {\"M\": 1}}", "M\",\"x\":\"", "- M\n- b: [", "M: &a [*a]",
        "!!M", "? M", "%YAML M", "<!DOCTYPE M [<!ENTITY a \"b\">]>&a;", "<M xmlns:x='y'/>", "null M", "NaN M", "1e999M", "-0M", "0x0M", "true M", "M",
    )
]  # fmt: skip

FAMILIES: dict[str, list[str]] = {
    "tags": TAGS,
    "handlers": HANDLERS,
    "attributes": ATTRIBUTES,
    "breaks": BREAKS,
    "nested": NESTED,
    "links": LINKS,
    "markdown": MARKDOWN,
    "entities": ENTITIES,
    "odd signs": ODD,
    "templates": TEMPLATES,
    "headers": HEADERS,
    "formulas": FORMULAS,
    "queries": QUERIES,
}
PAYLOADS: list[str] = [text for family in FAMILIES.values() for text in family]
# One of each kind that a page, an attribute, a header, a cell or a link could be broken by, for the quick form.
QUICK = [
    f"<{MARK} {MARK}={MARK}>\"'><img src=x onerror={SCRIPT}>",
    f"{MARK}\x00\r\nBcc: a@b.example\u202e\ud800e\u0301",
    f"=[{MARK}](javascript:{SCRIPT}){{{{ 7*7 }}}}",
]
