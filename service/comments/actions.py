"""Submit, edit, answer and withdraw comments; nothing here decides what is admitted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from service.accounts.models import Commenter, User
from service.articles.actions import bump_thread
from service.articles.models import Article
from service.comments.answers import tell_of, untell_of
from service.comments.models import Audience, Comment, Revision, Screening, Status, Voice
from service.comments.path import child_path, depth_of
from service.comments.status import Actor, check_transition
from service.comments.wishes import check_wish
from service.core import clock
from service.core.changes import Change, revert
from service.core.db import db, next_ids
from service.core.dispatch import dispatch
from service.core.errors import N_, Conflict, Forbidden, Invalid
from service.core.text import COMMENT_LIMIT, SANITIZER_VERSION, clean_name, clean_source, render_comment
from service.notifications.withdrawal import withdraw as forget_news

REPEAT_WINDOW = timedelta(minutes=10)
SCREEN_TASK = "moderation.screen"
ON_THE_PAGE = frozenset({"status", "public_revision_id", "latest_revision_id"})


@dataclass(frozen=True)
class Draft:
    """What a reader sent, cleaned: name, source and its safe HTML."""

    name: str
    source: str
    html: str
    audience: Audience = Audience.EVERYONE


@dataclass(frozen=True)
class Sent:
    """How a repeat is known: `repeat_key` says who sends what where, `idempotency_key` is a script's random one."""

    repeat_key: str | None
    idempotency_key: str | None = None


def draft(name: str, body: str, audience: str = "everyone", *, limit: int = COMMENT_LIMIT) -> Draft:
    """Clean and render what a reader typed, before any transaction is open. Raises Invalid."""
    source = clean_source(body, limit=limit)
    return Draft(clean_name(name), source, render_comment(source), _checked_audience(audience))


def submit(
    article: Article,
    commenter: Commenter,
    text: Draft,
    *,
    parent: Comment | None = None,
    language: str = "",
    sent: Sent | None = None,
) -> Comment:
    """Write a reader's comment as pending and have it screened; `language` is that of the page where they wrote it.

    Raises Forbidden when the article is closed.
    """
    if not article.takes_comments(clock.now()):
        raise Forbidden(N_("This page takes no new comments. What you wrote is still here, so that you can copy it."))
    comment = Comment(
        site_id=article.site_id,
        article_id=article.id,
        commenter=commenter,
        name=text.name,
        language=language,
        audience=text.audience,
        repeat_key=sent.repeat_key if sent else None,
        idempotency_key=sent.idempotency_key if sent else None,
    )
    _write(comment, parent, text.source, text.html)
    dispatch(SCREEN_TASK, comment.id)
    return comment


def find_repeat(site_id: int, sent: Sent) -> Comment | None:
    """Return the comment that was sent before: by the same key at any time, or the same words within ten minutes."""
    here = select(Comment).where(Comment.site_id == site_id).order_by(Comment.id.desc()).limit(1)
    if sent.idempotency_key is not None:
        found = db.session.scalar(here.where(Comment.idempotency_key == sent.idempotency_key))
        if found is not None:
            return found
    if sent.repeat_key is None:
        return None
    same = (Comment.repeat_key == sent.repeat_key) & (Comment.status != Status.WITHDRAWN)
    return db.session.scalar(here.where(same, Comment.created_at > clock.now() - REPEAT_WINDOW))


def answer(user: User, parent: Comment, source: str, *, by_author: bool, audience: Audience) -> Comment:
    """Write a member of staff's answer, public at once where everyone may read it. Raises Invalid."""
    source = clean_source(source, limit=COMMENT_LIMIT)
    comment = Comment(
        site_id=parent.site_id,
        article_id=parent.article_id,
        user_id=user.id,
        voice=Voice.AUTHOR if by_author else Voice.STAFF,
        name=user.name,
        audience=audience,
        status=Status.PUBLISHED,
    )
    _write(comment, parent, source, render_comment(source), screening=Screening.DONE)
    comment.public_revision_id = comment.latest_revision_id
    if audience is Audience.EVERYONE:
        _count(comment, +1)
    return comment


