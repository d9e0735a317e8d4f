"""Judge a comment by the rules, and change rules, limits and what a worry does; each change is a row."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from service.accounts.models import User
from service.comments.models import Comment, Status
from service.core import clock, rates
from service.core.db import db
from service.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from service.core.reasons import checked_reason
from service.moderation.rules.judge import ONLY_HOLDS, SHIPPED, Effect, Judgement, Kind, Rule, RuleBook, judge
from service.moderation.rules.limits import BY_NAME
from service.moderation.rules.models import Arrival, RuleChange, RuleHit, RuleRow, Subject
from service.moderation.rules.queries import last_change_of, rule_row, rules_of, seen_in
from service.moderation.rules.texts import domain_of, fingerprint, phrase_of
from service.site.models import Site
from service.triage.levels import Level

MOST_RULES = 500
KEPT = timedelta(days=90)  # what a dry run looks back
LONGEST_STAMP = 600  # seconds: who takes longer than this is not quick by any rule
NUMBERS = {Kind.QUICK: (1, 60), Kind.REPEATS: (1, 100), Kind.LINKS: (0, 100)}
TIMES, WINDOW = (1, 10_000), (60, 7 * 24 * 3600)
MAY_NOT = N_("Only moderators and owners can change the rules.")


def judge_comment(comment: Comment, level: Level, *, harm: bool) -> Judgement:
    """Let the rules look at a comment's latest words, and keep what they found and what its words compare by."""
    arrival = db.session.get(Arrival, comment.id) or Arrival(comment_id=comment.id, trap=False)
    seen = seen_in(comment, arrival, level, harm=harm)
    arrival.fingerprint = fingerprint(seen.words)
    db.session.add(arrival)
    judged = judge(seen, RuleBook(rules_of(comment.site_id)))
    for hit in judged.hits:
        db.session.add(
            RuleHit(
                site_id=comment.site_id,
                comment_id=comment.id,
                revision_id=comment.latest_revision_id,
                rule_id=hit.rule.id,
                kind=hit.rule.kind,
                found=hit.found,
                effect=hit.rule.does,
            )
        )
    return judged


def note_arrival(comment: Comment, *, trap: bool, seconds: int | None) -> None:
    """Keep how a comment has just arrived, where there is something to say."""
    quick = seconds if seconds is not None and 0 <= seconds <= LONGEST_STAMP else None
    if trap or quick is not None:
        db.session.add(Arrival(comment_id=comment.id, trap=trap, seconds=quick))


def forget_old() -> None:
    """Delete how comments arrived and what rules found once no dry run looks back so far. The caller commits."""
    before = clock.now() - KEPT
    taken_back = select(Comment.id).where(Comment.status == Status.WITHDRAWN)
    db.session.execute(delete(Arrival).where(Arrival.created_at < before))
    db.session.execute(delete(Arrival).where(Arrival.comment_id.in_(taken_back)))
    db.session.execute(delete(RuleHit).where(RuleHit.created_at < before))


def proposed(site_id: int, rule: Rule) -> Rule:
    """Return a rule as it would be saved: phrase or domain as they are compared, numbers in bounds. Raises Invalid."""
    if rule.id is not None:
        kept = rule_row(site_id, rule.id)
        rule = Rule(kept.kind, rule.text if kept.text else "", rule.number, rule.effect, rule.is_on, rule.id)
    if rule.effect is Effect.SPAM and rule.kind in ONLY_HOLDS:
        raise Invalid(
            N_("How fast somebody types proves nothing: this rule can only have a person look."), field="effect"
        )
    lowest, highest = NUMBERS.get(rule.kind, (0, 0))
    if rule.kind in NUMBERS and not lowest <= rule.number <= highest:
        raise Invalid(
            N_("Please give a number from %(lowest)s to %(highest)s."), field="number", lowest=lowest, highest=highest
        )
    text = _checked_text(rule)
    same = [other for other in rules_of(site_id) if (other.kind, other.text) == (rule.kind, text)]
    if text and any(other.id != rule.id for other in same):
        raise Invalid(N_("There is such a rule already. You can change it in the list."), field="text")
    number = rule.number if rule.kind in NUMBERS else 0
    effect = Effect.HOLD if rule.kind is Kind.ALLOWED else rule.effect
    row_id = rule.id or next((other.id for other in same), None)
    return Rule(rule.kind, text, number, effect, rule.is_on, row_id)


def save_rule(user: User, rule: Rule, reason: str, *, seen: int = 0) -> RuleChange:
    """Add a rule, or change the one with its id, for a reason.

    `seen` is the last change of it that the person has seen, 0 for none. Raises Forbidden, Invalid, and Conflict with
    who has changed it meanwhile.
    """
    _check_may(user)
    rule, reason = proposed(user.site_id, rule), checked_reason(reason, field="why")
    row = rule_row(user.site_id, rule.id) if rule.id is not None else None
    if row is not None:
        _check_seen(last_change_of(user.site_id, Subject.RULE, row.id), seen)
    elif len(rules_of(user.site_id)) >= MOST_RULES:
        raise Invalid(N_("There are %(limit)s rules already; that is as many as there can be."), limit=MOST_RULES)
    before = _as_shipped(rule.kind) if row is None else _values(row.value)
    if before == _values(rule):
        raise Invalid(N_("This is how the rule is already."))
    if row is None:
        row = RuleRow(site_id=user.site_id, kind=rule.kind)
        db.session.add(row)
    _set(row, _values(rule))
    db.session.flush()
    return _log(user, Subject.RULE, before, _values(rule), reason, rule_id=row.id)


