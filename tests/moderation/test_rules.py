"""The rules as values: what each finds, and that a level above none outranks every one of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.accounts.models import Standing
from service.articles.models import Mode
from service.comments.models import Audience
from service.core.errors import Invalid
from service.core.text import render_comment
from service.moderation.policy import Facts, admit
from service.moderation.rules.judge import FILED, HELD, ONLY_HOLDS, SHIPPED, Effect, Kind, Rule, RuleBook, Seen, judge
from service.moderation.rules.texts import domain_of, fingerprint, hosts_of, phrase_of, words_of
from service.triage.levels import Level

TRAP, QUICK, REPEATS, LINKS = SHIPPED
PILLS = Rule(Kind.WORDS, "cheap pills", effect=Effect.SPAM)
CASINO = Rule(Kind.WORDS, "casino")
BAD = Rule(Kind.DOMAIN, "bad.example")
GOOD = Rule(Kind.ALLOWED, "good.example")
EVERY = (*SHIPPED, PILLS, CASINO, BAD, GOOD)


def seen(text: str = "", name: str = "Tove", **rest: object) -> Seen:
    return Seen(words=words_of(text), name=words_of(name), hosts=hosts_of(render_comment(text)), **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        (seen("Thank you for this page."), []),
        (seen("A casino, of all places."), [CASINO]),
        (seen("CÁSINO!"), [CASINO]),
        (seen("ca\u200bsino"), [CASINO]),
        (seen("ｃａｓｉｎｏ"), [CASINO]),
        (seen("casinos and occasional occasions"), []),  # whole words, never inside words
        (seen("Thanks", name="Casino Royale"), [CASINO]),
        (seen("https://casino.example/casino"), []),  # where a link leads is a rule of its own
        (seen("Cheap **pills** here, and a casino."), [PILLS, CASINO]),
        (seen("cheap red pills"), []),
        (seen("see https://bad.example/x"), [BAD]),
        (seen("see https://www.Shop.BAD.example."), [BAD]),
        (seen("see [this](https://bad.example:8080/?q)"), [BAD]),
        (seen("see https://notbad.example https://bad.example.org"), []),
        (seen("https://a.example https://b.example https://c.example"), [LINKS]),
        (seen("https://a.example https://b.example https://x.good.example"), []),
        (seen(trap=True), [TRAP]),
        (seen(seconds=1), [QUICK]),
        (seen(seconds=2), []),
        (seen(seconds=None), []),
        (seen(repeats=1), []),
        (seen(repeats=2), [REPEATS]),
        (seen("casino", trap=True, seconds=0, repeats=9, trusted=True), [CASINO]),
    ],
)
def test_what_the_rules_find(what: Seen, found: list[Rule]) -> None:
    assert [hit.rule for hit in judge(what, RuleBook(EVERY)).hits] == found


@pytest.mark.parametrize("rule", EVERY)
def test_a_rule_that_is_off_finds_nothing(rule: Rule) -> None:
    everything = seen("cheap pills casino https://bad.example " * 3, trap=True, seconds=0, repeats=9)
    found = {hit.rule for hit in judge(everything, RuleBook(replace(rule, is_on=False) for rule in EVERY)).hits}
    assert found == set()


def test_the_gravest_effect_counts_and_says_why() -> None:
    judged = judge(seen("casino cheap pills"), RuleBook(EVERY))
    assert (judged.effect, judged.reason) == (Effect.SPAM, FILED[Kind.WORDS])
    assert judge(seen("casino"), RuleBook(EVERY)).reason == HELD[Kind.WORDS]


def test_how_fast_somebody_types_only_holds_whatever_its_row_says() -> None:
    judged = judge(seen(seconds=0), RuleBook([Rule(Kind.QUICK, number=2, effect=Effect.SPAM)]))
    assert (judged.effect, judged.reason) == (Effect.HOLD, HELD[Kind.QUICK])


def test_every_effect_has_words() -> None:
    for kind in set(Kind) - {Kind.ALLOWED}:
        assert HELD[kind]
        assert (kind in FILED) is (kind not in ONLY_HOLDS)


texts = st.lists(st.sampled_from(["cheap", "pills", "casino", "https://bad.example", "hope", "."])).map(" ".join)
rules = st.builds(
    Rule,
    st.sampled_from(Kind),
    st.sampled_from(["cheap", "cheap pills", "hope", "bad.example", "example", ""]),
    st.integers(0, 3),
    st.sampled_from(Effect),
)
facts = st.builds(
    Facts,
    level=st.sampled_from(Level),
    harm=st.booleans(),
    families=st.just(frozenset[str]()),
    mode=st.sampled_from(Mode),
    standing=st.sampled_from(Standing),
    known=st.booleans(),
    audience=st.sampled_from([Audience.EVERYONE, Audience.AUTHOR]),
    answers_open_case=st.booleans(),
)


@given(texts, st.lists(rules), facts, st.booleans(), st.booleans(), st.integers(0, 5), st.integers(0, 5))
def test_no_rule_makes_spam_of_a_level_above_none(
    text: str, made: list[Rule], known: Facts, in_care: bool, trap: bool, seconds: int, repeats: int
) -> None:
    what = seen(text, level=known.level, harm=known.harm, in_care=in_care, trap=trap, seconds=seconds, repeats=repeats)
    judged = judge(what, RuleBook(made))
    without, verdict = admit(known), admit(replace(known, judged=judged))
    if known.level is not Level.NONE or known.harm or in_care:
        assert judged.hits == ()
        assert verdict == without
    if verdict.spam:
        assert judged.effect is Effect.SPAM
        assert not verdict.publish
    assert not (without.publish is False and verdict.publish)
    # Not even a judgement that was made for other words could do it.
    forced = admit(
        replace(known, judged=judge(replace(what, level=Level.NONE, harm=False, in_care=False), RuleBook(made)))
    )
    assert not (forced.spam and known.level is not Level.NONE)


@given(st.text(max_size=300), st.lists(rules, max_size=5))
def test_nothing_that_is_typed_breaks_a_rule(text: str, made: list[Rule]) -> None:
    judged = judge(seen(text, name=text[:80]), RuleBook(made))
    assert all(hit.rule in made for hit in judged.hits)


def test_the_work_grows_with_the_text_alone() -> None:
    """A phrase that almost stands there a thousand times is begun anew at every word, and given up after eight."""
    words = ("a",) * 5000
    looked = 0

    class Counted(dict[str, object]):
        def __contains__(self, key: object) -> bool:
            nonlocal looked
            looked += 1
            return super().__contains__(key)

    book = RuleBook(Rule(Kind.WORDS, " ".join(["a"] * 7 + [last])) for last in "bcdefgh")
    book.phrases = _counted(book.phrases, Counted)
    assert judge(Seen(words=words), book).hits == ()
    assert looked <= 8 * len(words)


def _counted(node: dict[str, object], kind: type[dict[str, object]]) -> dict[str, object]:
    return kind({key: _counted(value, kind) if isinstance(value, dict) else value for key, value in node.items()})


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("example.org", "example.org"),
        (" https://www.Example.org/path?q#x ", "example.org"),
        ("//shop.example.org:8080", "shop.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("example.org.", "example.org"),
    ],
)
def test_domains_are_kept_as_links_are_compared(typed: str, domain: str) -> None:
    assert domain_of(typed) == domain


@pytest.mark.parametrize(
    "typed", ["", "example", "a b.example", "*.example.org", "https://", "-a.example", "http://[::1]"]
)
def test_what_is_no_domain(typed: str) -> None:
    with pytest.raises(Invalid):
        domain_of(typed)


def test_phrases_are_kept_as_words_are_compared() -> None:
    assert phrase_of("  Chéap   PILLS! ") == "cheap pills"
    for typed in ("", "...", "one two three four five six seven eight nine", "https://example.org"):
        with pytest.raises(Invalid):
            phrase_of(typed)


def test_the_same_words_compare_equal_and_short_ones_not_at_all() -> None:
    text = "I have found the best doctor who helped me to win back my husband, write to him today"
    assert fingerprint(words_of(text)) == fingerprint(words_of(f"{text.upper()}!!  https://a.example"))
    assert fingerprint(words_of(text)) != fingerprint(words_of(text + " now"))
    assert fingerprint(words_of("Thank you for this page.")) is None
