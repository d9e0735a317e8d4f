"""What would become of some words that staff try: triage first, then the rules; nothing is written by it."""

from dataclasses import dataclass, replace

from service.core.text import COMMENT_LIMIT, clean_name, clean_source, render_comment
from service.moderation.rules.judge import Judgement, Rule, RuleBook, Seen, judge
from service.moderation.rules.queries import foreign
from service.moderation.rules.texts import hosts_of, words_of
from service.triage.levels import Level
from service.triage.phrases.queries import refresh
from service.triage.scanner import scan


@dataclass(frozen=True)
class Trial:
    """What was found: the level and harm that triage finds, and what rules would say if there were neither."""

    level: Level
    harm: bool
    judged: Judgement

    @property
    def outranks(self) -> bool:
        """True where no rule touches these words."""
        return self.level is not Level.NONE or self.harm


def try_words(name: str, body: str, rules: tuple[Rule, ...]) -> Trial:
    """Try some words, and a name if there is one, as a comment of somebody new. Raises Invalid."""
    source = clean_source(body, limit=COMMENT_LIMIT)
    called = clean_name(name) if name.strip() else ""
    refresh()
    finding = scan(source)
    seen = Seen(
        level=finding.level,
        harm=bool(finding.harm),
        name=words_of(called),
        words=words_of(source),
        hosts=foreign(hosts_of(render_comment(source))),
    )
    bare = replace(seen, level=Level.NONE, harm=False)
    return Trial(finding.level, bool(finding.harm), judge(bare, RuleBook(rules)))
