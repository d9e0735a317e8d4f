"""Which rules count, what they look at, what they found, and who changed them."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select

from service.accounts.models import Standing
from service.accounts.queries import same_person, standing_of
from service.care.queries import waits_anywhere
from service.comments.models import Comment, Status
from service.config import current_settings
from service.core import clock
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, NotFound
from service.moderation.rules.judge import SHIPPED, Kind, Rule, Seen
from service.moderation.rules.models import Arrival, RuleChange, RuleHit, RuleRow, Subject
from service.moderation.rules.texts import fingerprint, hosts_of, words_of
from service.triage.levels import Level

LOOK_BACK = timedelta(days=30)
MOST_REPEATS = 100
CHANGES_SHOWN = 50


def rules_of(site_id: int) -> tuple[Rule, ...]:
    """Return the rules of a site, those that are switched off among them: the shipped ones first, then by text."""
    query = select(RuleRow).where(RuleRow.site_id == site_id).order_by(RuleRow.kind, RuleRow.text)
    rows = [row.value for row in db.session.scalars(query)]
    changed = {rule.kind: rule for rule in rows}
    kinds = {rule.kind for rule in SHIPPED}
    shipped = [changed.get(rule.kind, rule) for rule in SHIPPED]
    return (*shipped, *(rule for rule in rows if rule.kind not in kinds))


def rule_row(site_id: int, rule_id: int) -> RuleRow:
    """Return a rule of this site, locked for who changes it. Raises NotFound."""
    row = db.session.get(RuleRow, rule_id, with_for_update=ONE_AT_A_TIME, populate_existing=True)
    if row is None or row.site_id != site_id:
        raise NotFound(N_("There is no such rule here."))
    return row


def seen_in(comment: Comment, arrival: Arrival, level: Level, *, harm: bool) -> Seen:
    """Return what rules look at in how a comment came and in its latest words, beside what triage found in them."""
    words = words_of(comment.latest.source)
    writer = comment.commenter
    return Seen(
        level=level,
        harm=harm,
        in_care=writer is not None and waits_anywhere(same_person(writer)),
        trusted=writer is not None and standing_of(writer) is Standing.TRUSTED,
        name=words_of(comment.name),
        words=words,
        hosts=foreign(hosts_of(comment.latest.html)),
        repeats=_repeats(comment, fingerprint(words)),
        trap=arrival.trap,
        seconds=arrival.seconds,
    )


def foreign(hosts: Sequence[str]) -> tuple[str, ...]:
    """Return the hosts that are not this site's own."""
    mine = urlsplit(current_settings().site_url).hostname
    return tuple(host for host in hosts if host != mine)


def hits_on(comment: Comment) -> Sequence[RuleHit]:
    """Return what rules found in a comment's latest words."""
    mine = RuleHit.revision_id == comment.latest_revision_id
    return db.session.scalars(select(RuleHit).where(mine).order_by(RuleHit.id)).all()


def hit_counts(site_id: int) -> dict[tuple[Kind, int | None], int]:
    """Return how many comments each rule has touched in 30 days, by kind and row."""
    query = (
        select(RuleHit.kind, RuleHit.rule_id, func.count(RuleHit.comment_id.distinct()))
        .where(RuleHit.site_id == site_id, RuleHit.created_at > clock.now() - LOOK_BACK)
        .group_by(RuleHit.kind, RuleHit.rule_id)
    )
    return {(kind, rule_id): number for kind, rule_id, number in db.session.execute(query)}


def changes(site_id: int) -> Sequence[RuleChange]:
    """Return the newest changes of rules, limits and what a worry does."""
    query = select(RuleChange).where(RuleChange.site_id == site_id).order_by(RuleChange.id.desc())
    return db.session.scalars(query.limit(CHANGES_SHOWN)).all()


def last_change_of(site_id: int, subject: Subject, rule_id: int | None = None, name: str = "") -> RuleChange | None:
    """Return the newest change of one rule or setting; None where there was none."""
    same = (
        RuleChange.site_id == site_id,
        RuleChange.subject == subject,
        RuleChange.name == name,
        RuleChange.rule_id == rule_id if rule_id is not None else RuleChange.rule_id.is_(None),
    )
    return db.session.scalar(select(RuleChange).where(*same).order_by(RuleChange.id.desc()).limit(1))


def _repeats(comment: Comment, print_: str | None) -> int:
    """Return how often the same words were sent before in 30 days, by whomever and wherever, at most 100 times.

    None counts where limits are off for measuring.
    """
    if print_ is None or not current_settings().rate_limits:
        return 0
    earlier = (
        select(Arrival.comment_id)
        .join(Comment, Comment.id == Arrival.comment_id)
        .where(
            Arrival.fingerprint == print_,
            Arrival.created_at > clock.now() - LOOK_BACK,
            Comment.site_id == comment.site_id,
            Comment.id != comment.id,
            Comment.status != Status.WITHDRAWN,
        )
        .limit(MOST_REPEATS)
    )
    return db.session.scalar(select(func.count()).select_from(earlier.subquery())) or 0
