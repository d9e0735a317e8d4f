"""The newest comments that everyone may read, for feeds."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.comments.models import Audience, Comment, Status
from service.core.db import db

FEED_LENGTH = 50


def newest_comments(site_id: int, article_id: int | None = None) -> Sequence[Comment]:
    """Return the newest shown comments of a site, or of one of its articles, with their articles and public words."""
    query = (
        select(Comment)
        .where(
            Comment.site_id == site_id,
            Comment.status == Status.PUBLISHED,
            Comment.audience == Audience.EVERYONE,
            Comment.public_revision_id.is_not(None),
        )
        .options(joinedload(Comment.article), joinedload(Comment.public))
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(FEED_LENGTH)
    )
    if article_id is not None:
        query = query.where(Comment.article_id == article_id)
    return db.session.scalars(query).all()
