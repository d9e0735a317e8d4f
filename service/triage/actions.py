"""Keep what triage found in a revision."""

from typing import Any

from sqlalchemy import delete, update

from service.comments.models import Comment, Revision
from service.core.db import db
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.phrases.models import PhraseHit
from service.triage.scanner import Finding


def record(revision: Revision, finding: Finding) -> Scan:
    """Store a finding as the latest scan of this revision."""
    scan = Scan(
        comment_id=revision.comment_id,
        revision_id=revision.id,
        level=finding.level,
        score=finding.score,
        harm=list(finding.harm),
        matches=stored_matches(finding),
        version=finding.version,
    )
    db.session.add(scan)
    db.session.flush()
    if counted := {match.key for match in finding.matches if match.key and match.level is not Level.NONE}:
        written = db.session.get_one(Comment, revision.comment_id).created_at
        db.session.add_all(
            PhraseHit(scan_id=scan.id, phrase=key, comment_id=scan.comment_id, written_at=written) for key in counted
        )
        db.session.flush()
    return scan


def stored_matches(finding: Finding) -> list[dict[str, Any]]:
    """Return the matches of a finding as a scan keeps them: with the key of each phrase."""
    told = finding.as_dict()["matches"]
    return [{**words, "key": match.key} for words, match in zip(told, finding.matches, strict=True)]


def forget(comment_id: int) -> None:
    """Keep of a comment's scans their levels alone: the phrases found are words of its writer, or tell of them."""
    db.session.execute(delete(PhraseHit).where(PhraseHit.comment_id == comment_id))
    db.session.execute(update(Scan).where(Scan.comment_id == comment_id).values(matches=[]))
