"""What narrows a lane down, as conditions on comments and cases, through the eyes of one member of staff."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from service.accounts.models import Commenter, User
from service.articles.models import Article
from service.care.models import Case
from service.comments.models import Comment, Revision, Screening
from service.config import current_keys
from service.core import clock
from service.core.db import UtcDateTime
from service.core.signing import fold_email
from service.moderation.queue.place import UNSCANNED, Place, is_address
from service.triage.levels import Level
from service.triage.models import Scan
from service.triage.queries import FOUND_SOMETHING

Condition = ColumnElement[bool]

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Eyes:
    """Through whose eyes the queue is seen, and when: values, or the parameters of a statement that is kept."""

    site_id: Any
    user_id: Any
    moderates: bool
    now: Any
    lately: Any


def eyes_of(user: User) -> Eyes:
    """Return how somebody sees the queue now."""
    return Eyes(user.site_id, user.id, user.moderates, clock.now(), clock.now() - LATELY)


def kept_eyes(moderates: bool) -> Eyes:
    """Return how anybody of this role sees the queue, for a statement that is given `parameters`."""
    number, moment = Integer(), UtcDateTime()
    return Eyes(
        bindparam("site_id", type_=number),
        bindparam("user_id", type_=number),
        moderates,
        bindparam("now", type_=moment),
        bindparam("lately", type_=moment),
    )


def parameters(user: User) -> dict[str, object]:
    """Return the values for a statement that was built with `kept_eyes`."""
    eyes = eyes_of(user)
    return {"site_id": eyes.site_id, "user_id": eyes.user_id, "now": eyes.now, "lately": eyes.lately}


def theirs(eyes: Eyes, table: type[Comment] | type[Case]) -> Condition:
    """Return the condition under which a comment or case is this person's: moderators see all, authors their own."""
    mine: Condition = table.site_id == eyes.site_id
    return mine if eyes.moderates else table.article_id.in_(_articles_of(eyes))


def comments_in(eyes: Eyes, place: Place) -> list[Condition]:
    """Return the conditions on Comment of a place."""
    found = [theirs(eyes, Comment)]
    if place.article is not None:
        found.append(Comment.article_id == place.article)
    if place.person is not None:
        found.append(Comment.commenter_id == place.person)
    if place.mine:
        found.append(or_(Comment.article_id.in_(_articles_of(eyes)), Comment.id.in_(_taken_by(eyes))))
    if place.level:
        found.append(_reads_as(place.level))
    if place.language:
        found.append(Comment.language == place.language)
    if place.words:
        found.append(_holds(eyes, place.words))
    return found


def cases_in(eyes: Eyes, place: Place) -> list[Condition]:
    """Return the conditions on Case of a place."""
    found = [theirs(eyes, Case)]
    if place.article is not None:
        found.append(Case.article_id == place.article)
    if place.person is not None:
        found.append(Case.commenter_id == place.person)
    if place.mine:
        found.append(or_(Case.article_id.in_(_articles_of(eyes)), _is_taken_by(eyes)))
    if place.level:
        found.append(Case.level == Level(place.level))
    if place.language:
        found.append(_of_comment(Comment.language == place.language))
    if place.words:
        found.append(_of_comment(_holds(eyes, place.words)))
    return found


def is_snoozed(eyes: Eyes, comment_id: Any) -> Condition:
    """Return the condition that a comment has been put off until later; those are few."""
    asleep = select(Comment.id).where(Comment.snoozed_until.is_not(None), Comment.snoozed_until > eyes.now)
    return comment_id.in_(asleep.correlate(None))  # type: ignore[no-any-return]


def _of_comment(condition: Condition) -> Condition:
    """Return the condition that this is true of the comment on which a case rests."""
    return select(Comment.id).where(Comment.id == Case.comment_id, condition).correlate(Case).exists()


def _articles_of(eyes: Eyes) -> Any:
    return select(Article.id).where(Article.author_id == eyes.user_id).correlate(None)


def _is_taken_by(eyes: Eyes) -> Condition:
    return or_(Case.owner_id == eyes.user_id, Case.acknowledged_by == eyes.user_id)


def _taken_by(eyes: Eyes) -> Any:
    return select(Case.comment_id).where(Case.site_id == eyes.site_id, _is_taken_by(eyes)).correlate(None)


def _reads_as(level: str) -> Condition:
    """Has latest words that were read so, or could not be read; both are few, so they are looked up from there."""
    if level == UNSCANNED:
        found, condition = Revision.id, Revision.screening == Screening.FAILED
        of_comments = select(Revision.comment_id).where(condition)
    else:
        found, condition = Scan.revision_id, and_(Scan.level == Level(level), FOUND_SOMETHING)
        of_comments = select(Scan.comment_id).where(condition)
    latest = select(found).where(condition)
    return and_(Comment.id.in_(of_comments.correlate(None)), Comment.latest_revision_id.in_(latest.correlate(None)))


def _holds(eyes: Eyes, words: str) -> Condition:
    """An address counts as a whole alone, by its HMAC: nobody can feel their way towards one letter by letter."""
    if is_address(words):
        lookups = current_keys().lookups("email", fold_email(words))
        person = select(Commenter.id).where(Commenter.site_id == eyes.site_id, Commenter.email_lookup.in_(lookups))
        return or_(Comment.commenter_id.in_(person), _says(words))
    return or_(_like(Comment.name, words), _says(words))


def _says(words: str) -> Condition:
    latest = aliased(Revision)
    return select(latest.id).where(latest.id == Comment.latest_revision_id, _like(latest.source, words)).exists()


def _like(column: Any, words: str) -> Condition:
    """Contains the words; SQLite folds the case of ASCII alone, so the usual ways to write them are each asked for."""
    ways = {words} if words.isascii() else {words, words.lower(), words.capitalize(), words.title(), words.upper()}
    return or_(*(column.icontains(way, autoescape=True) for way in sorted(ways)))
