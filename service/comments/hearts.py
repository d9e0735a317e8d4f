"""Hearts: "you are not alone", from one person to the writer of a comment, who alone hears how many there are."""

from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from service.accounts.models import Commenter
from service.comments.models import Comment
from service.core import clock
from service.core.db import Base, db, insert


class Heart(Base):
    """One person's heart for one comment."""

    __tablename__ = "hearts"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    commenter_id: Mapped[int] = mapped_column(
        ForeignKey("commenters.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def give_heart(comment: Comment, giver: Commenter) -> None:
    """Let the writer of a comment know that they are not alone; twice is the same as once, to oneself it is nothing."""
    if comment.commenter_id == giver.id:
        return
    given = insert(Heart).values(comment_id=comment.id, commenter_id=giver.id, created_at=clock.now())
    db.session.execute(given.on_conflict_do_nothing())


def take_heart_back(comment: Comment, giver: Commenter) -> None:
    """Take a heart back; where there is none, nothing happens."""
    given = (Heart.comment_id == comment.id) & (Heart.commenter_id == giver.id)
    db.session.execute(delete(Heart).where(given))


def hearts_of(comment: Comment) -> int:
    """Return how many people have given a comment a heart, for the eyes of its writer."""
    return db.session.scalar(select(func.count()).where(Heart.comment_id == comment.id)) or 0
