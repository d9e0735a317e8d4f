"""What a change of the rules would do to the comments that were written lately; nothing is written by it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from service.accounts.models import Commenter, Standing
from service.care.models import Case
from service.care.transitions import CaseState
from service.comments.models import Comment, Revision, Status, Voice
from service.core import clock
from service.core.db import db
from service.moderation.rules.judge import SEVERITY, SHIPPED, Hit, Judgement, Rule, RuleBook, Seen, judge
from service.moderation.rules.models import Arrival
from service.moderation.rules.queries import foreign
from service.moderation.rules.texts import fingerprint, hosts_of, words_of
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.queries import latest_scans

LOOK_BACK = timedelta(days=90)
MOST = 2_000
SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One comment of the past that a change would treat otherwise, and what is found in it."""

    comment_id: int
    name: str
    html: str
    status: Status
    hits: tuple[Hit, ...]
    effect: str


@dataclass(frozen=True)
class DryRun:
    """What a change would do: to how many of `looked_at`, and the newest of them to look at.

    `outranked` are those of a level above none, or of somebody who waits for an answer, in which it is found too: no
    rule touches them.
    """

    looked_at: int
    caught: int
    caught_lines: tuple[Line, ...]
    on_page: int
    let_go: int
    let_go_lines: tuple[Line, ...]
    outranked: int


def dry_run(site_id: int, before: Iterable[Rule], after: Iterable[Rule]) -> DryRun:
    """Judge the newest comments of the last 90 days, at most 2,000, by the rules as they are and as they would be."""
    books = RuleBook(before), RuleBook(after)
    caught: list[Line] = []
    let_go: list[Line] = []
    looked_at = outranked = 0
    for row, seen in _past(site_id):
        looked_at += 1
        if seen.outranks_rules:
            bare = replace(seen, level=Level.NONE, harm=False, in_care=False)
            outranked += _grave(judge(bare, books[1])) > _grave(judge(bare, books[0]))
            continue
        was, would = judge(seen, books[0]), judge(seen, books[1])
        if _grave(would) > _grave(was):
            caught.append(_line(row, would, would))
        elif _grave(would) < _grave(was):
            let_go.append(_line(row, was, would))
    return DryRun(
        looked_at=looked_at,
        caught=len(caught),
        caught_lines=tuple(caught[-SHOWN:][::-1]),
        on_page=sum(line.status is Status.PUBLISHED for line in caught),
        let_go=len(let_go),
        let_go_lines=tuple(let_go[-SHOWN:][::-1]),
        outranked=outranked,
    )


def with_change(rules: Iterable[Rule], change: Rule) -> tuple[Rule, ...]:
    """Return the rules as they would be: with one in the place of that with its id or its shipped kind, or one more."""
    kept = list(rules)
    shipped = {rule.kind for rule in SHIPPED}
    for number, rule in enumerate(kept):
        if rule.kind is change.kind and (rule.id == change.id if change.kind not in shipped else True):
            kept[number] = change
            return tuple(kept)
    return (*kept, change)


def _past(site_id: int) -> Iterator[tuple[Any, Seen]]:
    """Return readers' comments as rules would have seen them, the oldest first."""
    query = (
        select(Comment, Revision, Commenter, Arrival)
        .join(Revision, Revision.id == Comment.latest_revision_id)
        .join(Commenter, Commenter.id == Comment.commenter_id)
        .outerjoin(Arrival, Arrival.comment_id == Comment.id)
        .where(
            Comment.site_id == site_id,
            Comment.voice == Voice.READER,
            Comment.status != Status.WITHDRAWN,
            Comment.created_at > clock.now() - LOOK_BACK,
        )
        .order_by(Comment.created_at.desc(), Comment.id.desc())
    )
    rows = db.session.execute(query.limit(MOST)).all()[::-1]
    scans = latest_scans([row.Comment.id for row in rows])
    waiting = _waiting(site_id)
    sent: Counter[str | None] = Counter()
    for row in rows:
        words = words_of(row.Revision.source)
        print_ = fingerprint(words)
        yield row, _seen(row, words, scans.get(row.Comment.id), waiting, sent[print_] if print_ else 0)
        sent[print_] += 1


def _seen(row: Any, words: tuple[str, ...], scan: Scan | None, waiting: set[int], repeats: int) -> Seen:
    return Seen(
        level=scan.level if scan is not None else Level.NONE,
        harm=bool(scan.harm) if scan is not None else False,
        in_care=row.Commenter.id in waiting,
        trusted=row.Commenter.standing_at(clock.now()) is Standing.TRUSTED,
        name=words_of(row.Comment.name),
        words=words,
        hosts=foreign(hosts_of(row.Revision.html)),
        repeats=repeats,
        trap=row.Arrival is not None and row.Arrival.trap,
        seconds=row.Arrival.seconds if row.Arrival is not None else None,
    )


def _waiting(site_id: int) -> set[int]:
    """Return who waits for an answer now."""
    open_ones = Case.state.in_((CaseState.OPEN, CaseState.UNSEEN))
    return set(db.session.scalars(select(Case.commenter_id).where(Case.site_id == site_id, open_ones)))


def _grave(judged: Judgement) -> int:
    return SEVERITY[judged.effect] if judged.effect is not None else 0


def _line(row: Any, found: Judgement, would: Judgement) -> Line:
    comment: Comment = row.Comment
    effect = str(would.effect or "")
    return Line(comment.id, comment.name, row.Revision.html, comment.status, found.hits, effect)
