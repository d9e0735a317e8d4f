"""What the rules say of one comment (pure, linear in its length): a level above none outranks every one of them."""

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service.core.errors import N_
from service.triage.levels import Level


class Kind(enum.StrEnum):
    """What a rule looks at."""

    TRAP = "trap"
    QUICK = "quick"
    REPEATS = "repeats"
    LINKS = "links"
    WORDS = "words"
    DOMAIN = "domain"
    ALLOWED = "allowed domain"


class Effect(enum.StrEnum):
    """What a rule does with a comment: a person reads it first, or it is filed as spam."""

    HOLD = "hold"
    SPAM = "spam"


@dataclass(frozen=True)
class Rule:
    """One rule. `text` is a phrase or a domain, `number` a limit: what goes beyond it is found.

    QUICK: seconds between the first touch of the form and its sending; less is found. REPEATS: how often the same words
    may be sent. LINKS: how many links a comment may have. `id` is that of its row, None while it is as shipped.
    """

    kind: Kind
    text: str = ""
    number: int = 0
    effect: Effect = Effect.HOLD
    is_on: bool = True
    id: int | None = None

    @property
    def does(self) -> Effect:
        """What it does, whatever stands in its row: some kinds prove nothing, and can only have a person look."""
        return Effect.HOLD if self.kind in ONLY_HOLDS else self.effect


# One of each, always there; an owner changes its number and effect, or switches it off.
SHIPPED = (
    Rule(Kind.TRAP),
    Rule(Kind.QUICK, number=2),
    Rule(Kind.REPEATS, number=2),
    Rule(Kind.LINKS, number=2),
)
ONLY_HOLDS = frozenset({Kind.QUICK})
# A person whom staff trust may be quick, write the same twice, and link; what was agreed on counts for them too.
NOT_FOR_TRUSTED = frozenset({Kind.TRAP, Kind.QUICK, Kind.REPEATS, Kind.LINKS})
SEVERITY = {Effect.HOLD: 1, Effect.SPAM: 2}
HELD = {
    Kind.TRAP: N_("Held by a rule: a field was filled in that people do not see."),
    Kind.QUICK: N_("Held by a rule: it was sent sooner than people type."),
    Kind.REPEATS: N_("Held by a rule: the same words were sent before."),
    Kind.LINKS: N_("Held by a rule: it has many links."),
    Kind.WORDS: N_("Held by a rule about words."),
    Kind.DOMAIN: N_("Held by a rule about where links lead."),
}
FILED = {
    Kind.TRAP: N_("Filed as spam by a rule: a field was filled in that people do not see."),
    Kind.REPEATS: N_("Filed as spam by a rule: the same words were sent before."),
    Kind.LINKS: N_("Filed as spam by a rule: it has many links."),
    Kind.WORDS: N_("Filed as spam by a rule about words."),
    Kind.DOMAIN: N_("Filed as spam by a rule about where links lead."),
}


@dataclass(frozen=True)
class Seen:
    """What rules look at in one comment.

    `name` and `words` are folded words as written; `hosts` where its links lead, one for each link; `repeats` how often
    the same words were sent before; `seconds` None where no stamp came with it. `in_care`: its writer waits for an
    answer.
    """

    level: Level = Level.NONE
    harm: bool = False
    in_care: bool = False
    trusted: bool = False
    name: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    repeats: int = 0
    trap: bool = False
    seconds: int | None = None

    @property
    def outranks_rules(self) -> bool:
        """True for what a person looks at in any case, so that no rule may touch it."""
        return self.level is not Level.NONE or self.harm or self.in_care


@dataclass(frozen=True)
class Hit:
    """What one rule has found: the phrase, the host, or the number; empty where there is nothing to quote."""

    rule: Rule
    found: str = ""


@dataclass(frozen=True)
class Judgement:
    """What all rules together say of a comment, the gravest first; without a hit it is none of their business."""

    hits: tuple[Hit, ...] = ()

    @property
    def effect(self) -> Effect | None:
        """What is to be done with it; None: nothing."""
        return self.hits[0].rule.does if self.hits else None

    @property
    def reason(self) -> str:
        """The message id of what staff read."""
        if not self.hits:
            return ""
        rule = self.hits[0].rule
        return FILED[rule.kind] if rule.does is Effect.SPAM else HELD[rule.kind]


class RuleBook:
    """The rules of a site that are on, made ready for judging many comments."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        on = [rule for rule in rules if rule.is_on]
        self.by_number = [rule for rule in on if rule.kind in NOT_FOR_TRUSTED]
        self.phrases = _tree(rule for rule in on if rule.kind is Kind.WORDS)
        self.domains = {rule.text: rule for rule in on if rule.kind is Kind.DOMAIN}
        self.allowed = {rule.text: rule for rule in on if rule.kind is Kind.ALLOWED}


def judge(seen: Seen, rules: RuleBook) -> Judgement:
    """Return what the rules say of a comment."""
    if seen.outranks_rules:
        return Judgement()
    found = [*_by_words(seen, rules), *_by_domain(seen, rules)]
    if not seen.trusted:
        found = [*_by_number(seen, rules), *found]
    return Judgement(tuple(sorted(found, key=lambda hit: -SEVERITY[hit.rule.does])))


def _by_number(seen: Seen, rules: RuleBook) -> Iterator[Hit]:
    links = sum(not is_below(host, rules.allowed) for host in seen.hosts)
    for rule in rules.by_number:
        if rule.kind is Kind.TRAP and seen.trap:
            yield Hit(rule)
        elif rule.kind is Kind.QUICK and seen.seconds is not None and seen.seconds < rule.number:
            yield Hit(rule, str(seen.seconds))
        elif rule.kind is Kind.REPEATS and seen.repeats >= rule.number:
            yield Hit(rule, str(seen.repeats))
        elif rule.kind is Kind.LINKS and links > rule.number:
            yield Hit(rule, str(links))


def _by_words(seen: Seen, rules: RuleBook) -> Iterator[Hit]:
    found = dict.fromkeys((*_phrases(seen.name, rules.phrases), *_phrases(seen.words, rules.phrases)))
    yield from (Hit(rule, rule.text) for rule in found)


def _by_domain(seen: Seen, rules: RuleBook) -> Iterator[Hit]:
    found = {domain: host for host in seen.hosts for domain in _above(host) if domain in rules.domains}
    yield from (Hit(rules.domains[domain], host) for domain, host in found.items())


def is_below(host: str, domains: dict[str, Rule]) -> bool:
    """Tell whether a host is one of these domains, or below one."""
    return any(domain in domains for domain in _above(host))


def _above(host: str) -> list[str]:
    """Return a host and every domain that it lies in: "a.b.example", "b.example", "example"."""
    parts = host.split(".")[-8:]
    return [".".join(parts[at:]) for at in range(len(parts))]


def _phrases(words: Sequence[str], tree: dict[str, Any]) -> Iterator[Rule]:
    """Find every phrase that stands in these words, whole words only; each step is bounded by the longest phrase."""
    for first in range(len(words)):
        node, at = tree, first
        while at < len(words) and words[at] in node:
            node, at = node[words[at]], at + 1
            yield from node.get("", ())


def _tree(rules: Iterable[Rule]) -> dict[str, Any]:
    """Return the phrases as a tree by their words; what ends at a node is kept under an empty word."""
    root: dict[str, Any] = {}
    for rule in rules:
        node = root
        for word in rule.text.split():
            node = node.setdefault(word, {})
        node.setdefault("", []).append(rule)
    return root