def set_limit(user: User, name: str, times: int, seconds: int, reason: str, *, seen: int = 0) -> RuleChange:
    """Set how often something may be done in how many seconds; owners only. Raises Forbidden, NotFound, Invalid."""
    _check_owns(user)
    if name not in BY_NAME:
        raise NotFound(N_("There is no such limit here."))
    reason = checked_reason(reason, field="why")
    _check_seen(last_change_of(user.site_id, Subject.LIMIT, name=name), seen)
    if not TIMES[0] <= times <= TIMES[1]:
        raise Invalid(N_("Please give a number from %(lowest)s to %(highest)s."), lowest=TIMES[0], highest=TIMES[1])
    if not WINDOW[0] <= seconds <= WINDOW[1]:
        raise Invalid(N_("A limit counts for a minute at least and a week at most."))
    before = rates.as_set(BY_NAME[name].limit)
    after = rates.Limit(name, times, seconds)
    rates.set_limit(after)
    return _log(user, Subject.LIMIT, _numbers(before), _numbers(after), reason, name=name)


def set_worry(user: User, wakes: bool, reason: str, *, seen: int = 0) -> RuleChange:
    """Say whether a reader's worry is mailed at once; owners only. Raises Forbidden, Invalid, Conflict."""
    _check_owns(user)
    reason = checked_reason(reason, field="why")
    _check_seen(last_change_of(user.site_id, Subject.WORRY), seen)
    site = db.session.get_one(Site, user.site_id)
    before, site.worry_wakes = {"wakes": site.worry_wakes}, wakes
    return _log(user, Subject.WORRY, before, {"wakes": wakes}, reason)


def undo_change(user: User, change_id: int) -> RuleChange:
    """Take the last change of a rule or setting back, by another row; a rule that was added is switched off.

    Raises Forbidden, NotFound, and Conflict when there was a change after it.
    """
    change = db.session.get(RuleChange, change_id)
    if change is None or change.site_id != user.site_id:
        raise NotFound(N_("There is no such change here."))
    _check_may(user) if change.subject is Subject.RULE else _check_owns(user)
    _check_seen(last_change_of(user.site_id, change.subject, change.rule_id, change.name), change.id)
    after = change.before or {**change.after, "is_on": False}
    if change.subject is Subject.RULE:
        _set(rule_row(user.site_id, change.rule_id or 0), after)
    elif change.subject is Subject.LIMIT:
        rates.set_limit(rates.Limit(change.name, after["times"], after["seconds"]))
    else:
        db.session.get_one(Site, user.site_id).worry_wakes = after["wakes"]
    undone = _log(user, change.subject, change.after, after, "", rule_id=change.rule_id, name=change.name)
    undone.undoes_id = change.id
    db.session.flush()
    return undone


def _checked_text(rule: Rule) -> str:
    if rule.kind is Kind.WORDS:
        return phrase_of(rule.text)
    return domain_of(rule.text) if rule.kind in (Kind.DOMAIN, Kind.ALLOWED) else ""


def _as_shipped(kind: Kind) -> dict[str, Any]:
    """Return the values of a shipped rule; nothing for a rule that people add."""
    return next((_values(rule) for rule in SHIPPED if rule.kind is kind), {})


def _values(rule: Rule) -> dict[str, Any]:
    return {"text": rule.text, "number": rule.number, "effect": str(rule.effect), "is_on": rule.is_on}


def _set(row: RuleRow, values: dict[str, Any]) -> None:
    row.text, row.number, row.is_on = values["text"], values["number"], values["is_on"]
    row.effect = Effect(values["effect"])


def _numbers(limit: rates.Limit) -> dict[str, Any]:
    return {"times": limit.times, "seconds": limit.seconds}


def _log(
    user: User,
    subject: Subject,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str,
    *,
    rule_id: int | None = None,
    name: str = "",
) -> RuleChange:
    change = RuleChange(
        site_id=user.site_id,
        user_id=user.id,
        subject=subject,
        rule_id=rule_id,
        name=name,
        before=before,
        after=after,
        reason=reason,
    )
    db.session.add(change)
    db.session.flush()
    return change


def _check_may(user: User) -> None:
    if not user.moderates:
        raise Forbidden(MAY_NOT)


def _check_owns(user: User) -> None:
    if not user.owns:
        raise Forbidden(N_("Only owners can change this."))


def _check_seen(last: RuleChange | None, seen: int) -> None:
    if last is not None and last.id != seen:
        raise Conflict(
            N_("%(name)s has changed this since you opened it. Below you see it as it is now."), name=last.user.name
        )
