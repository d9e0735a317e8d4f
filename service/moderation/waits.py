"""How long comments have waited for a person, and what a reader can be told of the next one."""

from sqlalchemy import func, select

from service.accounts.duty import stretches
from service.accounts.queries import absences_in, duty_rota
from service.comments.models import Comment, Status
from service.core import clock
from service.core.db import db
from service.moderation.expected import HISTORY, LOOK_AHEAD, Away, Expected, Wait, away, expect
from service.moderation.models import BESIDE, Decision

MOST = 500


def expected_wait(site_id: int) -> Expected:
    """Return what to tell somebody whose comment waits from now on."""
    moment = clock.now()
    rota, absences = duty_rota(site_id), absences_in(site_id)
    past = stretches(rota, absences, moment - 2 * HISTORY, moment)
    ahead = stretches(rota, absences, moment, moment + LOOK_AHEAD)
    return expect(recent_waits(site_id), past, ahead, moment)


def away_now(site_id: int) -> Away | None:
    """Return until when nobody is on duty; None while somebody is."""
    moment = clock.now()
    return away(stretches(duty_rota(site_id), absences_in(site_id), moment, moment + LOOK_AHEAD), moment)


def recent_waits(site_id: int) -> list[Wait]:
    """Return how long readers' comments waited to be shown or not, those decided by people in the last 30 days."""
    first = func.min(Decision.created_at)
    query = (
        select(Comment.created_at, first)
        .join(Decision, Decision.comment_id == Comment.id)
        .where(
            Comment.site_id == site_id,
            Comment.commenter_id.is_not(None),
            Comment.import_key.is_(None),
            Decision.act.not_in(BESIDE),
            Decision.status_before == Status.PENDING,
        )
        .group_by(Comment.id, Comment.created_at)
        .having(first > clock.now() - HISTORY)
        .order_by(first.desc())
    )
    return [Wait(begins, ends) for begins, ends in db.session.execute(query.limit(MOST))]
