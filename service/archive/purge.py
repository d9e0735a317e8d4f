"""Delete a comment's words for ever, wherever they, or words about them, are kept; a line that it is gone remains."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from service.articles.actions import bump_thread
from service.care.models import CaseEventRow
from service.comments.actions import purge
from service.comments.hearts import Heart
from service.comments.models import Comment, WishRow
from service.core import clock
from service.core.db import db
from service.moderation.models import Decision, Note
from service.moderation.replies.models import ReplyDraft
from service.moderation.reports.models import Report
from service.moderation.rules.models import Arrival, RuleHit
from service.triage.actions import forget

# Of what an act has beside its reason only this says nothing of anybody's words.
HARMLESS = frozenset({"to", "until"})


def purge_words(comment_ids: Sequence[int]) -> None:
    """Delete all words of these comments and about them; who decided what and when, and the levels found, stay."""
    for comment in db.session.scalars(select(Comment).where(Comment.id.in_(comment_ids))):
        purge(comment)
        forget(comment.id)
        comment.held_reason = comment.change_asked = ""
        comment.held_at = comment.snoozed_until = None
        comment.repeat_key = comment.idempotency_key = None
        comment.purged_at = clock.now()
        if comment.public_revision_id is not None:
            bump_thread(comment.article_id)
    db.session.flush()
    for table, values in (
        (RuleHit, {"found": ""}),
        (WishRow, {"reason": ""}),
        (Report, {"words": ""}),
        (Decision, {"reason": "", "changes": {}}),
        (CaseEventRow, {"reason": ""}),
    ):
        db.session.execute(update(table).where(table.comment_id.in_(comment_ids)).values(**values))
    for gone in (Arrival, Note, ReplyDraft, Heart):
        db.session.execute(delete(gone).where(gone.comment_id.in_(comment_ids)))
    for decision in db.session.scalars(select(Decision).where(Decision.comment_id.in_(comment_ids))):
        decision.details = {name: value for name, value in decision.details.items() if name in HARMLESS}
    db.session.flush()
