"""Everything that is stored about a person, as plain values that become JSON; the format stands in docs/privacy.md."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from service.accounts.models import Commenter
from service.archive.people.person import Person, comments_of
from service.care.models import Case
from service.comments.hearts import Heart, hearts_of
from service.comments.models import Audience, Comment, Revision
from service.core import clock
from service.core.db import db
from service.core.signing import Keys
from service.moderation.models import Note
from service.moderation.reports.models import Report
from service.moderation.standings.models import StandingChange
from service.notifications.models import Notification
from service.site.models import Site
from service.triage.models import Scan

FORMAT = "attune person 1"


def export(person: Person, site: Site, site_url: str, keys: Keys, *, full: bool = False) -> dict[str, Any]:
    """Return what a person may take with them; `full`: with what staff and machine noted about them, for the owner."""
    written = comments_of(person)
    everything: dict[str, Any] = {
        "format": FORMAT,
        "made_at": _moment(clock.now()),
        "site": {"name": site.name, "url": site_url},
        "readers": [_reader(commenter, keys) for commenter in person.commenters],
        "comments": [_comment(comment, site_url) for comment in written],
        "hearts_given": _hearts(person),
        "reports": _reports(person, keys),
        "mail": _mail(person),
    }
    if person.unproven:
        everything["address_typed_without_proof"] = len(person.unproven)
    return {**everything, **_noted(person, written)} if full else everything


def _reader(commenter: Commenter, keys: Keys) -> dict[str, Any]:
    address = keys.decrypt(commenter.email_encrypted) if commenter.email_encrypted is not None else None
    return {
        "number": commenter.id,
        "known_since": _moment(commenter.created_at),
        "email": address,
        "email_confirmed_at": _moment(commenter.email_confirmed_at),
        "standing": commenter.standing_at(clock.now()).value,
        "paused_until": _moment(commenter.paused_until),
    }


def _comment(comment: Comment, site_url: str) -> dict[str, Any]:
    article = comment.article
    return {
        "number": comment.id,
        "article": {"title": article.title, "url": f"{site_url}/articles/{article.slug}"},
        "answers_comment": comment.parent_id,
        "name": comment.name,
        "for": comment.audience.value,
        "state": comment.status.value,
        "written_at": _moment(comment.created_at),
        "edited_at": _moment(comment.edited_at),
        "deleted_at": _moment(comment.purged_at),
        "wants_mail_about_answers": comment.wants_answers,
        "wordings": _wordings(comment),
        "hearts_received": hearts_of(comment),
        "messages_to_you": _messages(comment),
    }


def _wordings(comment: Comment) -> list[dict[str, Any]]:
    query = select(Revision).where(Revision.comment_id == comment.id).order_by(Revision.number)
    return [
        {"at": _moment(row.created_at), "by": "the site" if row.masks_id else "you", "text": row.source}
        for row in db.session.scalars(query)
    ]


def _messages(comment: Comment) -> list[dict[str, Any]]:
    query = select(Comment).where(Comment.parent_id == comment.id, Comment.audience == Audience.WRITER)
    found = db.session.scalars(query.order_by(Comment.id))
    return [{"at": _moment(row.created_at), "from": row.name, "text": row.latest.source} for row in found]


def _hearts(person: Person) -> list[dict[str, Any]]:
    given = select(Heart).where(Heart.commenter_id.in_(person.ids)).order_by(Heart.created_at)
    return [{"comment": heart.comment_id, "at": _moment(heart.created_at)} for heart in db.session.scalars(given)]


def _reports(person: Person, keys: Keys) -> list[dict[str, Any]]:
    return [
        {"comment": row.comment_id, "about": row.reason.value, "words": row.words, "at": _moment(row.created_at)}
        for row in reports_by(person, keys)
    ]


def _mail(person: Person) -> list[dict[str, Any]]:
    sent = select(Notification).where(Notification.commenter_id.in_(person.ids)).order_by(Notification.id)
    return [
        {"about": row.kind.value, "state": row.state.value, "at": _moment(row.created_at)}
        for row in db.session.scalars(sent)
    ]


def _noted(person: Person, written: Sequence[Comment]) -> dict[str, Any]:
    """Return what staff and machine noted: to be handed over by a person, who says what it means."""
    ids = [comment.id for comment in written]
    scans = select(Scan).where(Scan.comment_id.in_(ids)).order_by(Scan.id)
    cases = select(Case).where(Case.commenter_id.in_(person.ids)).order_by(Case.id)
    notes = select(Note).where(or_(Note.commenter_id.in_(person.ids), Note.comment_id.in_(ids))).order_by(Note.id)
    changes = select(StandingChange).where(StandingChange.commenter_id.in_(person.ids)).order_by(StandingChange.id)
    return {
        "readings": [
            {
                "comment": row.comment_id,
                "level": row.level.value,
                "phrases": [match.get("phrase", "") for match in row.matches],
                "at": _moment(row.created_at),
            }
            for row in db.session.scalars(scans)
        ],
        "cases": [
            {"level": row.level.value, "state": row.state.value, "since": _moment(row.created_at)}
            for row in db.session.scalars(cases)
        ],
        "notes": [{"text": row.text, "at": _moment(row.created_at)} for row in db.session.scalars(notes)],
        "changes_of_standing": [
            {"to": row.after.value, "reason": row.reason, "at": _moment(row.created_at)}
            for row in db.session.scalars(changes)
        ],
    }


def reports_by(person: Person, keys: Keys) -> Sequence[Report]:
    """Return what a person has reported, as far as it was known to be them."""
    theirs = [key for number in person.ids for key in keys.lookups("reporter", str(number))]
    return db.session.scalars(select(Report).where(Report.reporter_key.in_(theirs)).order_by(Report.id)).all()


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None
