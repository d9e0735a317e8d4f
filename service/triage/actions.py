"""Keep what triage found in a revision."""

from sqlalchemy import update

from service.comments.models import Revision
from service.core.db import db
from service.triage.models import Scan
from service.triage.scanner import Finding


def record(revision: Revision, finding: Finding) -> Scan:
    """Store a finding as the latest scan of this revision."""
    found = finding.as_dict()
    scan = Scan(
        comment_id=revision.comment_id,
        revision_id=revision.id,
        level=finding.level,
        score=finding.score,
        harm=list(finding.harm),
        matches=found["matches"],
        version=finding.version,
    )
    db.session.add(scan)
    db.session.flush()
    return scan


def forget(comment_id: int) -> None:
    """Keep of a comment's scans their levels alone: the phrases found are words of its writer."""
    db.session.execute(update(Scan).where(Scan.comment_id == comment_id).values(matches=[]))