def adopt(
    article: Article,
    *,
    name: str,
    source: str,
    voice: Voice,
    commenter: Commenter | None,
    parent: Comment | None,
    created_at: datetime,
    import_key: str,
) -> Comment:
    """Take in a comment that was public elsewhere: public at once; a reader's words are screened all the same."""
    comment = Comment(
        site_id=article.site_id,
        article_id=article.id,
        commenter=commenter,
        voice=voice,
        name=name,
        status=Status.PUBLISHED,
        import_key=import_key,
    )
    by_reader = voice is Voice.READER
    screening = Screening.WAITING if by_reader else Screening.DONE
    _write(comment, parent, source, render_comment(source), screening=screening, created_at=created_at)
    comment.public_revision_id = comment.latest_revision_id
    _count(comment, +1)
    if by_reader:
        dispatch(SCREEN_TASK, comment.id)
    return comment


def edit(comment: Comment, body: str, window: timedelta) -> Revision:
    """Give a comment new words; the old ones stay public until the new ones are screened.

    Raises Invalid for the text, and Conflict once the comment is gone, or the window for edits is over and staff have
    not asked for a change.
    """
    if comment.status is Status.WITHDRAWN:
        raise Conflict(N_("You have taken this comment back, so it can no longer be changed."))
    if clock.now() > comment.created_at + window and not comment.change_waits:
        raise Conflict(N_("The time for changes is over. You can still take your comment back."))
    source = clean_source(body, limit=COMMENT_LIMIT)
    if source == comment.latest.source:
        return comment.latest
    if comment.latest.screening is not Screening.DONE:
        comment.latest.screening = Screening.SUPERSEDED
    comment.edited_at = clock.now()
    comment.version += 1
    revision = revise(comment, source, render_comment(source))
    dispatch(SCREEN_TASK, comment.id)
    return revision


def change_audience(comment: Comment, audience: str) -> None:
    """Say anew, as its writer, who may read a comment; one that was public or had been read is read by a person again.

    Raises Invalid for an audience that readers cannot choose, and Conflict once the comment is taken back.
    """
    wanted = _checked_audience(audience)
    if comment.status is Status.WITHDRAWN:
        raise Conflict(N_("You have taken this comment back, so it can no longer be changed."))
    if wanted is comment.audience:
        return
    if comment.status is Status.PUBLISHED:
        set_status(comment, Actor.WRITER, Status.PENDING)
    comment.audience = wanted
    if comment.status is Status.PENDING and comment.latest.screening is Screening.DONE:
        hold(comment, N_("Its writer has changed who may read it."))


def withdraw(comment: Comment) -> None:
    """Take a comment back for ever, as its writer; twice is the same as once.

    Its words leave every page now; staff keep them until the duty to answer has ended.
    """
    if comment.status is not Status.WITHDRAWN:
        set_status(comment, Actor.WRITER, Status.WITHDRAWN)
        untell_of(comment)


def purge(comment: Comment) -> None:
    """Delete the words of every revision for ever; the comment stays as a line that says it is gone."""
    gone = {"source": "", "html": "", "screening": Screening.DONE}
    db.session.execute(update(Revision).where(Revision.comment_id == comment.id).values(**gone))
    comment.name = ""
    comment.version += 1


def set_status(comment: Comment, actor: Actor, after: Status) -> None:
    """Change a comment's status through the transition table and keep the thread's count and version right.

    Publishing makes its latest words public; raises Conflict where its writer has not agreed to that (see wishes).
    """
    check_transition(actor, comment.status, after)
    if after is Status.PUBLISHED:
        _check_words(comment)
        check_wish(comment)
    before = comment.shown
    comment.status = after
    if after is Status.PUBLISHED:
        comment.public_revision_id = comment.latest_revision_id
    _settle(comment)
    _count(comment, int(comment.shown) - int(before))
    if actor is not Actor.MACHINE:
        forget_news(news_of(comment))  # a person has seen it, or took it back


