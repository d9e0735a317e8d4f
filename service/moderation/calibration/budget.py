"""The budget for comments that sound very low: so many a day stand in front, the others behind, and none is dropped."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from service.accounts.models import User
from service.care.actions import stand_back
from service.care.models import Case
from service.comments.models import Comment, Voice
from service.core import clock
from service.core.db import ONE_AT_A_TIME, db
from service.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from service.core.reasons import checked_reason
from service.moderation.calibration.bar import DAYS, Outlook, Past, bar_for, may_stand_back, outlook
from service.moderation.calibration.models import SupportBudget
from service.moderation.phrases.tallies import needed_among
from service.site.models import Site
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.phrases.queries import book
from service.triage.queries import FOUND_SOMETHING, is_newest
from service.triage.scanner import Finding

MOST = 1000
AGAIN = timedelta(days=1)


def budget_of(site_id: int) -> SupportBudget | None:
    """Return the budget that counts, None where there never was one."""
    query = select(SupportBudget).where(SupportBudget.site_id == site_id).order_by(SupportBudget.id.desc())
    return db.session.scalar(query.limit(1))


def budgets_of(site_id: int) -> Sequence[SupportBudget]:
    """Return the last changes of the budget, the newest first."""
    query = select(SupportBudget).where(SupportBudget.site_id == site_id).order_by(SupportBudget.id.desc())
    return db.session.scalars(query.limit(20)).all()


def outlook_of(site_id: int, number: int | None) -> Outlook:
    """Return what a budget would have done in the last 30 days. Nothing is written."""
    return outlook(number, past_of(site_id), clock.now())


def set_budget(user: User, number: int | None, reason: str, *, seen: int) -> SupportBudget:
    """Let so many a day stand in front, None for all; cases that are open stay where they are.

    `seen` is the last change that the person has seen, 0 for none. Raises Forbidden, Invalid, and Conflict with who has
    changed it meanwhile.
    """
    if not user.moderates:
        raise Forbidden(N_("Only moderators and owners can change the budget."))
    reason = checked_reason(reason, field="why")
    db.session.execute(select(Site.id).where(Site.id == user.site_id).with_for_update(**ONE_AT_A_TIME))
    last = budget_of(user.site_id)
    if last is not None and last.id != seen:
        raise Conflict(N_("%(name)s has changed the budget since you opened it."), name=last.user.name)
    if number is not None and not 1 <= number <= MOST:
        raise Invalid(
            N_("Please give a number from %(lowest)s to %(highest)s."), field="number", lowest=1, highest=MOST
        )
    if number == (last.number if last is not None else None):
        raise Invalid(N_("This is how it is already."), field="number")
    bar = bar_for(number, past_of(user.site_id), clock.now())
    row = SupportBudget(site_id=user.site_id, user_id=user.id, number=number, bar=bar, reason=reason)
    db.session.add(row)
    db.session.flush()
    return row


def before(site_id: int, budget_id: int) -> int | None:
    """Return the number that counted before a change. Raises NotFound, and Conflict where it is not the newest."""
    changes = budgets_of(site_id)
    if budget_id not in [change.id for change in changes]:
        raise NotFound(N_("There is no such change here."))
    if changes[0].id != budget_id:
        raise Conflict(N_("The budget has been changed again since. Please undo the newest change first."))
    return changes[1].number if len(changes) > 1 else None


def renew_bar(site_id: int) -> None:
    """Draw the line anew by the last 30 days, once a day. The caller commits."""
    budget = budget_of(site_id)
    if budget is None or budget.number is None or budget.barred_at > clock.now() - AGAIN:
        return
    budget.bar, budget.barred_at = bar_for(budget.number, past_of(site_id), clock.now()), clock.now()


def keep_order(case: Case, finding: Finding) -> None:
    """Have the case that a finding has just opened stand back, where the site has a budget and the score is low."""
    if finding.level is not Level.SUPPORT or case.level is not Level.SUPPORT or case.opening > 1:
        return
    budget = budget_of(case.site_id)
    if budget is None or budget.number is None or budget.bar is None or finding.score >= budget.bar:
        return
    if may_stand_back(finding.level, finding.harm, [(each.family, each.key) for each in finding.matches], book()):
        stand_back(case)


def past_of(site_id: int) -> list[Past]:
    """Return the comments of the last 30 days that sound very low, by the newest reading of each."""
    query = (
        select(Comment.id, Comment.created_at, Scan.score, Scan.harm, Scan.matches)
        .join(Scan, Scan.comment_id == Comment.id)
        .where(
            Scan.level == Level.SUPPORT,
            FOUND_SOMETHING,
            is_newest(),
            Comment.site_id == site_id,
            Comment.created_at > clock.now() - timedelta(days=DAYS),
            Comment.voice == Voice.READER,
            Comment.import_key.is_(None),
        )
    )
    rows, known = db.session.execute(query).all(), book()
    said = needed_among([row.id for row in rows])
    return [
        Past(
            row.created_at,
            row.score,
            may_stand_back(
                Level.SUPPORT, row.harm, [(match["family"], match.get("key", "")) for match in row.matches], known
            ),
            said.get(row.id),
        )
        for row in rows
    ]
