"""What can be read of a thread, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from service.accounts.queries import same_person
from service.articles.models import Article
from service.comments.models import Audience, Comment, Revision, Status
from service.comments.tree import Conversation, Line, conversations
from service.core.db import db
from service.core.errors import N_, NotFound

Rows = Select[*tuple[Any, ...]]

PAGE_COMMENTS = 100
CONVERSATION_COMMENTS = 30
PAST_ALL_PATHS = "~"

NO_COMMENT = N_("There is no such comment here.")


@dataclass(frozen=True)
class ThreadPage:
    """One page of a thread: whole conversations, and the roots where the pages beside it begin."""

    conversations: list[Conversation]
    next_root: int | None = None
    previous_root: int | None = None
    has_previous: bool = False


def comment_by_id(site_id: int, comment_id: int) -> Comment:
    """Return a comment of this site, for staff and tasks. Raises NotFound."""
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.site_id != site_id:
        raise NotFound(NO_COMMENT)
    return comment


def shown_comment(site_id: int, comment_id: int) -> Comment:
    """Return a comment that everyone may read. Raises NotFound for any other."""
    comment = comment_by_id(site_id, comment_id)
    if not comment.shown:
        raise NotFound(NO_COMMENT)
    return comment


def parent_for(article: Article, parent_id: int | None) -> Comment | None:
    """Return the shown comment of this article that an answer goes to. Raises NotFound."""
    if parent_id is None:
        return None
    parent = shown_comment(article.site_id, parent_id)
    if parent.article_id != article.id:
        raise NotFound(NO_COMMENT)
    return parent


def thread_page(article: Article, *, newest: bool = False, from_root: int | None = None) -> ThreadPage:
    """Return one page of whole conversations: about 100 comments, at most 30 of one conversation.

    `from_root` is the id of the first root of the page; the cost does not grow with the thread.
    """
    start = _root_of(article, from_root) if from_root else None
    roots = _roots_from(article, start, newest=newest)
    counts = _shown_counts([root.id for root in roots])
    page, following = _fill(roots, counts)
    drawn = conversations(_lines(page, counts))
    for conversation in drawn:
        conversation.more = counts[conversation.root.line.id] - conversation.shown
        conversation.last_id = _last_line(conversation)
    before = _root_before(article, start, newest=newest) if start is not None else None
    return ThreadPage(drawn, following, before, has_previous=before is not None)


def conversation_page(article: Article, root_id: int, *, after: int | None = None) -> ThreadPage:
    """Return the root of one conversation and the next 100 shown comments after the comment `after`."""
    root = _root_of(article, root_id)
    last = db.session.get(Comment, after) if after else None
    start = last if last is not None and last.root_id == root.id else root
    wanted = or_(Comment.id == root.id, _next_lines(root.id, PAGE_COMMENTS, after=start.path))
    lines = [_line(row) for row in db.session.execute(_line_query().where(wanted).order_by(Comment.path))]
    drawn = conversations(lines, _answered_elsewhere(lines))
    for conversation in drawn:
        conversation.last_id = lines[-1].id
        conversation.more = _count_after(root.id, lines[-1].id)
    return ThreadPage(drawn)


def place_of(comment: Comment) -> dict[str, int]:
    """Return the page parameters under which a shown comment stands in its article."""
    root_id = comment.root_id or comment.id
    mine = select(Comment.id).where(Comment.root_id == root_id, _is_shown()).order_by(Comment.path)
    before = select(func.count()).select_from(mine.where(Comment.path < comment.path).order_by(None).subquery())
    number = db.session.scalar(before) or 0
    if number < CONVERSATION_COMMENTS:
        return {"page": root_id}
    on_page = (number - CONVERSATION_COMMENTS) % PAGE_COMMENTS
    last_before_page = db.session.scalars(mine.offset(number - on_page - 1).limit(1)).one()
    return {"conversation": root_id, "after": last_before_page}


def answers_to(comment: Comment) -> Sequence[Comment]:
    """Return what its writer may read below a comment: shown answers, and messages for the writer alone."""
    visible = or_(Comment.audience == Audience.WRITER, _is_shown())
    query = select(Comment).where(Comment.parent_id == comment.id, Comment.status == Status.PUBLISHED, visible)
    return db.session.scalars(query.order_by(Comment.path)).all()


def question_of(comment_id: int) -> str:
    """Return the words that a comment answers, as they stand now; '' for a root."""
    return db.session.scalar(_asks_for_question(), {"comment_id": comment_id}) or ""


@cache
def _asks_for_question() -> Select[str]:
    parent = aliased(Comment)
    words = select(Revision.source).join(parent, parent.latest_revision_id == Revision.id)
    return words.join(Comment, Comment.parent_id == parent.id).where(Comment.id == bindparam("comment_id"))


def has_published_before(comment: Comment) -> bool:
    """True when this person has another comment that everyone may read; a confirmed address makes two one person."""
    theirs = same_person(comment.commenter) if comment.commenter else []
    query = select(Comment.id).where(Comment.commenter_id.in_(theirs), Comment.id != comment.id, _is_shown())
    return db.session.scalar(query.limit(1)) is not None


def _is_shown(comment: type[Comment] = Comment) -> Any:
    return and_(
        comment.status == Status.PUBLISHED,
        comment.audience == Audience.EVERYONE,
        comment.public_revision_id.is_not(None),
    )


def _root_of(article: Article, root_id: int) -> Comment:
    root = db.session.get(Comment, root_id)
    if root is None or root.article_id != article.id or root.root_id != root.id:
        raise NotFound(NO_COMMENT)
    return root


def _visible_roots(article: Article) -> Rows:
    """Roots that are shown, or below which something is."""
    answer = aliased(Comment)
    answered = select(answer.id).where(answer.root_id == Comment.id, _is_shown(answer)).exists()
    return select(Comment.id, Comment.created_at).where(
        Comment.article_id == article.id, Comment.parent_id.is_(None), answered
    )


def _roots_from(article: Article, start: Comment | None, *, newest: bool) -> Sequence[Any]:
    query = _visible_roots(article)
    position = (Comment.created_at, Comment.id)
    if start is not None:
        query = query.where(_at_or_past(start, newest=newest))
    order = [column.desc() for column in position] if newest else list(position)
    return db.session.execute(query.order_by(*order).limit(PAGE_COMMENTS + 1)).all()


def _root_before(article: Article, start: Comment, *, newest: bool) -> int | None:
    """Return the root where the page before `start` begins."""
    query = _visible_roots(article).where(~_at_or_past(start, newest=newest))
    order = [Comment.created_at, Comment.id] if newest else [Comment.created_at.desc(), Comment.id.desc()]
    roots = db.session.execute(query.order_by(*order).limit(PAGE_COMMENTS)).all()
    page, _ = _fill(roots, _shown_counts([root.id for root in roots]))
    return page[-1] if page else None


def _at_or_past(start: Comment, *, newest: bool) -> Any:
    if newest:
        return or_(
            Comment.created_at < start.created_at, and_(Comment.created_at == start.created_at, Comment.id <= start.id)
        )
    return or_(
        Comment.created_at > start.created_at, and_(Comment.created_at == start.created_at, Comment.id >= start.id)
    )


def _fill(roots: Sequence[Any], counts: dict[int, int]) -> tuple[list[int], int | None]:
    """Return the ids of as many roots as make a page, and the id of the root that begins the next one."""
    page: list[int] = []
    room = PAGE_COMMENTS
    for root in roots:
        size = min(counts[root.id], CONVERSATION_COMMENTS)
        if page and size > room:
            return page, root.id
        page.append(root.id)
        room -= size
    return page, None


def _shown_counts(root_ids: Sequence[int]) -> dict[int, int]:
    query = select(Comment.root_id, func.count()).where(Comment.root_id.in_(root_ids), _is_shown())
    return {int(root): int(number) for root, number in db.session.execute(query.group_by(Comment.root_id)) if root}


def _count_after(root_id: int, comment_id: int) -> int:
    path = select(Comment.path).where(Comment.id == comment_id).scalar_subquery()
    query = select(func.count()).where(Comment.root_id == root_id, Comment.path > path, _is_shown())
    return db.session.scalar(query) or 0


LINE_COLUMNS = (
    Comment.id,
    Comment.root_id,
    Comment.parent_id,
    Comment.status,
    Comment.audience,
    Comment.public_revision_id,
    Comment.name,
    Comment.voice,
    Comment.path,
    Comment.created_at,
    Comment.edited_at,
    Comment.commenter_id,
    Comment.user_id,
)


def _line_query() -> Rows:
    """Everything that can stand in a public thread, as it is or as a line; held comments are not even counted."""
    once_public = Comment.public_revision_id.is_not(None)
    return (
        select(*LINE_COLUMNS, Revision.html, Revision.created_at.label("worded_at"))
        .join(Revision, Revision.id == Comment.public_revision_id)
        .where(once_public, Comment.audience != Audience.WRITER)
    )


def _lines(root_ids: Sequence[int], counts: dict[int, int]) -> list[Line]:
    """Return the first 30 shown lines of each conversation, conversations in the order of `root_ids`."""
    short = [root_id for root_id in root_ids if counts[root_id] <= CONVERSATION_COMMENTS]
    long = [root_id for root_id in root_ids if counts[root_id] > CONVERSATION_COMMENTS]
    wanted = or_(Comment.root_id.in_(short), *(_next_lines(root_id, CONVERSATION_COMMENTS) for root_id in long))
    order = {root_id: number for number, root_id in enumerate(root_ids)}
    lines = [_line(row) for row in db.session.execute(_line_query().where(wanted).order_by(Comment.path))]
    return sorted(lines, key=lambda line: order[line.root_id])


def _next_lines(root_id: int, number: int, *, after: str = "") -> Any:
    """The lines of a conversation after a path, up to the shown one with this number; reads no further than that."""
    other = aliased(Comment)
    last = (
        select(other.path)
        .where(other.root_id == root_id, other.path > after, _is_shown(other))
        .order_by(other.path)
        .offset(number - 1)
        .limit(1)
    )
    end = func.coalesce(last.scalar_subquery(), PAST_ALL_PATHS)
    return and_(Comment.root_id == root_id, Comment.path > after, Comment.path <= end)


def _line(row: Any) -> Line:
    shown = row.status is Status.PUBLISHED and row.audience is Audience.EVERYONE
    return Line(
        id=row.id,
        root_id=row.root_id,
        parent_id=row.parent_id,
        status=row.status,
        shown=shown,
        name=row.name if shown else "",
        voice=row.voice,
        html=row.html if shown else "",
        created_at=row.created_at,
        edited_at=row.edited_at if row.edited_at is not None and row.worded_at >= row.edited_at else None,
        writer=_writer(row) if shown else "",
    )


def _writer(row: Any) -> str:
    """Return what tells the writer of a line from others; of an import's readers only the name is known."""
    if row.user_id is not None:
        return f"user {row.user_id}"
    return f"commenter {row.commenter_id}" if row.commenter_id is not None else f"name {row.name}"


def _answered_elsewhere(lines: Sequence[Line]) -> dict[int, Line]:
    """Return the lines of other pages that lines of this page answer, by id."""
    here = {line.id for line in lines}
    missing = {line.parent_id for line in lines if line.parent_id is not None and line.parent_id not in here}
    if not missing:
        return {}
    rows = db.session.execute(_line_query().where(Comment.id.in_(missing)))
    return {row.id: _line(row) for row in rows}


def _last_line(conversation: Conversation) -> int:
    """Return the id of the last comment in reading order."""
    node = conversation.root
    while node.answers:
        node = node.answers[-1]
    return node.line.id