def put_back(comment: Comment, change: Change) -> None:
    """Make a comment again what it was before an act of staff changed it. Raises Conflict when that cannot be."""
    if "status" in change:
        check_transition(Actor.UNDO, comment.status, Status(change["status"][0]))
    before = comment.shown
    revert(comment, change)
    db.session.flush()
    db.session.expire(comment, ["latest", "public"])
    comment.version += 1
    if comment.shown and not before:
        _check_words(comment)
        check_wish(comment)
    if ON_THE_PAGE & change.keys():
        _count(comment, int(comment.shown) - int(before))


def news_of(comment: Comment) -> str:
    """Return the cause of the mail that a new comment is there."""
    return f"comment:{comment.id}"


def admit_revision(comment: Comment) -> None:
    """Make the latest words of a published comment the ones that the public sees.

    Raises Conflict where its writer has not agreed to that (see wishes).
    """
    check_wish(comment)
    comment.public_revision_id = comment.latest_revision_id
    _settle(comment)
    _count(comment, 0)


def hold(comment: Comment, reason: str) -> None:
    """Have a person look at it first; the reason is for staff."""
    comment.held_at = clock.now()
    comment.held_reason = reason
    comment.version += 1


def revise(
    comment: Comment,
    source: str,
    html: str,
    *,
    screening: Screening = Screening.WAITING,
    masks: Revision | None = None,
) -> Revision:
    """Add a revision and make it the latest; `masks` is the one of the writer that it shows a part of."""
    last = db.session.scalar(select(func.max(Revision.number)).where(Revision.comment_id == comment.id)) or 0
    revision = _revision(source, html, screening)
    revision.comment = comment
    revision.number = last + 1  # the latest need not be the last: a mask can be taken off
    revision.masks_id = masks.id if masks is not None else None
    comment.latest = revision
    db.session.flush()
    return revision


def _write(
    comment: Comment,
    parent: Comment | None,
    source: str,
    html: str,
    *,
    screening: Screening = Screening.WAITING,
    created_at: datetime | None = None,
) -> None:
    """Give a new comment its place in the thread and its first words, all in one flush."""
    comment.id, revision_id = next_ids(Comment, Revision)
    comment.created_at = created_at or clock.now()
    comment.parent_id = parent.id if parent else None
    comment.root_id = parent.root_id if parent else comment.id
    comment.path = child_path(parent.path if parent else "", comment.created_at, comment.id)
    comment.depth = depth_of(comment.path)
    comment.latest = _revision(source, html, screening)
    comment.latest.id, comment.latest.comment, comment.latest.number = revision_id, comment, 1
    db.session.add(comment)
    db.session.flush()


def _revision(source: str, html: str, screening: Screening) -> Revision:
    return Revision(
        source=source,
        html=html,
        sanitizer_version=SANITIZER_VERSION,
        screening=screening,
        screened_at=clock.now() if screening is Screening.DONE else None,
    )


def _check_words(comment: Comment) -> None:
    if comment.purged_at is not None:
        raise Conflict(N_("The words of this comment were deleted when their time was over."))


def _checked_audience(audience: str) -> Audience:
    if audience not in (Audience.EVERYONE, Audience.AUTHOR):
        raise Invalid(N_("Please choose who may read your comment."), field="audience")
    return Audience(audience)


def _settle(comment: Comment) -> None:
    comment.held_at = None
    comment.held_reason = comment.change_asked = ""
    comment.version += 1


def _count(comment: Comment, change: int) -> None:
    """Keep the article's number of shown comments, tell whom this one answers, and let its cached pages go."""
    db.session.flush()
    if change > 0:
        tell_of(comment)
    elif change < 0:
        untell_of(comment)
    bump_thread(comment.article_id, change)
